"""Probable doubles among our own people, looked for whenever more is known of somebody. Never merged by themselves.

Keys of each person stand in one index: the name, company with given name, mail domain with surname, the last digits of
a telephone, a mailbox. Whoever shares a key that is not everybody's is compared, so that one changed person costs the
same among a million as among a thousand. What agreement weighs is the usual of :mod:`wutong.people.matching`, with the
frequency of this very name and company among our people. Source: ``algorithms.md`` 1.2.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from math import log2

from django.db.models import Q, QuerySet

from wutong.people.mail_domains import organisation_domain
from wutong.people.matching.agreement import Agreement, Kind, agreement, prepared
from wutong.people.matching.proposals import MOST_A_RECORD, PROPOSED_FROM
from wutong.people.matching.weights import FieldWeights, probability
from wutong.people.models import (
    Affiliation,
    FieldValue,
    Identifier,
    MatchKey,
    Person,
    PersonToCompare,
    ProbableMatch,
    Reach,
)
from wutong.people.normal_form import is_generic
from wutong.platform.chinese import sort_key
from wutong.platform.rows import execute, execute_with_rows, id_array, write
from wutong.platform.totals import total_of

AT_ONCE = 200
ENTERED_TWICE = 0.10
"""The share of people whom we hold twice (Convention): what is believed of a pair before anything is compared."""
_MOST_HOLDERS = 60
"""A key that more people share says too little to compare them all by."""
_COUNTED_UP_TO = 2_000
_VALUES_OF_A_FIELD = 5
_SHORT_BOX = 4

_FIELDS: Mapping[str, Kind] = {
    "name": Kind.NAME,
    "company": Kind.COMPANY,
    "title": Kind.TEXT,
    "phone": Kind.PHONE,
    "email": Kind.EMAIL,
}
_WEIGHTS: Mapping[str, FieldWeights] = {
    # How doubles that share no identifier usually agree, and how two people do (Convention).
    "name": FieldWeights(m=(0.75, 0.12, 0.06, 0.07), u=(0.002, 0.002, 0.02, 0.976)),
    "company": FieldWeights(m=(0.60, 0.20, 0.05, 0.15), u=(0.005, 0.004, 0.01, 0.981)),
    "title": FieldWeights(m=(0.50, 0.12, 0.10, 0.28), u=(0.04, 0.03, 0.07, 0.86)),
    "phone": FieldWeights(m=(0.03, 0.08, 0.03, 0.86), u=(0.00002, 0.00005, 0.001, 0.999)),
    "email": FieldWeights(m=(0.02, 0.25, 0.23, 0.50), u=(0.00002, 0.0004, 0.02, 0.98)),
}
_BY_FREQUENCY = ("name", "company")


@dataclass
class Known:
    """What is compared of a person, prepared; ``keys`` by what they are made of."""

    id: int
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    has_crm_number: bool = False

    def add(self, name: str, text: str) -> None:
        value = prepared(_FIELDS[name], text)
        if value and value not in self.values[name] and len(self.values[name]) < _VALUES_OF_A_FIELD:
            self.values[name].append(value)

    def keys(self) -> set[int]:
        """What its doubles are found by."""
        found = set()
        for name in self.values["name"]:
            found.add(name_key(name))
            sound, surname, given = _parts(name)
            found.add(_digest("sound", sound))
            found |= {_digest("given", company, given) for company in self.values["company"]}
            for address in self.values["email"]:
                if domain := organisation_domain(address):
                    found.add(_digest("domain", domain, surname))
        found |= {_digest("phone", digits) for digits in self.values["phone"]}
        for address in self.values["email"]:
            box = address.partition("@")[0].partition("+")[0].replace(".", "")
            if len(box) >= _SHORT_BOX and not is_generic("email", address):
                found.add(_digest("box", box))
        return found

    def counted(self) -> set[int]:
        """Keys that nobody is found by: they tell how often a company occurs."""
        return {company_key(company) for company in self.values["company"]}


@dataclass(frozen=True)
class Population:
    """How many people there are, and how many hold a key."""

    size: int
    holders: Mapping[int, int]

    def frequency(self, name: str, value: str) -> float:
        key = name_key(value) if name == "name" else company_key(value)
        return max(self.holders.get(key, 1) - 1, 1) / max(self.size - 1, 1)


def compare_again(people: Sequence[int], at: datetime | None = None) -> None:  # noqa: ARG001  # a follower is told when
    """Look for doubles of these people soon. Follower of what is known and of who is who. Opens no transaction."""
    if people:
        write(
            "INSERT INTO people_persontocompare (person_id) SELECT unnest(%(people)s::bigint[])",
            people=id_array(sorted(set(people))),
        )


def compare_changed(*, at: datetime) -> int:
    """Look for doubles of those who have waited longest. Opens no transaction; one at a time.

    Returns:
        how many entries were worked off; fewer than a full batch when none is left.
    """
    waiting = PersonToCompare.objects.select_for_update(skip_locked=True).order_by("pk")
    batch = list(waiting.values_list("pk", "person_id")[:AT_ONCE])
    if batch:
        compare_people(sorted({person for _, person in batch}), at=at)
        PersonToCompare.objects.filter(pk__in=[pk for pk, _ in batch]).delete()
    return len(batch)


def compare_people(ids: Sequence[int], *, at: datetime) -> None:
    """Bring the proposals about these people up to date. Opens no transaction."""
    known = known_of(ids)
    _keep_keys(ids, known)
    wanted = {id: one.keys() for id, one in known.items()}
    holders = _holders({key for one in known.values() for key in one.keys() | one.counted()})
    found = _sharing({key for keys in wanted.values() for key in keys if holders.get(key, 0) <= _MOST_HOLDERS})
    others = known | known_of(sorted({id for people in found.values() for id in people} - known.keys()))
    population = Population(total_of(_listed()).n, holders)
    apart = _told_apart(ids)
    proposed: dict[tuple[int, int], tuple[float, dict[str, tuple[int, float]]]] = {}
    for id, keys in wanted.items():
        judged = []
        for other in {person for key in keys for person in found.get(key, ())} - {id}:
            pair = (min(id, other), max(id, other))
            if other in others and pair not in apart and not _have_two_crm_numbers(others[id], others[other]):
                sure, evidence = judge(others[pair[0]], others[pair[1]], population)
                if sure >= PROPOSED_FROM:
                    judged.append((sure, pair, evidence))
        judged.sort(key=lambda one: (-one[0], one[1]))
        proposed |= {pair: (sure, evidence) for sure, pair, evidence in judged[:MOST_A_RECORD]}
    _keep(ids, proposed, at=at)


def judge(one: Known, other: Known, population: Population) -> tuple[float, dict[str, tuple[int, float]]]:
    """How likely it is that two are one, and what each field says of it."""
    evidence: dict[str, tuple[int, float]] = {}
    for name, kind in _FIELDS.items():
        pairs = [(agreement(kind, mine, theirs), mine) for mine in one.values[name] for theirs in other.values[name]]
        if not pairs:
            continue
        best, value = min(pairs)
        frequency = population.frequency(name, value) if name in _BY_FREQUENCY else None
        evidence[name] = (int(best), round(_WEIGHTS[name].weight(best, frequency=frequency), 2))
    if "company" in evidence and evidence["company"][0] <= Agreement.CLOSE and "email" in evidence:
        step, weight = evidence["email"]
        if step >= Agreement.ALIKE:  # colleagues have one domain: that was said by the company already
            evidence["email"] = (step, min(weight, 0.0))
    share = min(ENTERED_TWICE * 2 / max(population.size - 1, 1), 0.5)
    return probability(log2(share / (1 - share)) + sum(weight for _, weight in evidence.values())), evidence


def known_of(ids: Sequence[int]) -> dict[int, Known]:
    """What is compared of these people; without those of us, merged ones and those without a name."""
    people = Person.objects.filter(pk__in=ids, merged_into=None, is_own=False).exclude(full_name="")
    known = {}
    for id, name, title, company in people.values_list("pk", "full_name", "title", "company_name"):
        known[id] = Known(id)
        known[id].add("name", name)
        known[id].add("title", title)
        known[id].add("company", company)
    said = FieldValue.objects.filter(person__in=known, field__in=("full_name", "company")).order_by("pk")
    for id, what, value in said.values_list("person", "field", "value"):
        known[id].add("name" if what == "full_name" else what, value)
    places = Affiliation.objects.filter(person__in=known, valid_to=None).order_by("pk")
    for id, name in places.values_list("person", "account__name"):
        known[id].add("company", name)
    held = Identifier.objects.filter(person__in=known, kind__in=("phone", "email", "crm_id"), is_blocked=False)
    for id, kind, value in held.order_by("pk").values_list("person", "kind", "value"):
        if kind == "crm_id":
            known[id].has_crm_number = True
        else:
            known[id].add(kind, value)
    return known


def name_key(name: str) -> int:
    """The key of a prepared name."""
    return _digest("name", name)


def company_key(company: str) -> int:
    """The key by which it is counted how often a prepared company's name occurs."""
    return _digest("company", company)


