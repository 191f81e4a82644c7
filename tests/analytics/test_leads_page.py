"""The manager's page: what it says is what the lists behind it hold."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import NINE, make_lead, signed_in
from wutong.analytics.leads.counted import COUNTED
from wutong.analytics.leads.question import LeadQuestion
from wutong.analytics.leads.tables import TABLES, Value, rows_of
from wutong.analytics.leads.views import PANELS
from wutong.analytics.periods import named
from wutong.analytics.rates import Rate
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.giving import assign
from wutong.lifecycle.hand_over import HandOverFacts, accept, hand_over, return_lead
from wutong.lifecycle.models import Clock, FollowUp, HandOver, Lead, Stage
from wutong.lifecycle.stages import move_lead
from wutong.platform.keyset import PAGE
from wutong.platform.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = HandOverFacts(
    need="Trace",
    pain="Complaints",
    intent=HandOver.Intent.HIGH,
    level=HandOver.Level.KEY,
    budget="1",
    project_period=HandOver.Period.MONTH,
)
LEADS = reverse("analytics:leads")


@pytest.fixture
def history(mei: Any, lin: Any, xu: Any) -> list[Any]:
    """Today: one lead that nobody called, one that sales returned, one that waits for an answer."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    leads = [make_lead(owner=mei, at=at, channel="search"), make_lead(owner=lin, at=at), make_lead(owner=mei, at=at)]
    for lead in leads[1:]:
        hand_over(lead=lead, to=xu, by=lead.owner, at=at + timedelta(minutes=1), facts=FACTS)
        lead.refresh_from_db()
    return_lead(lead=leads[1], by=xu, at=at + timedelta(minutes=2), reason="no_need")
    return leads


def told(table: str, viewer: Any, *, at: datetime | None = None) -> dict[str, dict[str, Value]]:
    """The rows of a table by name, with their values by figure, by numerator and denominator, or by median."""
    at = at or datetime.now(UTC)
    question = LeadQuestion(viewer=viewer, period=named("30d", today=at.date() + timedelta(days=1), zone=UTC), as_of=at)
    names = [
        column.median or (f"{column.figure}/{column.of}" if column.of else column.figure)
        for column in TABLES[table].columns
    ]
    return {row.name: dict(zip(names, row.values, strict=True)) for row in rows_of(TABLES[table], question)}


def contact(lead: Lead, by: Any, *, at: datetime, **given: Any) -> None:
    record_follow_up(lead=lead, by=by, at=at, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED, **given)


@pytest.mark.usefixtures("history")
def test_every_figure_of_every_panel_opens_as_many_leads_as_it_says(wang: Any) -> None:
    client = signed_in(wang)
    opened = set()
    for name in PANELS:
        page = client.get(
            reverse("analytics:leads_panel", args=[name]), {"period": "30d"}, headers={"HX-Request": "true"}
        )
        assert page.status_code == 200
        for address, figure in re.findall(r'href="(/insight/leads/behind/[^"]+)"[^>]*>(\d+)<', page.text):
            behind = client.get(address.replace("&amp;", "&"))
            assert behind.text.count("<tr data-row>") == int(figure), address
            opened.add(address)
    assert len(opened) > 40
    assert {figure for figure in COUNTED if any(f"figure={figure}" in one for one in opened)} > {"due", "answered"}


def test_a_lead_that_came_back_twice_is_two_hand_overs_in_number_rate_and_list(
    wang: Any, xu: Any, history: list[Any]
) -> None:
    returned = Lead.objects.get(pk=history[1].pk)
    at = datetime.now(UTC) - timedelta(minutes=2)
    hand_over(lead=returned, to=xu, by=returned.owner, at=at, facts=FACTS)
    returned.refresh_from_db()
    return_lead(lead=returned, by=xu, at=at + timedelta(minutes=1), reason="no_budget")

    theirs = told("acceptance", wang)["Xu"]
    assert (theirs["sent"].n, theirs["returned"].n, theirs["accepted/answered"].rate) == (3, 2, Rate(0, 2))
    reasons = {name: row["returned"].n for name, row in told("returns", wang).items()}
    assert sorted(reasons.values()) == [1, 1, 2]  # each reason, and all together
    client = signed_in(wang)
    behind = client.get(reverse("analytics:leads_behind"), {"period": "30d", "figure": "answered"})
    assert behind.text.count("<tr data-row>") == 2


def test_what_an_sdr_takes_back_is_no_answer_of_sales(wang: Any, mei: Any, xu: Any) -> None:
    leads = [make_lead(owner=mei) for _ in range(3)]
    for lead in leads:
        hand_over(lead=lead, to=xu, by=mei, at=NINE, facts=FACTS)
        lead.refresh_from_db()
    for lead in leads[:2]:
        move_lead(lead=lead, to=Stage.DISQUALIFIED, by=wang, at=NINE + timedelta(minutes=1), reason="duplicate")
    accept(lead=leads[2], by=xu, at=NINE + timedelta(minutes=20))

    theirs = told("acceptance", wang, at=NINE + timedelta(hours=1))["Xu"]

    assert HandOver.objects.filter(outcome=HandOver.Outcome.WITHDRAWN).count() == 2
    assert theirs["accepted/answered"].rate == Rate(1, 1)
    assert theirs["answer"].time == timedelta(minutes=20)


def test_speed_counts_from_arrival_and_from_assignment(wang: Any, mei: Any, lin: Any) -> None:
    lead = make_lead(at=NINE)
    assign(lead=lead, to=lin, by=wang, at=NINE + timedelta(minutes=1))
    assign(lead=lead, to=mei, by=wang, at=NINE + timedelta(minutes=10))
    contact(lead, mei, at=NINE + timedelta(minutes=12))

    row = told("speed", wang, at=NINE + timedelta(hours=1))["Mei"]

    assert (row["arrival"].time, row["given"].time) == (timedelta(minutes=12), timedelta(minutes=2))
    assert row["met/due"].rate == Rate(0, 1)


