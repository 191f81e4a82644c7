"""The inbox and the list of people: who is in them, in which order, and every page exactly once."""

import base64
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import (
    LATELY,
    NINE,
    arrive,
    cookie,
    hit,
    make_account,
    make_lead,
    make_person,
    make_scope,
    make_staff,
    make_team,
    phone,
    signed_in,
)
from wutong.lifecycle import inbox as inbox_module
from wutong.lifecycle import people_list
from wutong.lifecycle.acts import Cursor
from wutong.lifecycle.inbox import inbox_of, waiting_count
from wutong.lifecycle.inbox_views import leads_of_view, views_of
from wutong.lifecycle.models import Lead, ProductLine
from wutong.lifecycle.people_list import Wanted, people_for
from wutong.lifecycle.timeline import timeline_of
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Person
from wutong.platform import totals
from wutong.platform.models import BusinessScope, DataScope, SavedView, Staff, Team

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def pages_of_inbox(staff: Staff, view: str) -> list[Lead]:
    seen, after = [], None
    for _page in range(20):
        rows = inbox_of(staff, view=view, after=after)
        seen += [row.lead for row in rows.rows]
        after = rows.next
        if after is None:
            return seen
    raise AssertionError("the pages do not end")


def pages_of_people(staff: Staff, **wanted: str) -> list[Person]:
    seen, after = [], ""
    for _page in range(20):
        found = people_for(staff, Wanted(**wanted, after=after))
        seen += found.people
        if found.next is None:
            return seen
        after = found.next
    raise AssertionError("the pages do not end")


def test_each_view_of_the_inbox_holds_its_leads(mei, lin, south) -> None:
    waiting, mine = make_lead(), make_lead(owner=mei, first_contact_at=NINE)
    hers = make_lead(owner=lin, first_contact_at=NINE)
    make_lead(stage="lost", accountable="nobody")
    make_lead(team=south)

    assert {view: {row.lead for row in inbox_of(mei, view=view).rows} for view in views_of(mei)} == {
        "todo": {waiting, mine},  # her clock still runs
        "returned": set(),
        "waiting": {waiting},
        "mine": {mine},
        "all": {waiting, mine, hers},
    }
    assert waiting_count(mei) == 1


def test_what_is_due_first_stands_first(mei) -> None:
    later, sooner = make_lead(at=NINE + MINUTE), make_lead(at=NINE)
    assert [row.lead for row in inbox_of(mei, view="waiting").rows] == [sooner, later]
    assert [row.lead for row in inbox_of(mei, view="all").rows] == [later, sooner]


@pytest.mark.parametrize("view", ["todo", "waiting", "all"])
def test_the_pages_of_the_inbox_hold_every_lead_once(mei, monkeypatch, view: str) -> None:
    monkeypatch.setattr(inbox_module, "PAGE", 3)
    leads = [make_lead(at=NINE + (n % 3) * MINUTE) for n in range(11)]  # many of one instant

    seen = pages_of_inbox(mei, view)

    assert len(seen) == len(leads)
    assert set(seen) == set(leads)
    assert inbox_of(mei, view=view).total == 11


def test_the_pages_of_my_leads_hold_every_lead_once(mei, monkeypatch) -> None:
    monkeypatch.setattr(inbox_module, "PAGE", 2)
    leads = [make_lead(owner=mei) for _n in range(5)]
    assert sorted(lead.pk for lead in pages_of_inbox(mei, "mine")) == [lead.pk for lead in leads]


def test_a_row_says_what_was_read_lately(mei, site) -> None:
    her = make_person("Her", keys=[phone("+8613911110001"), cookie("c1")])
    lead = make_lead(person=her)
    titles = ["Prices | Wutong", "Cases | Wutong", "Prices | Wutong", "", "Blog", "Home"]
    for n, title in enumerate(titles):
        arrive(hit(site=site, visitor="c1", at=LATELY + n * MINUTE, props={"title": title}))

    (row,) = inbox_of(mei, view="all").rows

    assert row.lead == lead
    assert row.reasons == ["Home", "Blog", "/pricing"]
    assert row.score > 0


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


HOSTILE = [
    "x",
    "%00",
    "\x00",
    "é",
    "=",
    cursor("[]"),
    cursor('["2026-01-01T00:00:00",1]'),
    cursor('["2026-01-01T00:00:00Z",99999999999999999999999]'),
    cursor('["2026-01-01T00:00:00Z",-99999999999999999999999]'),
    cursor('["9999-12-31T23:59:59-14:00",1]'),
    cursor('["0001-01-01T00:00:00+14:00",1]'),
    cursor('["t","2026-01-01T00:00:00",1]'),
    cursor('["t","2026-01-01T00:00:00Z",99999999999999999999999]'),
    cursor('["t","9999-12-31T23:59:59-14:00",1]'),
    cursor('["t","nonsense",1]'),
    cursor('["n","a\\u0000b",1]'),
    cursor('["n","\\ud800",1]'),
    cursor('["n","周",99999999999999999999999]'),
    "2026-01-01T00:00:00~3",
    "2026-01-01T00:00:00Z~99999999999",
    "9999-12-31T23:59:59.999999-14:00~1",
    "0001-01-01T00:00:00+14:00~1",
    "2026-01-01T00:00:00Z~５",
]


