"""Deals for tests: made by the doors that colleagues use."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.cast import NINE, make_account, make_lead
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.stages import Through, step_many
from wutong.platform.models import Staff
from wutong.sales.deal_opening import open_opportunity
from wutong.sales.models import Opportunity

LATER = NINE + timedelta(days=2)


def sql_of(owner: Staff, *, at: datetime = NINE, **given: Any) -> Lead:
    """A lead that its owner has qualified."""
    return qualified(make_lead(owner=owner, team=owner.team, at=at, **given), at=at)


def qualified(lead: Lead, *, at: datetime) -> Lead:
    """A lead that its owner, who sells, takes from the market to an SQL."""
    for to, through in (
        (Stage.MQL, Through.MOVE),
        (Stage.SAL, Through.ACCEPTANCE),
        (Stage.SQL, Through.QUALIFICATION),
    ):
        step_many([lead], to=to, by=None if to == Stage.MQL else lead.owner, at=at, through=through)
    return lead


def deal_of(
    owner: Staff,
    *,
    amount: Decimal | None = Decimal(280_000),
    name: str = "Quality on three lines",
    close_on: date = date(2026, 12, 31),
    **given: Any,
) -> Opportunity:
    lead = given.pop("lead", None) or sql_of(owner)
    return open_opportunity(
        lead=lead,
        by=owner,
        at=given.pop("at", LATER),
        account=given.pop("account", None) or make_account(),
        name=name,
        close_on=close_on,
        amount=amount,
        **given,
    )
