"""Contracts as a browser asks for them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import NINE, make_account, make_staff, signed_in
from tests.lifecycle.test_contracts import make_contract
from tests.sales.cast import deal_of
from wutong.lifecycle.models import Contract, Lead
from wutong.platform.models import Notification, Staff
from wutong.sales.models import OpportunityStage
from wutong.sales.opportunities import close_opportunity

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def su(sales_team) -> Staff:
    """Of customer success, who sees what is hers."""
    return make_staff("Su", role="success", data_scope="own", team=None)


def ending_in(days: int, owner: Staff, **given: Any) -> Contract:
    today = timezone.localdate()
    return make_contract(owner, starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=days), **given)


def post(staff: Staff, contract: Contract, door: str, **given: Any) -> Any:
    given.setdefault("was", contract.stage)
    return signed_in(staff).post(f"/contracts/{contract.public_id}/{door}/", given, headers=HTMX)


def test_renewals_are_looked_for_thirty_sixty_and_ninety_days_ahead(xu) -> None:
    accounts = [make_account(name) for name in ("Soon", "Later", "Far")]
    for account, days in zip(accounts, (20, 60, 100), strict=True):
        ending_in(days, xu, account=account)
    client = signed_in(xu)

    def found(**wanted: str) -> list[str]:
        return [contract.account.name for contract in client.get("/contracts/", wanted).context["found"].contracts]

    assert found() == ["Soon", "Later", "Far"]
    assert found(sort="-ends") == ["Far", "Later", "Soon"]
    assert (found(due="30"), found(due="60"), found(due="90")) == (["Soon"], ["Soon", "Later"], ["Soon", "Later"])
    assert (found(q="late"), found(stage="churned"), found(owner="me", due="?")) == (
        ["Later"],
        [],
        ["Soon", "Later", "Far"],
    )
    page = client.get("/contracts/")
    assert (page.context["found"].amount, [tab["count"] for tab in page.context["tabs"]]) == (
        Decimal(300_000),
        [None, 2, 2, 1],
    )


def test_a_contract_is_moved_renewed_or_ended_by_hand(xu) -> None:
    contract = ending_in(20, xu)
    assert post(xu, contract, "move", to="renewal").status_code == 200
    stale = post(xu, contract, "move", to="mature")
    assert (stale.status_code, "by now" in stale.content.decode()) == (409, True)
    contract.refresh_from_db()
    assert post(xu, contract, "move", to="churned").status_code == 409  # no reason
    assert post(xu, contract, "move", to="nowhere").status_code == 422

    assert post(xu, contract, "renew", amount="-5", ends_on="soon").status_code == 422
    assert post(xu, contract, "renew", amount="5", ends_on=str(contract.ends_on)).status_code == 409
    following = contract.ends_on + timedelta(days=365)
    renewed = post(xu, contract, "renew", amount="120000", ends_on=str(following))
    successor = Contract.objects.get(previous=contract)
    assert renewed["HX-Redirect"] == f"/contracts/{successor.public_id}/"
    page = signed_in(xu).get(f"/contracts/{successor.public_id}/")
    assert (page.context["previous"], page.context["contract"].amount) == (contract, Decimal(120_000))

    assert post(xu, successor, "move", to="churned", reason="price").status_code == 200
    assert "Too expensive" in signed_in(xu).get(f"/contracts/{successor.public_id}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_lead_of_a_customer_who_left_can_be_recalled(xu) -> None:
    deal = deal_of(xu)
    won, lead = OpportunityStage.WON, Lead.objects.get()
    contract = close_opportunity(opportunity=deal, to=won, by=xu, at=timezone.now(), reason="price")
    address = f"/contracts/{contract.public_id}/"
    assert str(lead.public_id) not in signed_in(xu).get(address).content.decode()
    post(xu, contract, "move", to="churned", reason="price")
    assert f"/inbox/?view=all&amp;lead={lead.public_id}" in signed_in(xu).get(address).content.decode()


def test_sales_gives_a_contract_to_success_who_is_told_and_sees_it_from_then_on(xu, su, mei) -> None:
    contract = ending_in(20, xu)
    assert signed_in(su).get(f"/contracts/{contract.public_id}/").status_code == 404
    assert post(xu, contract, "hand", to=mei.public_id).status_code == 404  # an SDR looks after no contracts
    assert post(xu, contract, "hand", to="?").status_code == 422
    assert post(xu, contract, "hand", to=su.public_id)["HX-Redirect"] == "/contracts/"

    assert signed_in(su).get(f"/contracts/{contract.public_id}/").status_code == 200
    assert Notification.objects.get(staff=su).kind == "contract_handed"
    assert signed_in(xu).get(f"/contracts/{contract.public_id}/").status_code == 404
    assert signed_in(mei).get("/contracts/").status_code == 403


def test_only_its_owner_or_a_manager_gives_a_contract_away(xu, wang) -> None:
    colleague = make_staff("Tan", role="sales", team=xu.team, data_scope="team")
    contract = make_contract(xu)
    assert post(colleague, contract, "hand", to=colleague.public_id).status_code == 409
    assert post(wang, contract, "hand", to=colleague.public_id).status_code == 200
    contract.refresh_from_db()
    assert (contract.owner, contract.signed_at) == (colleague, NINE)
