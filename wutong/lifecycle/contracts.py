"""The third machine: a contract from its signature to renewal or churn, moved by its dates and by colleagues.

The table is the machine; :func:`step_contracts` is the only function that walks it. Source: ``product.md`` 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.models import Contract, ContractStage, Machine, StageVisit
from wutong.platform.audit import record
from wutong.platform.calendar import months_later
from wutong.platform.models import Organisation, Role, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.refusal import Refusal

REASONS: Mapping[ContractStage, Mapping[str, str | Promise]] = {
    ContractStage.CHURNED: {
        "price": pgettext_lazy("churn reason", "Too expensive"),
        "not_used": pgettext_lazy("churn reason", "Hardly used"),
        "competitor": pgettext_lazy("churn reason", "Went to a competitor"),
        "service": pgettext_lazy("churn reason", "Unhappy with the service"),
        "closed_down": pgettext_lazy("churn reason", "Business given up"),
    }
}


@dataclass(frozen=True)
class Step:
    """One arrow: which roles may take it, and whether the contract's dates take it by themselves."""

    by: frozenset[str]
    by_date: bool = False


_SUCCESS = frozenset({Role.SUCCESS, Role.SALES, Role.MANAGER})
_S = ContractStage
_IN_ORDER = (_S.SIGNED, _S.ONBOARDING, _S.ADOPTING, _S.MATURE, _S.RENEWAL)

STEPS: Mapping[tuple[ContractStage, ContractStage], Step] = {
    **{
        (before, after): Step(_SUCCESS, by_date=_IN_ORDER.index(after) > _IN_ORDER.index(before))
        for before in _IN_ORDER
        for after in _IN_ORDER
        if before != after
    },
    **{(before, _S.CHURNED): Step(_SUCCESS) for before in _IN_ORDER},
    **{(before, _S.RENEWED): Step(_SUCCESS) for before in (_S.MATURE, _S.RENEWAL)},
}
"""All arrows there are. Whose contract it is may set it to any running stage while it runs; its dates only move it on,
and not from where it was set until they say something new."""
SIGNED, BY_DATE = "signed", "by_date"
"""Why a contract is in a stage into which nobody has set it by hand."""

MONTHS_UNTIL: Mapping[ContractStage, int] = {_S.ONBOARDING: 0, _S.ADOPTING: 1, _S.MATURE: 3}
"""From how many months after its start a contract is in a stage."""
RENEWAL_MONTHS_BEFORE_END = 3


class NoSuchContractStep(Refusal):
    """The machine has no such arrow for this colleague."""

    code = "no_such_contract_step"
    message = _("A contract in stage “%(stage)s” cannot go there, or your role does not take this step.")


class NotYourContract(Refusal):
    """The contract is a colleague's."""

    code = "not_your_contract"
    message = _("This contract belongs to %(name)s. Ask for it, or ask a manager.")


class ContractReasonNeeded(Refusal):
    """A lost customer without a reason teaches nothing."""

    code = "contract_reason_needed"
    message = _("Choose why the customer leaves.")


class ContractMovedMeanwhile(Refusal):
    """Somebody moved the contract since the page was drawn."""

    code = "contract_moved"
    message = _("The contract is in stage “%(stage)s” by now. Nothing was changed.")


class TermImpossible(Refusal):
    """A contract that would end before it begins."""

    code = "contract_term_impossible"
    message = _("The contract must end after it starts. Correct the dates.")


class NotTheirContract(Refusal):
    """A contract is given to somebody who does not look after contracts, or by somebody whose it is not."""

    code = "not_their_contract"
    message = _("A contract goes from its owner or a manager to a colleague of customer success or sales.")


def start_contracts(contracts: Sequence[Contract], *, by: Staff | None, at: datetime) -> None:
    """Store signed ``contracts`` with the stay they begin in. Opens no transaction.

    Raises:
        TermImpossible: one ends before it starts.
    """
    if any(contract.ends_on <= contract.starts_on for contract in contracts):
        raise TermImpossible
    Contract.objects.bulk_create(contracts)
    StageVisit.objects.bulk_create([new_stay(contract, by=by, at=at, reason=SIGNED) for contract in contracts])
    insert_many([happening("contract_started", contract, at=at, by=by) for contract in contracts])


