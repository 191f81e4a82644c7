"""Board, table and page of a deal, as a browser asks for them."""

import re
from typing import Any

import pytest

from tests.cast import make_account, make_person, signed_in
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.lifecycle.models import Contract, Lead
from wutong.people.models import Affiliation, Person
from wutong.platform.models import Organisation, Staff
from wutong.platform.organisation import CurrencyInUse, change_organisation
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.opportunities import move_opportunity

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(xu: Staff) -> Opportunity:
    return deal_of(xu)


def post(staff: Staff, deal: Opportunity, door: str, *, plainly: bool = False, **given: Any) -> Any:
    given.setdefault("version", deal.version)
    headers = {} if plainly else HTMX
    return signed_in(staff).post(f"/opportunities/{deal.public_id}/{door}/", given, headers=headers)


def employ(person: Person, deal: Opportunity) -> None:
    subject = person.identifiers.get()
    about = {"subject": subject, "person": person, "source": "test", "assurance": "typed"}
    Affiliation.objects.create(account=deal.account, created_at=LATER, **about)


def test_both_views_show_the_same_deals_and_sums(deal, wang) -> None:
    client = signed_in(wang)
    for view in ("board", "table"):
        page = client.get("/opportunities/", {"view": view})
        assert page.context["total"].n == 1
        assert deal.name in page.content.decode()
        assert client.get("/opportunities/", {"view": view, "q": "warehouse"}).context["total"].n == 0
    chips = client.get("/opportunities/", {"stage": "discover", "risk": "no_decider"}).context["filters"]
    assert [chip["value"] for chip in chips] == ["Discover", "No decision maker"]


def test_a_card_that_is_moved_comes_back_with_new_sums(deal, xu) -> None:
    answer = post(xu, deal, "card/move", to="negotiate")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-column="negotiate"' in text
    assert 'id="head-negotiate" hx-swap-oob="true"' in text
    assert 'id="deals-total" hx-swap-oob="true"' in text
    deal.refresh_from_db()
    assert deal.stage == "negotiate"


def test_a_card_that_somebody_else_moved_says_so_and_stands_where_it_is(deal, xu, wang) -> None:
    move_opportunity(opportunity=deal, to=OpportunityStage.CONFIRM, by=wang, at=LATER)
    answer = post(xu, deal, "card/move", to="negotiate")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Wang has changed this opportunity" in text
    assert 'data-column="confirm"' in text
    plainly = post(xu, deal, "card/move", plainly=True, to="negotiate")
    assert (plainly.status_code, "Wang has changed" in plainly.content.decode()) == (409, True)


def test_a_column_that_ends_the_deal_asks_for_what_it_needs(deal, xu) -> None:
    asked = post(xu, deal, "card/move", to="won")
    assert asked.status_code == 422
    assert 'data-column="won"' in asked.content.decode()
    assert 'name="starts_on"' in asked.content.decode()
    deal.refresh_from_db()
    assert deal.stage == "discover"
    back = signed_in(xu).get(f"/opportunities/{deal.public_id}/card/", headers=HTMX)
    assert 'data-column="discover"' in back.content.decode()

    given = {"reason": "product", "amount": "250000", "starts_on": "2026-12-01", "months": "24"}
    won = post(xu, deal, "card/move", to="won", **given)
    assert won.status_code == 200
    contract = Contract.objects.get()
    assert (contract.amount, str(contract.ends_on), contract.stage) == (250_000, "2028-11-30", "signed")


def test_a_stage_that_does_not_exist_is_not_entered(deal, xu) -> None:
    assert post(xu, deal, "card/move", to="nowhere").status_code == 422
    assert post(xu, deal, "move", to="nowhere").status_code == 422
    assert post(xu, deal, "move", to="won").status_code == 409
    assert post(xu, deal, "close", to="propose").status_code == 422