def test_what_no_table_can_hold_is_left_out_of_addresses_and_forms(ada) -> None:
    client = signed_in(ada)
    for address in ("/opportunities/?line=%00", "/forms/?q=a%00"):
        assert client.get(address).status_code == 200, address
    for address in ("/accounts/new/doubles/", "/leads/new/doubles/"):
        assert client.post(address, {"name": "a\x00b", "company": "北\x00辰"}).status_code == 200, address


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cursor_that_is_none_of_ours_is_none(mei, text: str) -> None:
    lead = make_lead()
    for view in ("waiting", "all", "mine"):
        inbox_of(mei, view=view, after=text)
    for sort in ("name", "-seen"):
        people_for(mei, Wanted(sort=sort, after=text))
    timeline_of(lead.person, viewer=mei, language="en", zone=ZoneInfo("UTC"), after=Cursor.read(text))


@pytest.mark.parametrize("text", ["\x00", cursor('["n","\\ud800",1]'), "9999-12-31T23:59:59.999999-14:00~1"])
def test_pages_are_shown_from_their_beginning_when_the_cursor_is_none(mei, text: str) -> None:
    lead = make_lead()
    client = signed_in(mei)
    addresses = [
        ("/inbox/", "waiting", "after"),
        ("/inbox/rows/", "mine", "after"),
        ("/people/", "name", "after"),
        (f"/people/{lead.person.public_id}/timeline/", "", "before"),
    ]
    for path, choice, name in addresses:
        answer = client.get(path, {name: text, "view": choice, "sort": choice})
        assert answer.status_code == 200, (path, choice)


@pytest.mark.parametrize(
    "text", ["\x00", "'; DROP TABLE x;--", "%", "_", "{{ 7*7 }}", "x" * 5_000, "𠮷", "\u202e", "&amp;"]
)
def test_whatever_is_searched_for_is_answered(mei, text: str) -> None:
    client = signed_in(mei)
    given = dict.fromkeys(("reach", "stage", "owner", "sort", "view", "lead", "which", "period"), text)
    for path in ("/people/", "/inbox/", "/"):
        assert client.get(path, given).status_code == 200
    assert client.get("/people/", {"q": text}).status_code == 200


def test_people_are_searched_filtered_and_sorted(mei, lin) -> None:
    account = make_account()
    chen, zhou_siyuan = make_person("陈默", company="北辰科技"), make_person("周思远", company="南山")
    zoe = make_person("Zoe", keys=[phone("+8613912345678")], at=NINE + MINUTE)
    make_lead(person=chen, owner=mei, account=account)
    make_lead(person=zhou_siyuan, owner=lin, stage="nurture")
    make_lead(person=zoe, stage="nurture")

    def names(**wanted: str) -> list[str]:
        return [person.full_name for person in people_for(mei, Wanted(**wanted)).people]

    assert names(sort="name") == ["陈默", "周思远", "Zoe"]
    assert names()[0] == "Zoe"  # seen last
    assert names(search="zsy") == names(search="周思") == names(search="南山") == ["周思远"]
    assert names(search="beichen") == ["陈默"]
    assert names(search="5678") == names(search="139 1234 5678") == ["Zoe"]
    assert names(search="nobody") == names(search="，") == []
    assert set(names(stage="nurture")) == {"周思远", "Zoe"}
    assert names(owner="me") == ["陈默"]
    assert names(owner="me", stage="nurture") == []
    assert len(names(stage="nonsense", reach="nonsense", owner="x", sort="x")) == 3


def test_visitors_are_listed_when_asked_for(ada, site) -> None:
    arrive(hit(site=site, visitor="c1"))
    make_person("周思远")
    assert [person.full_name for person in people_for(ada, Wanted()).people] == ["周思远"]
    assert people_for(ada, Wanted(reach="everybody")).total == 2
    assert people_for(ada, Wanted(reach="visitor")).total == 1


@pytest.mark.parametrize("sort", ["name", "-seen"])
def test_the_pages_of_people_hold_everybody_once(ada, monkeypatch, sort: str) -> None:
    monkeypatch.setattr(people_list, "PAGE", 3)
    people = [make_person(f"周{'思远宁'[n % 3]}", at=NINE + (n % 4) * MINUTE) for n in range(11)]

    seen = pages_of_people(ada, sort=sort)

    assert len(seen) == len(people)
    assert set(seen) == set(people)
    keys = [person.sort_key for person in seen] if sort == "name" else [person.last_seen_at for person in seen]
    assert keys == sorted(keys, reverse=sort == "-seen")


