"""Names of companies and opportunities."""

import pytest

from tests.cast import (
    LATELY,
    make_account,
    make_lead,
    make_person,
    make_staff,
    signed_in,
)
from tests.sales.cast import deal_of, sql_of
from tests.xss.nasty import NASTY, QUOTES, TAG, Page
from wutong.people.models import AccountCandidate
from wutong.sales.collisions import refresh_collisions
from wutong.sales.deal_team import let_in_to_deal
from wutong.sales.models import OpportunityStage
from wutong.sales.opportunities import change_opportunity, close_opportunity

pytestmark = pytest.mark.django_db


def test_names_of_companies_in_doubt_are_text(ada) -> None:
    one, other = make_account(TAG), make_account(QUOTES)
    AccountCandidate.objects.create(
        account=one, other=other, decision="candidate", score=0.9, reason="similar", found_at=LATELY
    )
    page = Page(signed_in(ada).get("/review/?tab=companies").content.decode())
    assert page.dangers == []
    assert "<script>alert(1)</script>" in page.text


def test_names_of_deals_and_companies_are_text(north, wang, ada) -> None:
    seller = make_staff("Seller", role="sales", team=north, data_scope="team", full_name=QUOTES[:80])
    account = make_account(TAG)
    person = make_person((TAG + QUOTES)[:120], title=QUOTES[:120])
    deal = deal_of(seller, lead=sql_of(seller, person=person), account=account, name=TAG, next_step=QUOTES[:200])
    change_opportunity(
        opportunity=deal,
        by=seller,
        at=LATELY,
        name=TAG,
        amount=deal.amount,
        close_on=deal.close_on,
        next_step=TAG,
        competitor=QUOTES[:120],
    )
    won = deal_of(seller, lead=sql_of(seller, person=person), account=account, name=QUOTES[:120])
    contract = close_opportunity(
        opportunity=won, to=OpportunityStage.WON, by=seller, at=LATELY, reason="product", competitor=TAG
    )
    client = signed_in(seller)
    pages = [f"/opportunities/?view={view}&stage=all" for view in ("board", "table")]
    pages += [f"/opportunities/{one.public_id}/" for one in (deal, won)]
    let_in_to_deal(opportunity=deal, staff=make_staff(TAG[:60], role="sales"), by=seller, at=LATELY, reason=TAG)
    pages += [f"/inbox/?view=all&lead={fed.lead.public_id}" for fed in deal.leads.all()]
    pages += ["/opportunities/new/", "/contracts/", f"/contracts/{contract.public_id}/", "/accounts/"]
    tabs = ("overview", "timeline", "committee", "deals", "group", "files", "facts", "team")
    pages += [f"/accounts/{account.public_id}/?tab={tab}" for tab in tabs]
    pages += [f"/accounts/{account.public_id}/merge/"]
    make_lead(account=account, owner=make_staff("Other", role="sales", team=north))
    refresh_collisions(at=LATELY)
    pages += ["/accounts/collisions/"]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = Page(answer.content.decode())
        assert page.dangers == [], address
        assert address == "/opportunities/new/" or "<script>alert(1)</script>" in page.text, address
    for about in (f"opportunities/{deal.public_id}", f"contracts/{contract.public_id}"):
        assert Page(signed_in(ada).get(f"/{about}/access/").content.decode()).dangers == [], about
    for text in NASTY:
        mine = (f"/accounts/{account.public_id}/", f"/accounts/{account.public_id}/merge/")
        for path in ("/opportunities/", "/contracts/", "/accounts/", "/accounts/similar/", *mine):
            names = (
                "q",
                "view",
                "sort",
                "after",
                "stage",
                "owner",
                "team",
                "line",
                "month",
                "risk",
                "due",
                "state",
                "tab",
            )
            answer = client.get(path, dict.fromkeys((*names, "person", "before"), text))
            assert Page(answer.content.decode()).dangers == [], path
        refused = client.post(f"/opportunities/{deal.public_id}/change/", {"name": text, "version": "0"})
        assert Page(refused.content.decode()).dangers == []