def test_a_plain_browser_moves_a_card_and_comes_back_to_its_filter(deal, xu) -> None:
    answer = signed_in(xu).post(
        f"/opportunities/{deal.public_id}/card/move/?stage=all", {"to": "confirm", "version": deal.version}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/opportunities/?stage=all")


def test_the_page_saves_what_was_typed_unless_somebody_was_first(deal, xu, wang) -> None:
    typed = {"name": "Quality on four lines", "amount": "300000", "close_on": "2027-01-31", "next_step": "Send a quote"}
    assert post(xu, deal, "change", **typed)["HX-Redirect"] == f"/opportunities/{deal.public_id}/"
    deal.refresh_from_db()
    assert (deal.name, deal.amount, deal.next_step) == ("Quality on four lines", 300_000, "Send a quote")
    page = signed_in(xu).get(f"/opportunities/{deal.public_id}/").content.decode()
    assert "¥280,000.00 → ¥300,000.00" in page

    late = post(wang, deal, "change", **typed | {"name": "Mine", "version": deal.version - 1})
    assert late.status_code == 409
    assert "Xu has changed this opportunity" in late.content.decode()
    assert 'value="Mine"' in late.content.decode()
    assert post(xu, deal, "change", **typed | {"amount": "-1"}).status_code == 422
    assert post(xu, deal, "change", **typed | {"close_on": "soon"}).status_code == 422


def test_people_of_the_company_who_are_in_sight_get_parts(deal, xu, wang) -> None:
    known, stranger = make_person("何若曦"), make_person("孙立")
    for person in (known, stranger):
        employ(person, deal)
    sql_of(xu, person=known, account=deal.account)

    def found(staff: Staff, who: str) -> list[str]:
        answer = signed_in(staff).get(f"/opportunities/{deal.public_id}/candidates/", {"who": who}, headers=HTMX)
        return [place.person.full_name for place in answer.context["found"]]

    assert found(xu, "") == ["何若曦"]
    assert (found(wang, "sunli"), found(xu, "sunli")) == (["孙立"], [])
    assert post(xu, deal, "people", person=stranger.public_id, role="finance").status_code == 404
    assert post(xu, deal, "people", person=known.public_id, role="finance").status_code == 200
    deal.refresh_from_db()
    assert deal.people.get(person=known).role == "finance"
    page = signed_in(xu).get(f"/opportunities/{deal.public_id}/")
    assert [chair.value for chair in page.context["empty_chairs"]] == [
        "decision_maker",
        "champion",
        "user",
        "it_security",
    ]
    main = deal.people.get(is_main=True).person
    assert post(xu, deal, "people/remove", person=main.public_id).status_code == 409
    assert post(xu, deal, "people/remove", person=known.public_id).status_code == 200
    assert not deal.people.filter(person=known).exists()


def test_another_sql_of_the_company_feeds_it(deal, xu) -> None:
    second = sql_of(xu, account=deal.account)
    assert post(xu, deal, "leads", lead=second.public_id).status_code == 200
    assert Lead.objects.get(pk=second.pk).deals.get().opportunity == deal
    elsewhere = sql_of(xu, account=make_account("Southwind"))
    assert post(xu, deal, "leads", lead=elsewhere.public_id).status_code == 409


def test_a_closed_deal_leads_to_its_contract_and_offers_nothing_more(deal, xu) -> None:
    given = {"to": "won", "reason": "trust", "amount": "1", "starts_on": "2026-12-01", "months": "12"}
    assert post(xu, deal, "close", **given | {"reason": ""}).status_code == 422
    assert post(xu, deal, "close", **given).status_code == 200
    page = signed_in(xu).get(f"/opportunities/{deal.public_id}/").content.decode()
    assert f"/contracts/{Contract.objects.get().public_id}/" in page
    assert f"/opportunities/{deal.public_id}/close/" not in page
    deal.refresh_from_db()
    assert post(xu, deal, "close", **given).status_code == 409


def test_a_colleague_of_success_reads_deals_and_changes_none(deal, company) -> None:
    from tests.cast import make_staff

    reader = make_staff("Su", role="success", data_scope="all")
    page = signed_in(reader).get(f"/opportunities/{deal.public_id}/")
    assert page.status_code == 200
    assert f"/opportunities/{deal.public_id}/move/" not in page.content.decode()
    assert post(reader, deal, "move", to="propose").status_code == 403
    assert signed_in(reader).get("/opportunities/new/").status_code == 403


def test_the_sqls_in_sight_wait_to_become_deals(xu, wang) -> None:
    sql_of(xu, person=make_person("周思远"))
    sql_of(wang, person=make_person("何若曦"))
    assert [lead.person.full_name for lead in signed_in(xu).get("/opportunities/new/").context["leads"]] == ["周思远"]


def test_the_company_keeps_its_currency_once_there_is_an_amount(ada: Staff, deal: Opportunity) -> None:
    del deal
    page = signed_in(ada).get("/system/organisation/").content.decode()
    assert re.search(r'<select name="currency"[^>]* disabled', page)

    changed = Organisation.objects.get()
    changed.currency = "EUR"
    with pytest.raises(CurrencyInUse):
        change_organisation(changed=changed, by=ada, at=LATER)
    assert Organisation.objects.get().currency == "CNY"
