"""Two entries of one company become one: everything that refers to it moves, and can be moved back.

The absorbed row stays, with its name, code and domains: whoever comes by one of them is led to the survivor
(:func:`wutong.people.accounts.standing`). Which tables refer to companies is told here by whoever owns them, as
:mod:`wutong.people.reassign` has it for people; a model that is not registered fails a test.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.people.account_names import refresh_names
from wutong.people.accounts import name_key
from wutong.people.credit_code import is_consistent
from wutong.people.group import ids_above, lock_groups
from wutong.people.models import Account, AccountCandidate, AccountMerge, AccountMove, Affiliation
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.platform.rows import execute

FACTS = ("credit_code", "domain", "industry", "size_band", "region")
"""What the survivor takes of the absorbed where it has nothing of its own."""
_STRAYS_WITHIN = timedelta(hours=1)
_PLACE = ("title", "department", "buying_role", "email_domain", "valid_from")
Follower = Callable[[Sequence[Account], datetime], None]
Guard = Callable[[Account, Account, Staff], None]


class OneCompanyAlready(Refusal):
    code = "one_company_already"
    message = _("These are one company already. Reload the page.")


class CompanyGone(Refusal):
    """One of the two was merged since the page was drawn."""

    code = "company_gone"
    message = _("One of these companies was merged with another in the meantime. Reload the page.")


class TwoCreditCodes(Refusal):
    """One code is one legal entity."""

    code = "two_credit_codes"
    message = _("Both have a valid credit code, and one code is one company. Correct a code first if one is wrong.")


class BelowTheOther(Refusal):
    """What would remain stands below what would go."""

    code = "below_the_other"
    message = _("The company that is to remain belongs to the other. Merge the other way round.")


class UndoneAlready(Refusal):
    code = "undone_already"
    message = _("This merge has been undone already. Reload the page.")


class NameGivenSince(Refusal):
    """The survivor, or another company, has taken the name that the absorbed would have again."""

    code = "name_given_since"
    message = _("A company is called “%(name)s” by now. Give that one another name first, then undo the merge.")


class MergedOnward(Refusal):
    """The survivor has been merged itself since."""

    code = "merged_onward"
    message = _("The company that remained was merged with another later. Undo that merge first.")


@dataclass(frozen=True)
class Referring:
    """A table whose rows refer to companies. ``alone``: a company has one row only for each value of this column."""

    table: str
    column: str
    called: str | Promise
    alone: str = ""


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind a merge moves, and how many stay because the survivor has its own."""

    called: str | Promise
    moves: int
    stays: int


@dataclass(frozen=True)
class Preview:
    """What a merge would do. ``facts``: what the survivor would take, by field."""

    moving: list[Moving]
    facts: dict[str, str]
    refusal: Refusal | None = field(default=None)


_referring: dict[tuple[str, str], Referring] = {}
_followers: list[Follower] = []
_guards: list[Guard] = []


def register(model: type[models.Model], called: str | Promise, *, field_name: str = "account", alone: str = "") -> None:
    """Let the rows of ``model`` move when the company that ``field_name`` names is merged.

    Args:
        called: what people read above how many there are, in the plural.
        alone: the other field of a uniqueness; the row of the absorbed stays where the survivor has one.
    """
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    table, column = model._meta.db_table, columns[field_name]
    _referring[table, column] = Referring(table, column, called, columns[alone] if alone else "")


def follow(follower: Follower) -> None:
    """Call ``follower(companies, at)`` when rows have moved between them, so that what is derived is redone."""
    if follower not in _followers:
        _followers.append(follower)


def guard(guarding: Guard) -> None:
    """Call ``guarding(survivor, absorbed, by)`` before a merge, both rows locked: it may refuse."""
    if guarding not in _guards:
        _guards.append(guarding)


def registered_columns() -> frozenset[tuple[str, str]]:
    """The tables and columns that follow a merge; a test compares them with the models."""
    return frozenset(_referring)


def what_would_move(*, survivor: Account, absorbed: Account) -> Preview:
    """What :func:`merge_accounts` would do, for the page that asks before it is done. Writes nothing."""
    moving = []
    for one in _referring.values():
        ((moves, stays),) = execute(
            f"SELECT count(*) FILTER (WHERE NOT ({_taken(one)})), count(*) FILTER (WHERE {_taken(one)})"  # noqa: S608  # names of our own
            f" FROM {one.table} t WHERE {_refers(one)}",
            survivor=survivor.pk,
            absorbed=absorbed.pk,
        )
        if moves or stays:
            moving.append(Moving(one.called, moves, stays))
    facts = {name: str(after) for name, (_before, after) in _facts_to_take(survivor, absorbed).items()}
    return Preview(moving, facts, _why_not(survivor, absorbed))


