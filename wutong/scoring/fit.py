"""How well somebody fits: points for what is known about them. Source: ``algorithms.md`` 3.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wutong.people.facts import standing
from wutong.people.mail_domains import is_free_mail
from wutong.people.models import FieldValue, Identifier, IdentifierKind, Person
from wutong.people.regions import province_of
from wutong.scoring.behaviour import Line, clamped
from wutong.scoring.definition import STATES, Definition, FitRule, has_word
from wutong.scoring.shipped import name_of

_STATED = ("industry", "company_size", "region", "department")
"""Fields that forms and imports may state beside a person's name, title and company."""


@dataclass(frozen=True)
class Profile:
    """What fit rules see of somebody: the text or the states of each attribute that is known."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def meets(self, rule: FitRule) -> bool:
        values = self.values.get(rule.attribute, ())
        if rule.attribute in STATES:
            return any(value in rule.any_of for value in values)
        return any(has_word(rule.any_of, value) for value in values)


def fit(definition: Definition, profile: Profile) -> float:
    """0 to 100."""
    return max(0.0, min(sum(rule.points for rule in _counting(definition, profile)), 100.0))


def fit_lines(definition: Definition, profile: Profile) -> list[Line]:
    """The rules that count and, where needed, what the bounds 0 and 100 took or gave."""
    counting = sorted(_counting(definition, profile), key=lambda rule: -rule.points)
    return clamped([Line(name_of(rule), 1, rule.points, code=rule.code) for rule in counting])


def unmet(definition: Definition, profile: Profile) -> list[FitRule]:
    """For each attribute of which nothing is known the rule that could bring most; most first."""
    best: dict[str, FitRule] = {}
    for rule in definition.fit:
        is_open = rule.is_on and rule.points > 0 and rule.any_of and not profile.values.get(rule.attribute)
        if is_open and (rule.attribute not in best or rule.points > best[rule.attribute].points):
            best[rule.attribute] = rule
    return sorted(best.values(), key=lambda rule: -rule.points)


def profiles_of(people: Sequence[Person]) -> dict[int, Profile]:
    """What is known about ``people``, by two queries for all of them."""
    ids = [person.pk for person in people]
    addresses: dict[int, list[tuple[str, str]]] = {id: [] for id in ids}
    kinds = [IdentifierKind.PHONE, IdentifierKind.EMAIL]
    rows = Identifier.objects.filter(person__in=ids, kind__in=kinds).values_list("person_id", "kind", "value")
    for person_id, kind, value in rows:
        addresses[person_id].append((kind, value))
    statements: dict[int, list[FieldValue]] = {}
    for one in FieldValue.objects.filter(person__in=ids, field__in=_STATED):
        statements.setdefault(one.person_id, []).append(one)
    return {person.pk: _profile(person, addresses[person.pk], statements.get(person.pk, [])) for person in people}


def _counting(definition: Definition, profile: Profile) -> list[FitRule]:
    best: dict[str, FitRule] = {}
    negative = []
    for rule in definition.fit:
        if not rule.is_on or not profile.meets(rule):
            continue
        if rule.points < 0:
            negative.append(rule)
        elif rule.attribute not in best or rule.points > best[rule.attribute].points:
            best[rule.attribute] = rule
    return [*best.values(), *negative]


def _profile(person: Person, addresses: Sequence[tuple[str, str]], statements: Sequence[FieldValue]) -> Profile:
    stated = {name: one.value for name, one in standing(statements).items()}
    mails = [value for kind, value in addresses if kind == IdentifierKind.EMAIL]
    company = person.company_name
    values = {
        "title": (person.title,),
        "department": (stated.get("department", ""),),
        "company": ("known" if company else "",),
        "company_name": (company,),
        "industry": (stated.get("industry", ""),),
        "company_size": (stated.get("company_size", ""),),
        "region": (stated.get("region") or province_of(company),),
        "email": _kinds_of_mail(mails, is_company_known=bool(company)),
        "contact": ("complete" if person.full_name and company and person.title and addresses else "",),
    }
    return Profile({name: known for name, texts in values.items() if (known := tuple(filter(None, texts)))})


def _kinds_of_mail(mails: Sequence[str], *, is_company_known: bool) -> tuple[str, ...]:
    """``company`` as soon as one address is the company's; without one the private kinds."""
    if not mails:
        return ()
    if any(not is_free_mail(mail) for mail in mails):
        return ("company",)
    return ("free",) if is_company_known else ("free", "free_without_company")
