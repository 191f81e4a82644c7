"""A colleague's word about who is who: merge, tell apart, take out, take back.

A decision is a link, or its contrary, that the rules follow before anything seen, in every rebuild too. It is kept with
who made it and when, and can be withdrawn; who is who is then what it would have been without it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import product
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.people import lane
from wutong.people.doubles import compare_again
from wutong.people.models import (
    Identifier,
    IdentityChange,
    IdentityDecision,
    Person,
    ProbableMatch,
    RefusedLink,
)
from wutong.people.projection import Cause
from wutong.people.rebuild import look_again
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

Same, Apart = IdentityDecision.What.SAME, IdentityDecision.What.APART


class PersonGone(Refusal):
    """The person has no identifier left: all went to another since the page was drawn."""

    code = "person_gone"
    message = _("This person was merged with another. Reload the page.")


class OnePersonAlready(Refusal):
    code = "one_person_already"
    message = _("These are one person already. Reload the page.")


class OnlyBrowsers(Refusal):
    """There is nothing on a side that names a person and may link."""

    code = "only_browsers"
    message = _("Too little is known of them: browsers and blocked values cannot be put together or kept apart.")


class TwoCrmNumbers(Refusal):
    code = "two_crm_numbers"
    message = _("Both have a CRM number, and a person has one. Merge them in the CRM first.")


class ToldApart(Refusal):
    code = "told_apart"
    message = _("A colleague has said that these are not the same person. Take that back first.")


class NothingToTakeOut(Refusal):
    """Everything or nothing of the person was named."""

    code = "nothing_to_take_out"
    message = _("Choose some of this person's identifiers, not all of them.")


class TakenBackAlready(Refusal):
    code = "taken_back_already"
    message = _("This has been taken back already. Reload the page.")


def merge_people(*, one: Person, other: Person, by: Staff, at: datetime) -> Person:
    """Say that two people are one, with all that belongs to them. Returns the one whose id survives.

    Raises:
        PersonGone, OnePersonAlready, OnlyBrowsers, TwoCrmNumbers, ToldApart: see there.
    """
    with transaction.atomic(durable=True):
        lane.take()
        mine, theirs = _identifiers_of(one), _identifiers_of(other)
        if one.pk == other.pk:
            raise OnePersonAlready
        pair = (_strongest(mine), _strongest(theirs))
        if any(one.is_blocked for one in pair) or all(one.is_weak for one in pair):
            raise OnlyBrowsers
        _decide(Same, [(pair[0].pk, pair[1].pk)], among=[*mine, *theirs], by=by, at=at)
        together = {identifier.pk for identifier in (*_naming(mine), *_naming(theirs))}
        people = set(Identifier.objects.filter(pk__in=together).values_list("person_id", flat=True))
        if len(people) > 1:
            raise _why_not(together)
        survivor = Person.objects.get(pk__in=people)
        record("people.merged", actor=by, subject=survivor, at=at, people=[str(one.public_id), str(other.public_id)])
    return survivor


def tell_apart(*, one: Person, other: Person, by: Staff, at: datetime) -> None:
    """Say that two people are not the same, whatever will be seen.

    Raises:
        PersonGone, OnlyBrowsers: see there.
        OnePersonAlready: :func:`unmerge` takes one person apart.
    """
    with transaction.atomic(durable=True):
        lane.take()
        mine, theirs = _identifiers_of(one), _identifiers_of(other)
        if one.pk == other.pk:
            raise OnePersonAlready
        _decide(Apart, _across(mine, theirs), among=[*mine, *theirs], by=by, at=at)
        ProbableMatch.objects.filter(one_id=min(one.pk, other.pk), other_id=max(one.pk, other.pk)).delete()
        record("people.told_apart", actor=by, subject=one, at=at, other=str(other.public_id))


def unmerge(*, person: Person, identifiers: Collection[int], by: Staff, at: datetime) -> Person:
    """Say that some of a person's identifiers are somebody else's, whatever was seen. Returns that somebody.

    Who they were before they came to this person they are again; what was said of them goes with them.

    Raises:
        PersonGone, NothingToTakeOut, OnlyBrowsers: see there.
    """
    with transaction.atomic(durable=True):
        return _unmerge(person, identifiers, by=by, at=at)


def withdraw(*, act: UUID, by: Staff, at: datetime) -> None:
    """Take back what was said in one act.

    Raises:
        TakenBackAlready: see there.
    """
    with transaction.atomic(durable=True):
        _withdraw(act, by=by, at=at)


def undo(*, change: IdentityChange, by: Staff, at: datetime) -> None:
    """Undo a merge or a split: withdraw the decision that made it, or else decide against what was seen.

    Raises:
        TakenBackAlready: and what :func:`unmerge` and :func:`merge_people` refuse.
    """
    if change.act is not None and IdentityDecision.objects.filter(act=change.act, withdrawn_at=None).exists():
        withdraw(act=change.act, by=by, at=at)
    elif change.kind == IdentityChange.Kind.MERGE:
        with transaction.atomic(durable=True):
            holders = Identifier.objects.filter(pk__in=change.identifiers, person=_today(change.target_person))
            moved = list(holders.values_list("pk", flat=True))
            if not moved:
                raise TakenBackAlready
            _unmerge(_today(change.target_person), moved, by=by, at=at)
    else:
        one, other = _today(change.source_person), _today(change.target_person)
        if one.pk == other.pk:
            raise TakenBackAlready
        merge_people(one=one, other=other, by=by, at=at)


def _unmerge(person: Person, identifiers: Collection[int], *, by: Staff, at: datetime) -> Person:
    lane.take()
    held = _identifiers_of(person)
    leaving = [identifier for identifier in held if identifier.pk in identifiers]
    staying = [identifier for identifier in held if identifier.pk not in identifiers]
    if not leaving or not staying:
        raise NothingToTakeOut
    _decide(Apart, _across(leaving, staying), among=held, by=by, at=at)
    somebody = Person.objects.get(identifiers=_strongest(leaving))
    record("people.unmerged", actor=by, subject=person, at=at, other=str(somebody.public_id))
    return somebody


def _withdraw(act: UUID, *, by: Staff, at: datetime) -> None:
    lane.take()
    decisions = IdentityDecision.objects.filter(act=act, withdrawn_at=None)
    ends = {end for pair in decisions.values_list("low_id", "high_id") for end in pair}
    if not ends:
        raise TakenBackAlready
    what = decisions.values_list("what", flat=True)[0]
    decisions.update(withdrawn_at=at, withdrawn_by=by)
    look_again(ends, at=at, cause=Cause("withdrawn", act, by.pk))
    compare_again(list(Identifier.objects.filter(pk__in=ends).values_list("person_id", flat=True)))
    person = Person.objects.get(identifiers=min(ends))
    record("people.decision_withdrawn", actor=by, subject=person, at=at, what=what)


def _decide(
    what: IdentityDecision.What,
    pairs: Iterable[tuple[int, int]],
    *,
    among: Collection[Identifier],
    by: Staff,
    at: datetime,
) -> None:
    """Keep what was said of each pair as one act, and look at everybody concerned again."""
    act = uuid4()
    IdentityDecision.objects.bulk_create(
        IdentityDecision(act=act, what=what, low_id=min(pair), high_id=max(pair), by=by, at=at) for pair in pairs
    )
    look_again({identifier.pk for identifier in among}, at=at, cause=Cause("decided", act, by.pk))


def _across(some: Collection[Identifier], others: Collection[Identifier]) -> list[tuple[int, int]]:
    """The pairs that keep two sides apart: of what names a person on each, or of browsers where there is nothing else.

    Raises:
        OnlyBrowsers: see there.
    """
    sides = [_naming(some), _naming(others)]
    if not all(sides) or all(identifier.is_weak for side in sides for identifier in side):
        raise OnlyBrowsers
    return [(one.pk, other.pk) for one, other in product(*sides)]


def _naming(side: Collection[Identifier]) -> list[Identifier]:
    strong = [identifier for identifier in side if not identifier.is_weak and not identifier.is_blocked]
    return strong or [identifier for identifier in side if identifier.is_weak]


def _identifiers_of(person: Person) -> list[Identifier]:
    held = list(Identifier.objects.filter(person=person).order_by("pk"))
    if not held:
        raise PersonGone
    return held


def _strongest(side: Collection[Identifier]) -> Identifier:
    return min(side, key=lambda one: (one.is_blocked, one.rank, one.pk))


def _why_not(ids: set[int]) -> Refusal:
    """Why these could not be put together, by the links that were refused."""
    whys = set(RefusedLink.objects.filter(low__in=ids, high__in=ids).values_list("why", flat=True))
    return TwoCrmNumbers() if RefusedLink.Why.EXCLUSIVE in whys else ToldApart()


def _today(person: Person) -> Person:
    while person.merged_into is not None:
        person = person.merged_into
    return person
