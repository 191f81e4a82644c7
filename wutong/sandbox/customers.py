"""Companies that were customers before the demo's half year began: their contracts, and the people known there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from wutong.events.hot import new_id
from wutong.lifecycle.contracts import MONTHS_UNTIL, RENEWAL_MONTHS_BEFORE_END
from wutong.lifecycle.contracts_retold import ContractStep, ToldContract, retell_contracts
from wutong.lifecycle.models import Contract, ContractStage, ProductLine
from wutong.lifecycle.reach import settle_reach
from wutong.people.accounts import Employment, employ_many
from wutong.people.facts import Statement, refresh_people, state_many
from wutong.people.identity import IdentifierKey, Observed, Whose, observe_many
from wutong.people.models import Account, Assurance, IdentifierKind
from wutong.people.normal_form import email, phone
from wutong.platform.calendar import months_later
from wutong.platform.models import BusinessScope, Organisation, Staff, Team
from wutong.sandbox.contacts import Contact
from wutong.sandbox.lives import ZONE

SOURCE = "import:customers"
EARLIEST_DAYS, LATEST_DAYS = 480, 190
_END_REASONS = ("not_used", "price", "competitor", "closed_down")


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A company with a contract, and its people; the first signed it."""

    account: Account
    people: Sequence[Whose]


def import_customers(rng: Random, people: Sequence[Contact], *, by: Staff, contracts: int, at: datetime) -> None:
    """Keep ``people`` as known, and let the first companies among them have ``contracts``. Opens no transaction."""
    customers = _known(rng, people, at=at)
    line, scope = ProductLine.objects.order_by("pk")[0], BusinessScope.objects.order_by("pk")[0]
    currency = Organisation.objects.get().currency
    team = Team.objects.get(members=by)
    told: list[ToldContract] = []
    for customer in islice(customers, contracts):
        signed_at = at - timedelta(days=rng.randint(LATEST_DAYS, EARLIEST_DAYS), minutes=rng.randint(0, 400))
        first = Contract(
            account=customer.account,
            subject_id=customer.people[0].subject_id,
            person_id=customer.people[0].person_id,
            product_line=line,
            scope=scope,
            team=team,
            owner=by,
            amount=Decimal(rng.choice((18, 26, 36, 48, 60, 96, 150))) * 10_000,
            currency=currency,
            signed_at=signed_at,
            starts_on=signed_at.date() + timedelta(days=rng.randint(1, 20)),
            ends_on=signed_at.date(),
        )
        told += _years(rng, first, by=by, now=at)
    retell_contracts(told)


def steps_by_dates(starts_on: date, ends_on: date, *, signed_at: datetime, until: datetime) -> list[ContractStep]:
    """The stages that its dates have led a contract through so far."""
    entered = {stage: months_later(starts_on, months) for stage, months in MONTHS_UNTIL.items()}
    entered[ContractStage.RENEWAL] = months_later(ends_on, -RENEWAL_MONTHS_BEFORE_END)
    return [
        ContractStep(at=_morning(on), to=stage, reason="by_date")
        for stage, on in entered.items()
        if signed_at < _morning(on) <= until
    ]


def _known(rng: Random, people: Sequence[Contact], *, at: datetime) -> Iterator[Customer]:
    """Enter people as a colleague would: with telephone, address, company and title."""
    seen_at = at - timedelta(days=LATEST_DAYS)
    seen = [
        Observed(
            id=new_id(seen_at),
            at=seen_at - timedelta(days=rng.randint(0, EARLIEST_DAYS - LATEST_DAYS)),
            received_at=seen_at,
            source="import",
            assurance=Assurance.STAFF,
            identifiers=(
                IdentifierKey(IdentifierKind.PHONE, phone(one.phone).e164),
                IdentifierKey(IdentifierKind.EMAIL, email(one.email)),
            ),
        )
        for one in people
    ]
    whose = observe_many(seen, at=seen_at).whose
    ours = [whose[one.id] for one in seen]
    state_many(
        [
            Statement(
                subject_id=owner.subject_id,
                person_id=owner.person_id,
                field=field,
                value=value,
                source=SOURCE,
                assurance=Assurance.STAFF,
                observed_at=seen_at,
            )
            for one, owner in zip(people, ours, strict=True)
            for field, value in (
                ("full_name", one.name),
                ("title", one.title),
                ("company", one.company),
                ("phone", phone(one.phone).e164),
                ("email", one.email),
            )
        ]
    )
    accounts = employ_many(
        [
            Employment(
                subject_id=owner.subject_id,
                person_id=owner.person_id,
                company=one.company,
                title=one.title,
                source=SOURCE,
                assurance=Assurance.STAFF,
            )
            for one, owner in zip(people, ours, strict=True)
        ],
        at=seen_at,
    )
    known = sorted(owner.person_id for owner in ours)
    refresh_people(known)
    settle_reach(dict.fromkeys(known, seen_at))
    by_account: dict[Account, list[Whose]] = {}
    for owner in ours:
        by_account.setdefault(accounts[owner.subject_id], []).append(owner)
    return (Customer(account=account, people=members) for account, members in by_account.items())


def _years(rng: Random, contract: Contract, *, by: Staff, now: datetime) -> Iterator[ToldContract]:
    """``contract`` and what renewed it, year after year."""
    while True:
        contract.ends_on = months_later(contract.starts_on, 12) - timedelta(days=1)
        steps = steps_by_dates(contract.starts_on, contract.ends_on, signed_at=contract.signed_at, until=now)
        ends_at = _morning(contract.ends_on) - timedelta(days=rng.randint(3, 40))
        if ends_at > now:
            yield ToldContract(contract=contract, by=by, steps=steps)
            return
        steps = [step for step in steps if step.at < ends_at]
        if rng.random() < 0.2:
            left = ContractStep(at=ends_at, to=ContractStage.CHURNED, by=by, reason=rng.choice(_END_REASONS))
            yield ToldContract(contract=contract, by=by, steps=[*steps, left])
            return
        yield ToldContract(
            contract=contract, by=by, steps=[*steps, ContractStep(at=ends_at, to=ContractStage.RENEWED, by=by)]
        )
        contract = _renewed(contract, signed_at=ends_at)


def _renewed(contract: Contract, *, signed_at: datetime) -> Contract:
    return Contract(
        account=contract.account,
        subject_id=contract.subject_id,
        person_id=contract.person_id,
        product_line=contract.product_line,
        scope=contract.scope,
        team_id=contract.team_id,
        owner=contract.owner,
        amount=contract.amount,
        currency=contract.currency,
        signed_at=signed_at,
        starts_on=contract.ends_on + timedelta(days=1),
        ends_on=contract.ends_on + timedelta(days=2),
        previous=contract,
    )


def _morning(on: date) -> datetime:
    return datetime.combine(on, time(9, 17), tzinfo=ZONE)
