"""The contract's machine."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from tests.cast import NINE, make_account, make_person, make_staff
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.contracts import (
    STEPS,
    ContractMovedMeanwhile,
    ContractReasonNeeded,
    NoSuchContractStep,
    NotYourContract,
    TermImpossible,
    advance_contracts,
    may_renew,
    move_contract,
    renew_contract,
    stage_by_dates,
    start_contracts,
    steps_from,
)
from wutong.lifecycle.models import Contract, ContractStage, StageVisit
from wutong.people.models import Account
from wutong.platform.models import BusinessScope

LATER = NINE + timedelta(days=1)


def make_contract(
    owner, *, starts_on: date = date(2026, 1, 1), ends_on: date = date(2026, 12, 31), account: Account | None = None
) -> Contract:
    person = make_person()
    contract = Contract(
        account=account or make_account(),
        subject=person.identifiers.get(),
        person=person,
        product_line=default_product_line(),
        scope=BusinessScope.objects.get(),
        team=owner.team,
        owner=owner,
        amount=Decimal(100_000),
        currency="CNY",
        signed_at=NINE,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    start_contracts([contract], by=owner, at=NINE)
    return contract


def advance(*, at: datetime) -> int:
    with transaction.atomic():
        return advance_contracts(at=at)


def test_every_stage_can_be_reached_and_the_running_ones_left() -> None:
    assert {after for _, after in STEPS} == set(ContractStage)
    assert {before for before, _ in STEPS} == set(ContractStage) - {"renewed", "churned"}


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2025, 12, 31), "signed"),
        (date(2026, 1, 1), "onboarding"),
        (date(2026, 1, 31), "onboarding"),
        (date(2026, 2, 1), "adopting"),
        (date(2026, 4, 1), "mature"),
        (date(2026, 9, 29), "mature"),
        (date(2026, 9, 30), "renewal"),
        (date(2027, 3, 1), "renewal"),
    ],
)
def test_the_dates_say_the_stage(on, stage) -> None:
    contract = Contract(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    assert stage_by_dates(contract, on=on) == stage


@pytest.mark.django_db
def test_contracts_move_on_by_their_dates_and_never_back(xu) -> None:
    today = NINE.date()
    young = make_contract(xu, starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=363))
    assert advance_contracts(at=NINE) == 1
    young.refresh_from_db()
    assert young.stage == "onboarding"
    assert advance_contracts(at=NINE) == 0
    assert StageVisit.objects.filter(contract=young).count() == 2


@pytest.mark.django_db
def test_no_more_contracts_move_at_once_than_are_asked_for(xu) -> None:
    for name in ("North", "South"):
        make_contract(xu, starts_on=NINE.date() - timedelta(days=2), account=make_account(name))
    assert [advance_contracts(at=NINE, limit=1) for _n in range(3)] == [1, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_contract_set_back_by_hand_stays_until_its_dates_say_something_new(xu) -> None:
    contract = make_contract(xu, starts_on=NINE.date() - timedelta(days=45), ends_on=NINE.date() + timedelta(days=320))
    assert advance(at=NINE) == 1
    contract.refresh_from_db()
    assert contract.stage == "adopting"
    move_contract(contract=contract, to=ContractStage.ONBOARDING, by=xu, at=NINE)
    assert advance(at=LATER) == 0
    assert advance(at=NINE + timedelta(days=60)) == 1
    contract.refresh_from_db()
    assert contract.stage == "mature"


@pytest.mark.django_db(transaction=True)
def test_only_whose_contract_it_is_or_a_manager_moves_and_renews_it(xu, wang) -> None:
    colleague = make_staff("Tan", role="sales", team=xu.team, data_scope="team")
    contract = make_contract(xu)
    assert steps_from(contract, by=colleague) == []
    with pytest.raises(NotYourContract):
        move_contract(contract=contract, to=ContractStage.CHURNED, by=colleague, at=LATER, reason="price")
    move_contract(contract=contract, to=ContractStage.RENEWAL, by=wang, at=LATER)
    contract.refresh_from_db()
    assert not may_renew(contract, by=colleague)
    with pytest.raises(NotYourContract):
        renew_contract(contract=contract, by=colleague, at=LATER, ends_on=date(2027, 12, 31), amount=Decimal(1))


@pytest.mark.django_db(transaction=True)
def test_a_colleague_moves_renews_or_ends_it(xu, mei) -> None:
    contract = make_contract(xu)
    assert steps_from(contract, by=mei) == []
    with pytest.raises(NoSuchContractStep):
        move_contract(contract=contract, to=ContractStage.MATURE, by=mei, at=LATER)
    move_contract(contract=contract, to=ContractStage.RENEWAL, by=xu, at=LATER)
    with pytest.raises(ContractMovedMeanwhile):
        move_contract(contract=contract, to=ContractStage.MATURE, by=xu, at=LATER)
    contract.refresh_from_db()
    with pytest.raises(TermImpossible):
        renew_contract(contract=contract, by=xu, at=LATER, ends_on=date(2026, 12, 31), amount=Decimal(1))
    following = renew_contract(contract=contract, by=xu, at=LATER, ends_on=date(2027, 12, 31), amount=Decimal(120_000))
    contract.refresh_from_db()
    assert (contract.stage, following.starts_on, following.previous) == ("renewed", date(2027, 1, 1), contract)
    with pytest.raises(ContractReasonNeeded):
        move_contract(contract=following, to=ContractStage.CHURNED, by=xu, at=LATER)
