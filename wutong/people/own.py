"""Own people are not the market: who is a colleague, a partner or a test, by a colleague's word or by a rule.

``Person.is_own`` is computed here and nowhere else: a colleague's word counts before the rules. Figures ask it of
people as they are today, so that marking somebody takes out the past as well, and taking it back brings it back.
Source: ``algorithms.md`` 0.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.people.identifiers import IdentifierKey
from wutong.people.models import Identifier, IdentifierKind, OwnKind, OwnLink, OwnMark, OwnRule, Person
from wutong.people.normal_form import NotAnIdentifier, email, phone
from wutong.people.reassign import redo_sums
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

LINK_LASTS = timedelta(hours=24)
LINK_PARAMETER = "wt_ours"
"""In the address of a page. Neither our script nor the collector takes a value this short for a secret."""
_AT_ONCE = 5_000


class NotAnOwnRule(Refusal):
    """What was typed is neither an address, a number nor a domain."""

    code = "not_an_own_rule"
    message = _("“%(text)s” is neither an e-mail domain, an e-mail address nor a telephone number.")


class OwnRuleStands(Refusal):
    """The rule is there already."""

    code = "own_rule_stands"
    message = _("“%(text)s” is on the list already.")


class NobodyToMark(Refusal):
    """The person has no identifier left: all went to another by a merge."""

    code = "nobody_to_mark"
    message = _("This person was merged with another. Reload the page.")


def mark_person(*, person: Person, kind: OwnKind | None, by: Staff, at: datetime) -> None:
    """Say that ``person`` is one of ours, or (``kind`` None) that they are the market.

    Raises:
        NobodyToMark: see there.
    """
    with transaction.atomic(durable=True):
        subjects = list(Identifier.objects.filter(person=person).values_list("pk", flat=True))
        if not subjects:
            raise NobodyToMark
        _mark(subjects, person_id=person.pk, kind=kind, by=by, at=at)
        redo_sums([person.pk], at=at)
        action = "people.marked_own" if kind is not None else "people.marked_market"
        record(action, actor=by, subject=person, at=at, kind=kind.value if kind is not None else "")


def add_rule(*, text: str, kind: OwnKind, by: Staff, at: datetime) -> OwnRule:
    """Let everybody with this address, number or domain be ours, those of the past too.

    Raises:
        NotAnOwnRule, OwnRuleStands: see there.
    """
    what, value = read_rule(text)
    with transaction.atomic(durable=True):
        rule, is_new = OwnRule.objects.get_or_create(
            what=what, value=value, defaults={"kind": kind, "by": by, "at": at}
        )
        if not is_new:
            raise OwnRuleStands(text=value)
        redo_many(_people_of(rule), at=at)
        record("people.own_rule_added", actor=by, subject=rule, at=at, what=what.value, kind=kind.value)
    return rule


def remove_rule(*, rule: OwnRule, by: Staff, at: datetime) -> None:
    """Let a rule count no more; its people are the market again, the past included."""
    with transaction.atomic(durable=True):
        people = _people_of(rule)
        record("people.own_rule_removed", actor=by, subject=rule, at=at, what=rule.what, kind=rule.kind)
        rule.delete()
        redo_many(people, at=at)


def make_link(*, by: Staff, at: datetime) -> str:
    """A value for :data:`LINK_PARAMETER`: the browser that opens a tracked page with it is ours. For a day."""
    value = secrets.token_urlsafe(16)
    with transaction.atomic(durable=True):
        OwnLink.objects.create(digest=_digest(value), by=by, made_at=at, expires_at=at + LINK_LASTS)
        record("people.own_link_made", actor=by, at=at)
    return value


def mark_browsers(opened: Iterable[tuple[str, int, int]], *, at: datetime) -> None:
    """Mark browsers that opened a page by a link of :func:`make_link`. Opens no transaction.

    Args:
        opened: the link's value, the browser's subject, its person.
    """
    digests = {_digest(value): (subject, person) for value, subject, person in opened}
    links = OwnLink.objects.filter(digest__in=list(digests), expires_at__gt=at).select_related("by")
    for link in links:
        subject, person = digests[bytes(link.digest)]
        _mark([subject], person_id=person, kind=OwnKind.STAFF, by=link.by, at=at)
        redo_sums([person], at=at)


def own_people() -> list[int]:
    """Ids of all who are ours today."""
    return list(Person.objects.filter(is_own=True).order_by("pk").values_list("pk", flat=True))


def named_among(keys: Collection[IdentifierKey]) -> set[IdentifierKey]:
    """Those of ``keys`` that a rule, or the list of colleagues, names; as :data:`_NAMED` tells of stored ones."""
    rules: dict[str, set[str]] = {what: set() for what in OwnRule.What.values}
    for what, value in OwnRule.objects.values_list("what", "value"):
        rules[what].add(value)
    rules[OwnRule.What.EMAIL] |= set(Staff.objects.values_list("email", flat=True))
    domains = rules[OwnRule.What.DOMAIN]
    return {
        key
        for key in keys
        if key.value in rules.get(key.kind.value, ())
        or (key.kind is IdentifierKind.EMAIL and domains and not domains.isdisjoint(_domains(key.value)))
    }


def _domains(address: str) -> list[str]:
    """``a.example.com`` and all it lies below."""
    labels = address.rpartition("@")[2].split(".")
    return [".".join(labels[at:]) for at in range(len(labels))]


def claim_own(people: Sequence[int]) -> None:
    """Recognise those of ``people`` whom a rule names and nobody has said otherwise of. Opens no transaction."""
    if people:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE people_person p SET is_own = true WHERE p.id = ANY(%s) AND NOT p.is_own AND {_NAMED}"
                " AND NOT EXISTS (SELECT FROM people_ownmark m WHERE m.person_id = p.id)",
                [sorted(people)],
            )


def redo_own(people: Sequence[int], at: datetime) -> None:  # noqa: ARG001  # a follower of reassign is told when
    """Compute anew whether ``people`` are ours. Follower of :mod:`wutong.people.reassign`. Opens no transaction."""
    if people:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE people_person p SET is_own = r.is_own
                FROM (
                    SELECT p.id, coalesce(
                        (SELECT bool_or(m.kind <> '') FROM people_ownmark m WHERE m.person_id = p.id), {_NAMED}
                    ) AS is_own
                    FROM people_person p WHERE p.id = ANY(%s)
                ) r WHERE p.id = r.id AND p.is_own <> r.is_own
                """,
                [sorted(people)],
            )