def move_contract(*, contract: Contract, to: ContractStage, by: Staff, at: datetime, reason: str = "") -> None:
    """Move ``contract`` by hand: to another running stage, or out, with a reason.

    Raises:
        ContractMovedMeanwhile, NoSuchContractStep, NotYourContract, ContractReasonNeeded: see there.
    """
    if to == ContractStage.RENEWED:
        raise NoSuchContractStep(stage=contract.get_stage_display())  # a renewal has dates and an amount
    with transaction.atomic(durable=True):
        now = _locked(contract)
        before = now.stage
        step_contracts([now], to=to, by=by, at=at, reason=reason)
        record("lifecycle.contract_moved", actor=by, subject=now, at=at, before=before, after=to.value, reason=reason)


def renew_contract(*, contract: Contract, by: Staff, at: datetime, ends_on: date, amount: Decimal) -> Contract:
    """End ``contract`` as renewed and start the one that follows it, the day after.

    Raises:
        ContractMovedMeanwhile, NoSuchContractStep, NotYourContract, TermImpossible: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(contract)
        step_contracts([now], to=ContractStage.RENEWED, by=by, at=at)
        following = Contract(
            account_id=now.account_id,
            subject_id=now.subject_id,
            person_id=now.person_id,
            product_line_id=now.product_line_id,
            scope_id=now.scope_id,
            team_id=now.team_id,
            owner_id=now.owner_id,
            amount=amount,
            currency=now.currency,
            signed_at=at,
            starts_on=now.ends_on + timedelta(days=1),
            ends_on=ends_on,
            previous=now,
        )
        start_contracts([following], by=by, at=at)
        record("lifecycle.contract_renewed", actor=by, subject=now, at=at, until=ends_on.isoformat())
    return following


def hand_contract(*, contract: Contract, to: Staff, by: Staff, at: datetime) -> None:
    """Give ``contract`` to ``to``, who looks after it from now on and is told: after the deal, customer success.

    Raises:
        ContractMovedMeanwhile, NotTheirContract: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(contract)
        if to.role not in _SUCCESS or not to.is_active or not may_change(now, by=by):
            raise NotTheirContract
        now.owner, now.team = to, to.team or now.team
        now.version += 1
        now.save(update_fields=["owner", "team", "version"])
        record("lifecycle.contract_handed", actor=by, subject=now, at=at, to=str(to.public_id))
        if to != by:
            notice = Notice(
                staff_id=to.pk,
                kind="contract_handed",
                group=f"contract:{now.public_id}",
                params={"company": now.account.name, "by": by.full_name},
                url=f"/contracts/{now.public_id}/",
            )
            notify_many([notice], at=at)


def can_look_after(staff: Staff) -> bool:
    """Whether contracts may be given to ``staff``."""
    return staff.is_active and staff.role in _SUCCESS


def may_change(contract: Contract, *, by: Staff) -> bool:
    """Whether ``by`` may move, renew or end ``contract``, or give it to somebody else."""
    return by.role in _SUCCESS and (contract.owner_id in (None, by.pk) or by.role == Role.MANAGER)


def step_contracts(
    contracts: Sequence[Contract], *, to: ContractStage, by: Staff | None, at: datetime, reason: str = ""
) -> None:
    """Take ``contracts`` (locked) one step, with stay and event. Opens no transaction; ``by`` None are the dates.

    Raises:
        NoSuchContractStep, NotYourContract, ContractReasonNeeded: nothing is changed then.
    """
    for contract in contracts:
        step = STEPS.get((ContractStage(contract.stage), to))
        if step is None or (by.role not in step.by if by is not None else not step.by_date):
            raise NoSuchContractStep(stage=contract.get_stage_display())
        if by is not None and not may_change(contract, by=by):
            raise NotYourContract(name=contract.owner.full_name if contract.owner else "")
        if by is not None and to in REASONS and reason not in REASONS[to]:
            raise ContractReasonNeeded
    if not contracts:
        return
    StageVisit.objects.filter(contract__in=contracts, machine=Machine.CONTRACT, left_at=None).update(
        left_at=Greatest(at, F("entered_at"))
    )
    for contract in contracts:
        contract.stage, contract.reason = to, reason
        contract.version += 1
    StageVisit.objects.bulk_create([new_stay(contract, by=by, at=at, reason=reason) for contract in contracts])
    Contract.objects.bulk_update(contracts, ["stage", "reason", "version"])
    insert_many([happening("stage_entered", contract, at=at, by=by) for contract in contracts])


def steps_from(contract: Contract, *, by: Staff) -> list[ContractStage]:
    """The stages to which ``by`` may move ``contract`` by hand; a renewal has a form of its own."""
    return [
        after
        for (before, after), step in STEPS.items()
        if before == contract.stage
        and by.role in step.by
        and may_change(contract, by=by)
        and after != ContractStage.RENEWED
    ]


