"""How well somebody fits: points for what is known about them. Source: ``algorithms.md`` 3.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wutong.people.facts import standing, statements_of
from wutong.people.identifiers import shown_identifiers
from wutong.people.mail_domains import is_free_mail
from wutong.people.models import FieldValue, Identifier, IdentifierKind, Person
from wutong.people.regions import province_of
from wutong.scoring.behaviour import Line, clamped
from wutong.scoring.definition import STATES, Definition, FitRule, has_word
from wutong.scoring.shipped import name_of

_ADDRESSES = (IdentifierKind.PHONE, IdentifierKind.EMAIL)
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


class Listed(Protocol):
    """What a person is listed by."""

    @property
    def pk(self) -> int: ...
    @property
    def full_name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def company_name(self) -> str: ...


def fit(definition: Definition, profile: Profile) -> float:
    """0 to 100."""
    return Fitting(definition).fit(profile)


class Fitting:
    """A definition at work on many people: what a value comes to is found out once for all who have it."""

    def __init__(self, definition: Definition) -> None:
        self._rules: dict[str, list[FitRule]] = {}
        for rule in definition.fit:
            self._rules.setdefault(rule.attribute, []).append(rule)
        self._points: dict[tuple[str, tuple[str, ...]], float] = {}

    def fit(self, profile: Profile) -> float:
        """0 to 100."""
        points = sum(
            self._of(attribute, profile.values[attribute]) for attribute in self._rules if attribute in profile.values
        )
        return max(0.0, min(points, 100.0))

    def _of(self, attribute: str, values: tuple[str, ...]) -> float:
        key = (attribute, values)
        if key not in self._points:
            counting = _best(self._rules[attribute], Profile({attribute: values}))
            self._points[key] = sum(rule.points for rule in counting)
        return self._points[key]


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


def profiles_of(people: Sequence[Listed]) -> dict[int, Profile]:
    """What is known about ``people``, by two queries for all of them."""
    ids = [person.pk for person in people]
    addresses: dict[int, list[tuple[str, str]]] = {id: [] for id in ids}
    rows = Identifier.objects.filter(person__among=ids, kind__in=_ADDRESSES).values_list("person_id", "kind", "value")
    for person_id, kind, value in rows:
        addresses[person_id].append((kind, value))
    statements: dict[int, list[FieldValue]] = {}
    for one in FieldValue.objects.filter(person__among=ids, field__in=_STATED):
        statements.setdefault(one.person_id, []).append(one)
    return {person.pk: _profile(person, addresses[person.pk], statements.get(person.pk, [])) for person in people}


def profile_of(person: Person) -> Profile:
    """The same of one person, of what their page knows already."""
    addresses = [(one.kind, one.value) for one in shown_identifiers(person) if one.kind in _ADDRESSES]
    return _profile(person, addresses, [one for one in statements_of(person) if one.field in _STATED])


def _counting(definition: Definition, profile: Profile) -> list[FitRule]:
    return _best(definition.fit, profile)


def _best(rules: Sequence[FitRule], profile: Profile) -> list[FitRule]:
    best: dict[str, FitRule] = {}
    negative = []
    for rule in rules:
        if not rule.is_on or not profile.meets(rule):
            continue
        if rule.points < 0:
            negative.append(rule)
        elif rule.attribute not in best or rule.points > best[rule.attribute].points:
            best[rule.attribute] = rule
    return [*best.values(), *negative]


def _profile(person: Listed, addresses: Sequence[tuple[str, str]], statements: Sequence[FieldValue]) -> Profile:
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
