"""Contracts with all that has become of them, as another system tells it; written set-wise. See :mod:`contracts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.events.hot import insert_many
from wutong.lifecycle.contracts import (
    REASONS,
    SIGNED,
    STEPS,
    ContractReasonNeeded,
    NoSuchContractStep,
    TermImpossible,
    happening,
    new_stay,
)
from wutong.lifecycle.models import Contract, ContractStage, StageVisit
from wutong.platform.models import Staff


@dataclass(frozen=True, kw_only=True)
class ContractStep:
    """The contract entered a stage. ``by`` None are its dates."""

    at: datetime
    to: ContractStage
    by: Staff | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ToldContract:
    """A signed contract, not yet stored, and its steps since. What it renews stands before it in the list."""

    contract: Contract
    by: Staff | None
    steps: Sequence[ContractStep] = ()


def retell_contracts(told: Sequence[ToldContract]) -> None:
    """Store contracts with their stays and events. Opens no transaction.

    Raises:
        TermImpossible, NoSuchContractStep, ContractReasonNeeded: nothing is stored then.
    """
    stays: list[StageVisit] = []
    events = []
    for one in told:
        contract = one.contract
        if contract.ends_on <= contract.starts_on:
            raise TermImpossible
        stays.append(new_stay(contract, by=one.by, at=contract.signed_at, reason=SIGNED))
        events.append(happening("contract_started", contract, by=one.by, at=contract.signed_at))
        for step in one.steps:
            _check(contract, step)
            stays[-1].left_at = step.at
            contract.stage, contract.reason = step.to, step.reason
            contract.version += 1
            stays.append(new_stay(contract, by=step.by, at=step.at, reason=step.reason))
            events.append(happening("stage_entered", contract, by=step.by, at=step.at))
    for are_renewals in (False, True):
        Contract.objects.bulk_create([one.contract for one in told if bool(one.contract.previous) is are_renewals])
    for stay in stays:
        stay.contract_id = stay.contract.pk if stay.contract is not None else None
    StageVisit.objects.bulk_create(stays)
    insert_many(events)


def _check(contract: Contract, step: ContractStep) -> None:
    arrow = STEPS.get((ContractStage(contract.stage), step.to))
    if arrow is None or (step.by.role not in arrow.by if step.by is not None else not arrow.by_date):
        raise NoSuchContractStep(stage=contract.get_stage_display())
    if step.by is not None and step.to in REASONS and step.reason not in REASONS[step.to]:
        raise ContractReasonNeeded
