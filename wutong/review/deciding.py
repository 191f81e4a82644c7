"""What a colleague says of a pair, and taking it back. Both sides are in the colleague's sight: the view has looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.people.account_merge import merge_accounts
from wutong.people.decisions import merge_people, tell_apart, withdraw
from wutong.people.doubles import compare_people
from wutong.people.models import Account, AccountMerge, Identifier, IdentityDecision, Person, PutAside
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

PUT_OFF_FOR = timedelta(days=7)
UNDONE_WITHIN = timedelta(days=30)


class NothingToTakeBack(Refusal):
    """It was taken back already, long ago, or said by somebody else."""

    code = "nothing_to_take_back"
    message = _("There is nothing to take back any more. Look at the person's history instead.")


class SaidAlready(Refusal):
    """Somebody else has said it of this pair since the page was drawn."""

    code = "told_apart_already"
    message = _("%(name)s has said that these are not the same. Reload the page.")


@dataclass(frozen=True)
class Said:
    """What was done: who remains where two became one, and what takes it back."""

    survivor: Person | Account | None
    kind: str
    """``act``, ``merge`` or ``aside``."""
    key: str


def merge_two_people(*, one: Person, other: Person, by: Staff, at: datetime) -> Said:
    """Say that two people are one. Raises what :func:`wutong.people.decisions.merge_people` does."""
    survivor = merge_people(one=one, other=other, by=by, at=at)
    return Said(survivor, "act", _last_act(by, at))


def keep_two_people_apart(*, one: Person, other: Person, by: Staff, at: datetime) -> Said:
    """Say that two people are not the same. Raises what :func:`wutong.people.decisions.tell_apart` does."""
    tell_apart(one=one, other=other, by=by, at=at)
    return Said(None, "act", _last_act(by, at))


def merge_two_companies(*, survivor: Account, absorbed: Account, by: Staff, at: datetime) -> Said:
    """Say that two entries are one company. Raises what :func:`wutong.people.account_merge.merge_accounts` does."""
    merge = merge_accounts(survivor=survivor, absorbed=absorbed, by=by, at=at)
    return Said(merge.survivor, "merge", str(merge.pk))


def keep_two_companies_apart(*, one: Account, other: Account, by: Staff, at: datetime) -> Said:
    """Say that two companies are not the same; nobody is asked again."""
    with transaction.atomic(durable=True):
        aside = _put_aside(PutAside.Kind.COMPANIES, one.pk, other.pk, what=PutAside.What.APART, by=by, at=at)
        record("review.companies_told_apart", actor=by, subject=one, at=at, other=str(other.public_id))
    return Said(None, "aside", str(aside.pk))


def put_off(*, one: Person | Account, other: Person | Account, by: Staff, at: datetime) -> Said:
    """Ask again in a week.

    Raises:
        SaidAlready: see there.
    """
    kind = PutAside.Kind.COMPANIES if isinstance(one, Account) else PutAside.Kind.PEOPLE
    with transaction.atomic(durable=True):
        aside = _put_aside(kind, one.pk, other.pk, what=PutAside.What.LATER, by=by, at=at)
        record("review.put_off", actor=by, subject=one, at=at, other=str(other.public_id))
    return Said(None, "aside", str(aside.pk))


def act_of(key: UUID, *, by: Staff, at: datetime) -> IdentityDecision:
    """One decision of an act that ``by`` may take back here.

    Raises:
        NothingToTakeBack: see there.
    """
    made = IdentityDecision.objects.filter(act=key, by=by, at__gte=at - UNDONE_WITHIN, withdrawn_at=None)
    decision = made.select_related("low__person", "high__person").first()
    if decision is None:
        raise NothingToTakeBack
    return decision


def take_act_back(decision: IdentityDecision, *, by: Staff, at: datetime) -> None:
    """Take back what was said of two people; they are compared at once, so that the doubt waits again.

    Raises:
        TakenBackAlready: see there.
    """
    withdraw(act=decision.act, by=by, at=at)
    people = Identifier.objects.filter(pk__in=[decision.low_id, decision.high_id]).values_list("person_id", flat=True)
    with transaction.atomic():
        compare_people(sorted(set(people)), at=at)


def merge_of(key: int, *, by: Staff, at: datetime) -> AccountMerge:
    """A merge of companies that ``by`` may take back here.

    Raises:
        NothingToTakeBack: see there.
    """
    made = AccountMerge.objects.filter(pk=key, by=by, at__gte=at - UNDONE_WITHIN, undone_at=None)
    merge = made.select_related("survivor", "absorbed").first()
    if merge is None:
        raise NothingToTakeBack
    return merge


def take_aside_back(*, key: int, by: Staff, at: datetime) -> None:
    """Let a pair that ``by`` put aside wait again.

    Raises:
        NothingToTakeBack: see there.
    """
    with transaction.atomic(durable=True):
        aside = PutAside.objects.select_for_update().filter(pk=key, by=by).first()
        if aside is None:
            raise NothingToTakeBack
        record("review.put_aside_withdrawn", actor=by, at=at, kind=aside.kind, what=aside.what)
        aside.delete()


def _put_aside(kind: PutAside.Kind, one: int, other: int, *, what: PutAside.What, by: Staff, at: datetime) -> PutAside:
    until = at + PUT_OFF_FOR if what is PutAside.What.LATER else None
    said = {"what": what, "until": until, "by": by, "at": at}
    pair = {"kind": kind, "low": min(one, other), "high": max(one, other)}
    aside, is_new = PutAside.objects.select_for_update().get_or_create(**pair, defaults=said)
    if not is_new:
        if aside.what == PutAside.What.APART and what is PutAside.What.LATER:
            raise SaidAlready(name=aside.by.full_name)
        for name, value in said.items():
            setattr(aside, name, value)
        aside.save(update_fields=list(said))
    return aside


def _last_act(by: Staff, at: datetime) -> str:
    return str(IdentityDecision.objects.filter(by=by, at=at).order_by("-pk").values_list("act", flat=True)[0])