def may_renew(contract: Contract, *, by: Staff) -> bool:
    """Whether ``by`` may start the contract that follows ``contract`` now."""
    step = STEPS.get((ContractStage(contract.stage), ContractStage.RENEWED))
    return step is not None and by.role in step.by and may_change(contract, by=by)


def stage_by_dates(contract: Contract, *, on: date) -> ContractStage:
    """The running stage that the dates of ``contract`` give it on a day. Source: ``product.md`` 3."""
    begun = [stage for stage in (*MONTHS_UNTIL, _S.RENEWAL) if on >= begins_on(contract, stage)]
    return begun[-1] if begun else ContractStage.SIGNED


def begins_on(contract: Contract, stage: ContractStage) -> date:
    """The day from which the dates of ``contract`` put it into a running stage after the first."""
    if stage == ContractStage.RENEWAL:
        return max(months_later(contract.ends_on, -RENEWAL_MONTHS_BEFORE_END), contract.starts_on)
    return months_later(contract.starts_on, MONTHS_UNTIL[stage])


def advance_contracts(*, at: datetime, limit: int = 1_000) -> int:
    """Move on the contracts whose dates say so, never back; returns how many. Opens no transaction.

    One that a colleague has set stays there until a day that comes after that one brings it further.

    Args:
        limit: the most contracts that are moved, and locked, in one go; the others wait for the next.
    """
    organisation = Organisation.objects.first()
    zone = ZoneInfo(organisation.zone if organisation else "Asia/Shanghai")
    running = Contract.objects.running().exclude(stage=_S.RENEWAL)
    set_at = _set_by_hand_at(running)
    due: dict[int, tuple[str, ContractStage]] = {}
    for contract in running.order_by("pk").iterator():
        to = stage_by_dates(contract, on=at.astimezone(zone).date())
        if _IN_ORDER.index(to) <= _IN_ORDER.index(ContractStage(contract.stage)):
            continue
        if contract.pk in set_at and begins_on(contract, to) <= set_at[contract.pk].astimezone(zone).date():
            continue
        due[contract.pk] = (contract.stage, to)
        if len(due) == limit:
            break
    moving: dict[ContractStage, list[Contract]] = {}
    for contract in Contract.objects.select_for_update(no_key=True).filter(pk__in=due).order_by("pk"):
        seen, to = due[contract.pk]
        if contract.stage == seen:  # else somebody was quicker
            moving.setdefault(to, []).append(contract)
    for to, contracts in moving.items():
        step_contracts(contracts, to=to, by=None, at=at, reason=BY_DATE)
    return sum(map(len, moving.values()))


def _set_by_hand_at(contracts: QuerySet[Contract]) -> dict[int | None, datetime]:
    """When a colleague set those of ``contracts`` that are where a colleague set them."""
    stays = StageVisit.objects.filter(contract__in=contracts, machine=Machine.CONTRACT, left_at=None)
    by_hand = stays.filter(entered_by__isnull=False).exclude(reason=SIGNED)
    return dict(by_hand.values_list("contract", "entered_at"))


def _locked(contract: Contract) -> Contract:
    now = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if now.stage != contract.stage:
        raise ContractMovedMeanwhile(stage=now.get_stage_display())
    return now


def new_stay(contract: Contract, *, by: Staff | None, at: datetime, reason: str) -> StageVisit:
    """The stay that begins as ``contract`` enters the stage it is in, not yet stored."""
    return StageVisit(
        machine=Machine.CONTRACT,
        stage=contract.stage,
        subject_id=contract.subject_id,
        person_id=contract.person_id,
        contract=contract,
        team_id=contract.team_id,
        owner_id=contract.owner_id,
        entered_at=at,
        entered_by=by,
        reason=reason,
    )


def happening(name: str, contract: Contract, *, by: Staff | None, at: datetime) -> HotRow:
    """The event ``contract_started`` or ``stage_entered`` of a contract as it is now, not yet stored."""
    if name == "contract_started":
        props = {"contract": str(contract.public_id), "product_line": contract.product_line.code}
    else:
        props = {"machine": Machine.CONTRACT.value, "stage": contract.stage}
    return HotRow(
        id=new_id(at),
        name=name,
        occurred_at=at,
        received_at=at,
        source="system" if by is None else "staff",
        subject_id=contract.subject_id,
        person_id=contract.person_id,
        props=props,
        digest=digest_of(name, str(contract.public_id), contract.stage, at.isoformat()),
    )