def test_answers_to_people_who_came_back_have_a_figure_of_their_own(wang: Any, mei: Any) -> None:
    for minutes in (3, 30):
        lead = make_lead(owner=mei, at=NINE)
        Clock.objects.create(
            lead=lead,
            kind=Clock.Kind.RE_ENGAGED,
            started_at=NINE,
            counts_from=NINE,
            due_at=NINE + timedelta(minutes=5),
        )
        contact(lead, mei, at=NINE + timedelta(minutes=minutes))
    row = told("speed", wang, at=NINE + timedelta(hours=1))["Mei"]
    assert (row["came_back"].n, row["back_met/back_due"].rate, row["received"].n) == (2, Rate(1, 2), 2)


def test_an_accepted_lead_has_feedback_once_sales_contacted_it_and_planned_on(wang: Any, mei: Any, xu: Any) -> None:
    for is_planned in (False, True):
        lead = make_lead(owner=mei)
        hand_over(lead=lead, to=xu, by=mei, at=NINE, facts=FACTS)
        accept(lead=Lead.objects.get(pk=lead.pk), by=xu, at=NINE + timedelta(minutes=1))
        if is_planned:
            later = {"next_step": "Show it", "next_step_at": NINE + timedelta(days=1)}
            contact(Lead.objects.get(pk=lead.pk), xu, at=NINE + timedelta(minutes=2), **later)
    assert told("acceptance", wang, at=NINE + timedelta(hours=1))["Xu"]["fed_back/accepted"].rate == Rate(1, 2)


@pytest.mark.usefixtures("history")
def test_the_board_of_sdrs_counts_by_them_and_by_channel(wang: Any) -> None:
    board, channels = told("sdr", wang), told("sources", wang)
    mine = {figure: value.n for figure, value in board["Mei"].items() if value.n is not None}
    rest = dict.fromkeys(("sdr_nurture", "sdr_mql", "sdr_back", "accepted", "returned"), 0)
    assert mine == {"with_sdr": 1, "sdr_new": 1, "sent": 1} | rest
    assert board["Lin"]["sdr_back"].n == board["Lin"]["returned"].n == 1
    assert sum(row["sent"].n or 0 for row in channels.values()) == 2 * 2


@pytest.mark.parametrize("table", ["funnel", *TABLES])
@pytest.mark.usefixtures("history")
def test_each_table_is_a_file_for_spreadsheets_and_leaves_a_trace(wang: Any, table: str) -> None:
    response = signed_in(wang).post(reverse("analytics:leads_export"), {"period": "30d", "by": "owner", "table": table})
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len({len(line) for line in lines}) == 1
    entry = AuditEntry.objects.get(action="analytics.leads_exported", actor=wang)
    assert (entry.detail["table"], entry.detail["rows"]) == (table, len(lines) - 1)


def test_a_list_of_leads_is_read_on_where_it_was_whatever_comes_meanwhile(wang: Any, mei: Any) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    person = make_lead(owner=mei, at=at).person
    for _ in range(PAGE + 1):
        make_lead(owner=mei, at=at, person=person)
    client = signed_in(wang)
    for asked in ({"figure": "open"}, {"step": "1"}):
        page = client.get(reverse("analytics:leads_behind"), {"period": "30d"} | asked)
        first = page.context["found"]
        rest = client.get(reverse("analytics:leads_behind"), {"period": "30d", "after": first.next} | asked)
        shown = [one.lead.pk for one in (*first.page, *rest.context["found"].page)]
        assert sorted(shown) == sorted(Lead.objects.values_list("pk", flat=True)), asked
        assert rest.context["found"].next is None


def test_figures_of_the_days_page_open_their_leads(wang: Any, mei: Any) -> None:
    now = datetime.now(UTC)
    make_lead(owner=mei, at=now - timedelta(minutes=1))
    client = signed_in(wang)
    page = client.get("/", {"period": "7d"})
    addresses = {one.replace("&amp;", "&") for one in re.findall(r'href="(/insight/leads/behind/[^"]+)"', page.text)}
    assert {figure for figure in COUNTED if any(f"figure={figure}" in one for one in addresses)} >= {"received", "due"}
    for address in addresses:
        assert client.get(address).status_code == 200
    (new,) = (one for one in addresses if "figure=received" in one and "key" not in one)
    assert client.get(new).text.count("<tr data-row>") == 1
    assert 'href="/"' in client.get(new).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ({"period": "own", "first": "2026-02-02", "last": "2026-02-01"}, 422),
        ({"by": "constructor"}, 422),
        ({"period": "own", "first": "2026-01-01", "last": "2026-02-01", "by": "form"}, 200),
    ],
)
def test_an_address_that_makes_no_sense_is_told_so(wang: Any, address: dict[str, str], status: int) -> None:
    assert signed_in(wang).get(LEADS, address).status_code == status


def test_a_figure_that_is_none_does_not_exist(wang: Any) -> None:
    client = signed_in(wang)
    for query in (
        "",
        "?step=99",
        "?figure=nonsense",
        "?step=1&figure=open",
        "?figure=open&split=colleague&key=x",
        "?figure=open&split=reason",
    ):
        assert client.get(reverse("analytics:leads_behind") + query).status_code == 404
    assert client.get(reverse("analytics:leads_panel", args=["nonsense"])).status_code == 404


def test_an_empty_period_says_what_to_do(wang: Any) -> None:
    page = signed_in(wang).get(reverse("analytics:leads_panel", args=["funnel"]), headers={"HX-Request": "true"})
    assert "empty" in page.text