@pytest.mark.parametrize("sort", ["-seen", "name"])
def test_the_pages_of_a_long_list_hold_everybody_once(mei, lin, monkeypatch, sort: str) -> None:
    monkeypatch.setattr(totals, "EXACT_UP_TO", 2)
    leads = [
        make_lead(person=make_person(f"P{number:02}", keys=[phone(f"+86139123412{number:02}")])) for number in range(53)
    ]
    make_lead(person=make_person("Elsewhere"), team=make_team("Elsewhere"))

    seen = pages_of_people(mei, sort=sort)

    people = {lead.person for lead in leads}
    by = [(one.sort_key, one.pk) if sort == "name" else (one.last_seen_at, one.pk) for one in seen]
    assert (len(seen), set(seen)) == (53, people)
    assert by == sorted(by, reverse=sort != "name")
    assert all(one.lead for one in seen)


def test_a_list_of_people_shows_the_leads_its_reader_may_see(mei, south) -> None:
    her = make_person("Her")
    own = make_lead(person=her)
    make_lead(person=her, team=south)
    (found,) = people_for(mei, Wanted()).people
    assert found.lead["id"] == str(own.public_id)


def sees(staff: Staff, lead: Lead) -> bool:
    """Who may see which lead, said once more in plain words."""
    scopes = set(staff.scopes.all())
    if not staff.is_active or (scopes and lead.scope not in scopes):
        return False
    if staff.data_scope == DataScope.ALL or lead.owner == staff:
        return True
    if staff.team is None:
        return False
    if staff.data_scope == DataScope.OWN:
        return lead.owner is None and lead.team == staff.team
    if staff.data_scope == DataScope.TEAM:
        return lead.team == staff.team
    team: Team | None = lead.team
    while team is not None and team != staff.team:
        team = team.parent
    return team is not None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_reader_sees_what_the_rule_says_and_nothing_else(company, data: st.DataObject) -> None:
    with transaction.atomic():
        root = Team.objects.get(parent=None)
        teams = [root]
        for n in range(3):
            teams.append(make_team(f"T{n}", parent=data.draw(st.sampled_from(teams), label="parent")))
        scopes = [BusinessScope.objects.get(), make_scope("brand")]
        staff = [
            make_staff(
                f"S{n}",
                team=data.draw(st.sampled_from(teams), label="team of staff"),
                data_scope=data.draw(st.sampled_from(DataScope.values), label="data scope"),
                is_active=data.draw(st.sampled_from([True, True, True, False]), label="active"),
            )
            for n in range(3)
        ]
        for one in staff:
            one.scopes.set(data.draw(st.sets(st.sampled_from(scopes), max_size=2), label="scopes"))
        leads = [
            make_lead(
                team=data.draw(st.sampled_from(teams), label="team"),
                owner=data.draw(st.sampled_from([None, *staff]), label="owner"),
                scope=data.draw(st.sampled_from(scopes), label="scope"),
            )
            for _n in range(4)
        ]
        for reader in Staff.objects.all():
            visible = {lead for lead in leads if sees(reader, lead)}
            assert set(Lead.objects.visible_to(reader)) == visible
            assert set(leads_of_view(reader, "all")) == visible
            if reader.data_scope != DataScope.ALL or reader.scopes.exists():
                assert set(people_visible_to(reader)) == {lead.person for lead in visible}
                assert set(people_visible_to(reader, is_gathered=True)) == {lead.person for lead in visible}
        transaction.set_rollback(True)


def test_the_views_of_the_inbox_are_narrowed_and_the_narrowing_is_kept(mei, lin) -> None:
    other = make_lead(owner=mei)
    line = ProductLine.objects.create(code="mes", own_name="MES", position=2)
    wanted, theirs = make_lead(product_line=line, owner=mei), make_lead(product_line=line)
    client = signed_in(mei)

    def found(query: str) -> set[Lead]:
        page = client.get(f"/inbox/?{query}")
        assert page.context["tabs"][-1]["url"].startswith("?view=all")
        assert page.context["rows"].total == len(page.context["rows"].rows)
        return {row.lead for row in page.context["rows"].rows}

    for view in ("all", "todo", "waiting"):
        assert found(f"view={view}&line=mes") == {wanted, theirs}
        assert found(f"view={view}&line=mes&owner=me") == {wanted}
        assert found(f"view={view}&owner=nobody&stage=new") == {theirs}
        assert found(f"view={view}&line=nonsense&owner=x&stage=won") == {wanted, other, theirs}
    assert found(f"view=mine&owner={lin.public_id}") == set()
    page = client.get("/inbox/?view=all&line=mes")
    assert [tab["count"] for tab in page.context["tabs"]][:2] == [2, 2]
    assert page.context["tabs"][2]["url"] == "?view=mine&line=mes"
    assert "view=all&amp;line=mes&amp;lead=" in page.text
    asked = f"/inbox/news/?view=all&line=mes&shown={wanted.public_id}.1&shown={theirs.public_id}.1"
    assert client.get(asked).context["new"] == 0
    opened = client.post("/views/inbox/", {"name": "MES", "query": "view=all&line=mes&lead=1"})["Location"]
    client.post(f"/views/{SavedView.objects.get().public_id}/change/", {"default": "yes"})
    assert client.get("/inbox/")["Location"] == opened
    assert not client.get(opened).context["views"].is_changed