def _parts(name: str) -> tuple[str, str, str]:
    """A name's sound, its surname and its given name."""
    if name.isascii() or " " in name:
        words = name.split()
        return "".join(sorted(words)), words[-1], words[0]
    surname = 2 if len(name) >= 4 else 1
    return sort_key(name), name[:surname], name[surname:] or name


def _digest(*parts: str) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), signed=True)


def _listed() -> QuerySet[Person]:
    return Person.objects.current().exclude(reach=Reach.VISITOR)


def _keep_keys(ids: Sequence[int], known: Mapping[int, Known]) -> None:
    rows = [{"key": key, "person_id": one.id} for one in known.values() for key in one.keys() | one.counted()]
    execute_with_rows(
        """
        WITH now AS MATERIALIZED (
            SELECT * FROM json_to_recordset(%(rows)s::json) AS r(key bigint, person_id bigint)
        ), gone AS (
            DELETE FROM people_matchkey k WHERE k.person_id = ANY(%(people)s::bigint[])
                AND NOT EXISTS (SELECT FROM now n WHERE n.key = k.key AND n.person_id = k.person_id)
        )
        INSERT INTO people_matchkey (key, person_id) SELECT key, person_id FROM now ON CONFLICT DO NOTHING
        """,
        rows,
        people=id_array(ids),
    )


