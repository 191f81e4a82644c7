"""Companies as a browser asks for them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.cast import make_account, make_lead, make_person, make_staff, signed_in
from tests.lifecycle.test_contracts import make_contract
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.files import path_of
from wutong.platform.models import Staff, StoredFile
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.deal_list import Wanted, deals_wanted

CODE = "91110000600037341L"
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def employ(person: Person, account: Account, **given: str) -> None:
    about = {"subject": person.identifiers.get(), "person": person, "source": "test", "assurance": "typed"}
    Affiliation.objects.create(account=account, created_at=LATER, **about, **given)


def change(staff: Staff, account: Account, **given: Any) -> Any:
    typed = {"name": account.name, "credit_code": account.credit_code or "", "domain": account.domain} | given
    return signed_in(staff).post(f"/accounts/{account.public_id}/change/", typed, headers=HTMX)


def test_a_company_is_seen_through_its_leads_deals_and_contracts(mei, zhou, xu, wang) -> None:
    by_lead, by_deal, nobodys = make_account("Lead"), make_account("Deal"), make_account("Nobody's")
    make_lead(account=by_lead)
    deal = deal_of(xu, account=by_deal)
    by_contract = make_contract(xu, account=make_account("Contract")).account
    assert set(accounts_visible_to(mei)) == {by_lead}
    assert set(accounts_visible_to(xu)) == {by_deal, by_contract}
    assert set(accounts_visible_to(zhou)) == set()
    assert set(accounts_visible_to(wang)) == {by_lead, by_deal, by_contract, nobodys}
    assert signed_in(xu).get(f"/accounts/{by_lead.public_id}/").status_code == 404
    assert signed_in(xu).get(f"/accounts/{deal.account.public_id}/").status_code == 200


def test_the_list_is_searched_by_pinyin_and_credit_code_and_filtered(xu, wang) -> None:
    first = make_account("华辰精密制造")
    Account.objects.filter(pk=first.pk).update(credit_code=CODE, is_confirmed=True)
    deal_of(wang, account=first, amount=Decimal(100))
    make_account("Southwind")
    client = signed_in(wang)

    def found(**wanted: str) -> list[str]:
        return [row.account.name for row in client.get("/accounts/", wanted).context["found"].rows]

    assert found() == ["华辰精密制造", "Southwind"]
    for search in ("hcjm", "huachen", "精密", CODE.lower(), "9111 0000 6000 37341L"):
        assert found(q=search) == ["华辰精密制造"], search
    assert (found(state="open"), found(state="unconfirmed"), found(owner="me"), found(state="customer")) == (
        ["华辰精密制造"],
        ["Southwind"],
        ["华辰精密制造"],
        [],
    )
    (row, _other) = client.get("/accounts/").context["found"].rows
    assert (row.open_amount, row.won_amount, row.owners, row.open_leads) == (Decimal("100.00"), None, ["Wang"], 1)


def test_amounts_are_for_those_who_may_see_deals(xu, wang, mei, north) -> None:
    account = make_account()
    deal_of(wang, account=account, amount=Decimal("987654.00"))
    make_lead(account=account)
    address = f"/accounts/{account.public_id}/?tab=deals"
    assert "987,654" in signed_in(wang).get(address).content.decode()
    page = signed_in(mei).get(address)
    assert page.context["tab"] == "overview"
    assert "987,654" not in page.content.decode()
    make_lead(account=make_account("Another"))
    for state in ("open", "customer"):  # nor by an address that somebody else sent
        assert len(signed_in(mei).get(f"/accounts/?state={state}").context["found"].rows) == 2
    assert len(signed_in(wang).get("/accounts/?state=open").context["found"].rows) == 1
    buyer = make_staff("Su", role="marketer", data_scope="all")
    signed_in(buyer).post("/exports/new/", {"list": "accounts", "format": "csv"})
    (stored,) = StoredFile.objects.all()
    assert "Open amount" not in path_of(stored.digest).read_text("utf-8-sig")


def test_the_page_shows_people_in_sight_who_knows_them_and_the_empty_chairs(xu, wang) -> None:
    account = make_account()
    known, stranger = make_person("何若曦"), make_person("孙立")
    employ(known, account, buying_role="economic_buyer", title="CFO")
    employ(stranger, account)
    lead = sql_of(xu, person=known, account=account)
    call = {"kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED, "note": "Talked about lines"}
    record_follow_up(lead=lead, by=xu, at=LATER, **call)
    client = signed_in(xu)
    overview = client.get(f"/accounts/{account.public_id}/")
    assert [place.person.full_name for place in overview.context["places"]] == ["何若曦"]
    assert [(one.staff, one.contacts) for one in overview.context["acquaintances"]] == [(xu, 1)]
    committee = client.get(f"/accounts/{account.public_id}/?tab=committee")
    assert [chair.value for chair in committee.context["empty_chairs"]] == [
        "decision_maker",
        "champion",
        "user",
        "it_security",
    ]
    timeline = client.get(f"/accounts/{account.public_id}/?tab=timeline&person={known.public_id}").content.decode()
    assert "Talked about lines" in timeline
    assert "孙立" not in timeline
    older = client.get(f"/accounts/{account.public_id}/activity/")
    assert "Talked about lines" in older.content.decode()
    for tab in ("leads", "deals", "contracts", "nonsense"):
        assert client.get(f"/accounts/{account.public_id}/?tab={tab}").status_code == 200


def test_a_part_known_from_a_deal_fills_a_chair_for_those_who_may_see_the_deal(xu, mei) -> None:
    account, person = make_account(), make_person("何若曦")
    employ(person, account)
    make_lead(person=person, account=account)
    deal_of(xu, lead=sql_of(xu, person=person), account=account, role="champion")

    def is_missing(staff: Staff) -> bool:
        page = signed_in(staff).get(f"/accounts/{account.public_id}/?tab=committee")
        return "champion" in [chair.value for chair in page.context["empty_chairs"]]

    assert (is_missing(xu), is_missing(mei)) == (False, True)


def test_deals_of_a_person_are_shown_to_those_who_may_read_deals(north, mei) -> None:
    seller = make_staff("Seller", role="sales", team=north, data_scope="team")
    person = make_person("何若曦")
    deal = deal_of(seller, lead=sql_of(seller, person=person))

    def is_shown(staff: Staff) -> bool:
        return deal.name in signed_in(staff).get(f"/people/{person.public_id}/").content.decode()

    assert (is_shown(seller), is_shown(mei)) == (True, False)


def test_a_company_is_renamed_and_its_deals_are_found_by_the_new_name(xu, zhou) -> None:
    deal = deal_of(xu, account=make_account("Northwind"))
    account = deal.account
    assert change(xu, account, name="海纳能源")["HX-Redirect"] == f"/accounts/{account.public_id}/?tab=facts"
    assert deals_wanted(xu, Wanted(search="haina"), at=LATER, zone=None).get() == deal
    make_account("Southwind")
    assert change(xu, account, name="SOUTHWIND").status_code == 409
    assert change(xu, account, name="!!").status_code == 409
    assert change(xu, account, name="").status_code == 422
    assert change(zhou, account, name="Mine").status_code == 404


def test_of_two_who_correct_a_company_the_second_is_told(wang) -> None:
    account = make_account("Northwind")
    seen = signed_in(wang).get(f"/accounts/{account.public_id}/?tab=facts").context["seen"]
    assert change(wang, account, domain="northwind.cn", seen=seen).status_code == 200
    assert change(wang, account, domain="north.cn", seen=seen).status_code == 409
    account.refresh_from_db()
    assert account.domain == "northwind.cn"


def test_a_credit_code_is_checked_and_a_strange_one_asked_about(xu) -> None:
    account = deal_of(xu).account
    assert change(xu, account, credit_code="123").status_code == 422
    assert change(xu, account, credit_code="0" * 18).status_code == 422
    strange = CODE[:-1] + "M"
    asked = change(xu, account, credit_code=strange)
    assert (asked.status_code, 'name="is_sure"' in asked.content.decode()) == (422, True)
    assert change(xu, account, credit_code=strange, is_sure="on").status_code == 200
    account.refresh_from_db()
    assert account.credit_code == strange
    page = signed_in(xu).get(f"/accounts/{account.public_id}/")
    assert page.context["code_is_doubtful"]

    assert change(xu, account, credit_code=f" {CODE[:8]} {CODE[8:].lower()}").status_code == 200
    account.refresh_from_db()
    assert account.credit_code == CODE
    other = deal_of(xu, account=make_account("Southwind")).account
    assert change(xu, other, credit_code=CODE).status_code == 409


def test_a_typed_company_is_confirmed_by_a_colleague(xu) -> None:
    account = deal_of(xu).account
    assert signed_in(xu).post(f"/accounts/{account.public_id}/confirm/").status_code == 302
    account.refresh_from_db()
    assert account.is_confirmed


def test_what_a_company_is_stands_on_its_page_with_who_said_it_and_from_where(xu) -> None:
    account = deal_of(xu, account=make_account("华辰")).account
    said = {"industry": "C", "size_band": "300", "region": "杭州", "source": "licence", "aliases": "华辰精密\nHuachen"}
    said |= {"further_domains": "https://huachen.com/", "credit_code": CODE}
    assert change(xu, account, **said).status_code == 200
    page = signed_in(xu).get(f"/accounts/{account.public_id}/?tab=facts")
    known = {one.label: (one.value, one.fact.source) for one in page.context["history"]}
    assert sorted(known.values()) == [
        ("300–999 people", "licence"),
        ("9111****1L", "licence"),
        ("Manufacturing", "licence"),
        ("浙江省 杭州市", "licence"),
    ]
    for search in ("huachen", "精密"):
        assert account in [row.account for row in signed_in(xu).get("/accounts/", {"q": search}).context["found"].rows]
    for chosen in ({"industry": "C"}, {"size": "300"}, {"region": "浙江"}):
        assert signed_in(xu).get("/accounts/", chosen).context["found"].total.n == 1, chosen
    assert signed_in(xu).get("/accounts/", {"region": "nowhere"}).context["found"].total.n == 0
    assert change(xu, account, region="朝阳").status_code == 200  # the city of that name
    assert change(xu, account, region="nowhere").status_code == 422
    assert change(xu, account, further_domains="qq.com").status_code == 422
    make_account("Southwind")
    assert change(xu, account, aliases="SOUTHWIND").status_code == 409


def test_a_region_that_nobody_told_is_read_off_the_credit_code(xu) -> None:
    account = deal_of(xu).account
    change(xu, account, credit_code="91320623703753420J", industry="")
    account.refresh_from_db()
    assert account.region == "320623"


def test_a_group_is_shown_as_a_tree_and_cannot_be_a_circle(xu, wang) -> None:
    top, middle, below = (deal_of(wang, account=make_account(name)).account for name in ("Top", "Middle", "Below"))

    def put(account: Account, parent: str) -> int:
        return signed_in(wang).post(f"/accounts/{account.public_id}/parent/", {"parent": parent}).status_code

    assert (put(middle, "top"), put(below, "Middle"), put(top, "Below"), put(top, "Nobody")) == (302, 302, 409, 422)
    page = signed_in(wang).get(f"/accounts/{middle.public_id}/?tab=group")
    assert [(kin.account.name, kin.depth) for kin, _row in page.context["kin"]] == [
        ("Top", 0),
        ("Middle", 1),
        ("Below", 2),
    ]
    assert page.context["roll_up"].open_amount == Decimal(560_000)
    deal_of(xu, account=below)
    seen = signed_in(xu).get(f"/accounts/{below.public_id}/?tab=group").context["kin"]
    assert [row is not None for _kin, row in seen] == [False, False, True]
    for tab in ("group", "facts", "overview"):
        assert "Middle" not in signed_in(xu).get(f"/accounts/{below.public_id}/?tab={tab}").content.decode(), tab
    assert signed_in(xu).post(f"/accounts/{below.public_id}/parent/", {"parent": ""}).status_code == 404
    assert "Middle" in signed_in(wang).get(f"/accounts/{below.public_id}/?tab=facts").content.decode()
    assert (put(middle, ""), put(top, "Below")) == (302, 302)


def test_a_merge_is_looked_at_done_and_undone_on_the_page(wang) -> None:
    kept, gone = (deal_of(wang, account=make_account(name)).account for name in ("Kept", "Gone"))
    client, address = signed_in(wang), f"/accounts/{kept.public_id}/merge/"
    preview = client.get(address, {"with": str(gone.public_id)}).context["preview"]
    assert {one.moves for one in preview.moving} == {1}
    assert client.post(address, {"with": str(gone.public_id)}).status_code == 302
    assert client.get(f"/accounts/{gone.public_id}/")["Location"] == f"/accounts/{kept.public_id}/"
    assert client.post(address, {"with": str(gone.public_id)}).status_code == 200  # it is in nobody's sight any more
    (merge,) = client.get(f"/accounts/{kept.public_id}/?tab=facts").context["merges"]
    assert client.post(f"{address}{merge.public_id}/undo/").status_code == 302
    assert client.get(f"/accounts/{gone.public_id}/").status_code == 200


def test_members_are_added_confirmed_and_ended_by_colleagues(xu) -> None:
    account = deal_of(xu, account=make_account("Northwind")).account
    stranger, known = make_person("孙立", company="Eastwind"), make_person("何若曦")
    sql_of(xu, person=stranger)
    sql_of(xu, person=known, account=account)
    employ(known, account)
    client, address = signed_in(xu), f"/accounts/{account.public_id}/members/"
    assert "孙立" in client.get(f"{address}search/", {"q": "孙"}).content.decode()
    place = {"title": "CFO", "department": "Finance", "buying_role": "finance", "valid_from": "2026-01-01"}
    assert client.post(address, {"person": str(stranger.public_id), **place}).status_code == 302
    wrong = {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}
    assert client.post(address, {"person": str(known.public_id), **wrong}).status_code == 422
    assert client.post(address, {"person": str(known.public_id), "buying_role": "user"}).status_code == 302
    places = {place.person: place for place in Affiliation.objects.filter(account=account)}
    assert (places[stranger].department, places[known].assurance, places[known].buying_role) == (
        "Finance",
        "staff",
        "user",
    )
    client.post(f"{address}end/", {"person": str(known.public_id)})
    page = client.get(f"/accounts/{account.public_id}/?tab=committee")
    assert "finance" not in [chair.value for chair in page.context["empty_chairs"]]
    assert [place.person for place in page.context["former"]] == [known]