def merge_accounts(*, survivor: Account, absorbed: Account, by: Staff, at: datetime) -> AccountMerge:
    """Say that two entries are one company: ``absorbed`` goes, and all that refers to it is the survivor's.

    Leads, deals, contracts, people, subsidiaries, owners, collaborators and files move. Where only one row can stand
    (one person's place in a company, one owner a product line) the survivor's stays, with its blanks filled in. Facts
    that the survivor lacks are taken over; the absorbed one's names go on leading to the survivor. Candidates that
    name the absorbed are dropped. :func:`unmerge_accounts` takes all of it back.

    A door for a person: it opens the transaction, locks both rows and writes the trail. The caller has checked that
    ``by`` may manage companies and sees both.

    Returns:
        the merge as it is kept; its ``survivor`` is the company as it is now.

    Raises:
        OneCompanyAlready, CompanyGone, TwoCreditCodes, BelowTheOther, or what a guard refuses: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        lock_groups()
        kept, gone = _locked(survivor, absorbed)
        if (no := _why_not(kept, gone)) is not None:
            raise no
        for guarding in _guards:
            guarding(kept, gone, by)
        merge = AccountMerge.objects.create(survivor=kept, absorbed=gone, by=by, at=at, filled=_fill_places(kept, gone))
        AccountMove.objects.bulk_create(_move(merge, one) for one in _referring.values())
        merge.moves.filter(rows=[]).delete()
        merge.taken = _take_facts(kept, gone)
        merge.save(update_fields=["taken"])
        gone.merged_into = kept
        gone.compared_at = at
        gone.save(update_fields=["merged_into", "compared_at"])
        AccountCandidate.objects.filter(models.Q(account=gone) | models.Q(other=gone)).delete()
        refresh_names([kept])
        for follower in _followers:
            follower([kept, gone], at)
        record("people.accounts_merged", actor=by, subject=kept, at=at, absorbed=str(gone.public_id))
    return merge


def gather_strays(*, at: datetime) -> None:
    """Let what was written of an absorbed entry while it was being merged follow it. A transaction a merge.

    Whoever writes of a company does not wait for a merge: a form that found the entry a moment before still names it.
    """
    lately = AccountMerge.objects.filter(undone_at=None, at__gt=at - _STRAYS_WITHIN).order_by("pk")
    for pk in list(lately.values_list("pk", flat=True)):
        with transaction.atomic():
            lock_groups()
            merge = AccountMerge.objects.select_for_update(no_key=True).get(pk=pk)
            kept, gone = _locked(merge.survivor, merge.absorbed)
            if merge.undone_at is not None or kept.merged_into_id is not None:
                continue
            moves = [move for one in _referring.values() if (move := _move(merge, one)).rows]
            AccountMove.objects.bulk_create(moves)
            for follower in _followers if moves else ():
                follower([kept, gone], at)


def unmerge_accounts(*, merge: AccountMerge, by: Staff, at: datetime) -> Account:
    """Take a merge back: what it moved goes back, unless it was moved on since; what came later stays.

    Returns:
        the company that stands by itself again.

    Raises:
        UndoneAlready, MergedOnward, NameGivenSince: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        lock_groups()
        merge = AccountMerge.objects.select_for_update().get(pk=merge.pk)
        kept, again = _locked(merge.survivor, merge.absorbed)
        if merge.undone_at is not None:
            raise UndoneAlready
        if kept.merged_into_id is not None:
            raise MergedOnward
        if Account.objects.filter(name_key=name_key(again.name)).exclude(pk=again.pk).exists():
            raise NameGivenSince(name=again.name)
        for move in merge.moves.all():
            execute(
                f"UPDATE {move.table} SET {move.column} = %(absorbed)s"  # noqa: S608  # names of our own
                f" WHERE id = ANY(%(rows)s::bigint[]) AND {move.column} = %(survivor)s",
                rows=move.rows,
                survivor=kept.pk,
                absorbed=again.pk,
            )
        _empty_places(merge.filled)
        _give_facts_back(merge.taken, kept, again)
        again.merged_into, again.compared_at = None, None
        again.save(update_fields=["merged_into", "compared_at"])
        merge.undone_at, merge.undone_by = at, by
        merge.save(update_fields=["undone_at", "undone_by"])
        refresh_names([kept, again])
        for follower in _followers:
            follower([kept, again], at)
        record("people.accounts_unmerged", actor=by, subject=kept, at=at, other=str(again.public_id))
    return again


def _locked(survivor: Account, absorbed: Account) -> tuple[Account, Account]:
    rows = Account.objects.select_for_update(no_key=True).order_by("pk").in_bulk([survivor.pk, absorbed.pk])
    return rows[survivor.pk], rows[absorbed.pk]