def redo_many(people: Sequence[int], *, at: datetime) -> None:
    """Compute anew, with all that depends on it, a few thousand at a time. Opens no transaction."""
    for start in range(0, len(people), _AT_ONCE):
        redo_sums(people[start : start + _AT_ONCE], at=at)


def redo_colleagues(*, at: datetime) -> None:
    """Recognise people whose address a colleague has got since. Opens no transaction."""
    addresses = Staff.objects.values_list("email", flat=True)
    people = Identifier.objects.filter(kind="email", scope="", value__in=list(addresses), person__is_own=False)
    redo_many(list(people.values_list("person_id", flat=True).distinct()), at=at)


def read_rule(text: str) -> tuple[OwnRule.What, str]:
    """What somebody typed, in its normal form.

    Raises:
        NotAnOwnRule: see there.
    """
    text = text.strip()
    try:
        if "@" in text.strip("@"):
            return OwnRule.What.EMAIL, email(text)
        if not any(character.isalpha() for character in text):
            return OwnRule.What.PHONE, phone(text).e164
        domain = email(f"somebody@{text.strip('@').lower()}").partition("@")[2]
    except NotAnIdentifier as error:
        raise NotAnOwnRule(text=text[:80]) from error
    if "." not in domain:
        raise NotAnOwnRule(text=text[:80])
    return OwnRule.What.DOMAIN, domain


_DOMAIN = "split_part(i.value, '@', 2)"
_NAMED = f"""EXISTS (
    SELECT FROM people_identifier i WHERE i.person_id = p.id AND (
        EXISTS (
            SELECT FROM people_ownrule r
            WHERE (r.what = i.kind AND r.value = i.value)
               OR (r.what = 'domain' AND i.kind = 'email' AND ({_DOMAIN} = r.value OR {_DOMAIN} LIKE '%%.' || r.value))
        )
        OR (i.kind = 'email' AND EXISTS (SELECT FROM platform_staff s WHERE s.email = i.value))
    )
)"""
"""Whether a rule, or the list of colleagues, names person ``p``."""


def _mark(subjects: Sequence[int], *, person_id: int, kind: OwnKind | None, by: Staff, at: datetime) -> None:
    OwnMark.objects.bulk_create(
        [
            OwnMark(subject_id=subject, person_id=person_id, kind=kind.value if kind is not None else "", by=by, at=at)
            for subject in subjects
        ],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["person", "kind", "by", "at"],
    )


def _people_of(rule: OwnRule) -> list[int]:
    if rule.what == OwnRule.What.DOMAIN:
        named = Q(kind="email") & (Q(value__endswith=f"@{rule.value}") | Q(value__endswith=f".{rule.value}"))
    else:
        named = Q(kind=rule.what, scope="", value=rule.value)
    found = Identifier.objects.filter(named).order_by("person_id")
    return list(found.values_list("person_id", flat=True).distinct())


def _digest(value: str) -> bytes:
    return sha256(value.encode()).digest()