def _holders(keys: Iterable[int]) -> dict[int, int]:
    """How many people hold each key, counted up to a bound."""
    rows = execute(
        f"""
        SELECT k.key, (SELECT count(*) FROM (
            SELECT FROM people_matchkey h WHERE h.key = k.key LIMIT {_COUNTED_UP_TO}
        ) counted) FROM unnest(%(keys)s::bigint[]) AS k(key)
        """,  # noqa: S608  # a number of ours
        keys=id_array(set(keys)),
    )
    return dict(rows)


def _sharing(keys: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, person in MatchKey.objects.filter(key__in=set(keys)).values_list("key", "person_id"):
        found[key].append(person)
    return found


def _told_apart(ids: Sequence[int]) -> set[tuple[int, int]]:
    """The pairs of people, one of them among ``ids``, whom a colleague has told apart."""
    rows = execute(
        """
        SELECT DISTINCT least(i.person_id, o.person_id), greatest(i.person_id, o.person_id)
        FROM people_identifier i
        JOIN LATERAL (
            SELECT high_id AS id FROM people_identitydecision
            WHERE low_id = i.id AND what = 'apart' AND withdrawn_at IS NULL
            UNION ALL
            SELECT low_id FROM people_identitydecision
            WHERE high_id = i.id AND what = 'apart' AND withdrawn_at IS NULL
        ) d ON true
        JOIN people_identifier o ON o.id = d.id
        WHERE i.person_id = ANY(%(people)s::bigint[]) AND o.person_id <> i.person_id
        """,
        people=id_array(ids),
    )
    return {(one, other) for one, other in rows}


def _have_two_crm_numbers(one: Known, other: Known) -> bool:
    return one.has_crm_number and other.has_crm_number


def _keep(
    ids: Sequence[int],
    proposed: Mapping[tuple[int, int], tuple[float, dict[str, tuple[int, float]]]],
    *,
    at: datetime,
) -> None:
    stale = ProbableMatch.objects.filter(Q(one__in=ids) | Q(other__in=ids))
    gone = [pk for pk, one, other in stale.values_list("pk", "one", "other") if (one, other) not in proposed]
    ProbableMatch.objects.filter(pk__in=gone).delete()
    ProbableMatch.objects.bulk_create(
        [
            ProbableMatch(one_id=one, other_id=other, probability=sure, evidence=evidence, found_at=at)
            for (one, other), (sure, evidence) in sorted(proposed.items())
        ],
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["probability", "evidence"],
    )