def _why_not(survivor: Account, absorbed: Account) -> Refusal | None:
    if survivor.pk == absorbed.pk:
        return OneCompanyAlready()
    if survivor.merged_into_id is not None or absorbed.merged_into_id is not None:
        return CompanyGone()
    codes = [survivor.credit_code, absorbed.credit_code]
    if all(code is not None and is_consistent(code) for code in codes):
        return TwoCreditCodes()
    return BelowTheOther() if absorbed.pk in ids_above(survivor) else None


def _refers(one: Referring) -> str:
    """The condition that ``t`` refers to the absorbed; no company becomes its own parent."""
    is_itself = " AND t.id <> %(survivor)s" if one.table == Account._meta.db_table else ""
    return f"t.{one.column} = %(absorbed)s{is_itself}"


def _taken(one: Referring) -> str:
    """The condition that the survivor has a row of its own in the place of ``t``."""
    if not one.alone:
        return "FALSE"
    return f"EXISTS (SELECT FROM {one.table} o WHERE o.{one.column} = %(survivor)s AND o.{one.alone} = t.{one.alone})"


def _move(merge: AccountMerge, one: Referring) -> AccountMove:
    moved = execute(
        f"UPDATE {one.table} t SET {one.column} = %(survivor)s"  # noqa: S608  # names of our own
        f" WHERE {_refers(one)} AND NOT ({_taken(one)}) RETURNING t.id",
        survivor=merge.survivor_id,
        absorbed=merge.absorbed_id,
    )
    return AccountMove(merge=merge, table=one.table, column=one.column, rows=sorted(pk for (pk,) in moved))


def _fill_places(kept: Account, gone: Account) -> list[dict[str, Any]]:
    """Fill the blanks of places that people have in both companies; returns what was filled, to be emptied again."""
    theirs = {place.subject_id: place for place in Affiliation.objects.filter(account=gone)}
    places = list(Affiliation.objects.filter(account=kept, subject__in=theirs))
    filled = []
    for place in places:
        given = {name: getattr(theirs[place.subject_id], name) for name in _PLACE if not getattr(place, name)}
        given = {name: value for name, value in given.items() if value and _fits(place, name, value)}
        for name, value in given.items():
            setattr(place, name, value)
        if given:
            filled.append({"id": place.pk, "given": {name: str(value) for name, value in given.items()}})
    Affiliation.objects.bulk_update(places, _PLACE)
    return filled


def _fits(place: Affiliation, name: str, value: Any) -> bool:
    """A place may not end before it begins."""
    return name != "valid_from" or place.valid_to is None or value <= place.valid_to


def _empty_places(filled: Iterable[Mapping[str, Any]]) -> None:
    given = {entry["id"]: entry["given"] for entry in filled}
    places = list(Affiliation.objects.filter(pk__in=given))
    for place in places:
        for name, value in given[place.pk].items():
            if str(getattr(place, name)) == value:
                setattr(place, name, None if name == "valid_from" else "")
    Affiliation.objects.bulk_update(places, _PLACE)


def _facts_to_take(kept: Account, gone: Account) -> dict[str, tuple[Any, Any]]:
    """The facts that change on the survivor, each before and after."""
    taken = {
        name: (getattr(kept, name), getattr(gone, name))
        for name in FACTS
        if getattr(gone, name) and not getattr(kept, name)
    }
    if (
        kept.credit_code
        and gone.credit_code
        and is_consistent(gone.credit_code)
        and not is_consistent(kept.credit_code)
    ):
        taken["credit_code"] = (kept.credit_code, gone.credit_code)
    if gone.is_confirmed and not kept.is_confirmed:
        taken["is_confirmed"] = (False, True)
    return taken


def _take_facts(kept: Account, gone: Account) -> dict[str, list[Any]]:
    taken = _facts_to_take(kept, gone)
    if kept.parent_id is None and gone.parent_id not in (None, kept.pk) and kept.pk not in ids_above(gone):
        taken["parent_id"] = (None, gone.parent_id)
    if "credit_code" in taken:
        Account.objects.filter(pk=gone.pk).update(credit_code=None)  # one code stands once
        gone.credit_code = None
    for name, (_before, after) in taken.items():
        setattr(kept, name, after)
    kept.save()
    return {name: list(pair) for name, pair in taken.items()}


def _give_facts_back(taken: Mapping[str, Sequence[Any]], kept: Account, again: Account) -> None:
    """The survivor has again what it had, unless somebody has changed it since."""
    for name, (before, after) in taken.items():
        if getattr(kept, name) != after:
            continue
        setattr(kept, name, before)
        if name == "credit_code":
            kept.save(update_fields=["credit_code"])
            again.credit_code = after
            again.save(update_fields=["credit_code"])
    kept.save()
