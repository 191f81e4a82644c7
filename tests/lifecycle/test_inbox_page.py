"""The inbox: what is to do now, in which order, and what has come since."""

import html
import re
import uuid
from urllib.parse import parse_qsl

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.cast import LATELY, NINE, make_lead, make_person, signed_in
from tests.lifecycle.inbox import DAY, HTMX, MINUTE, contacted, handed_over, plan, post, to_do
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.inbox import inbox_of, row_of
from wutong.lifecycle.models import FollowUp, Lead
from wutong.platform.models import Staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_latest_stands_first_whether_by_a_clock_or_by_a_plan(mei) -> None:
    now = timezone.now()
    long_past, clocked, just_past, tomorrow = contacted(mei), make_lead(at=LATELY), contacted(mei), contacted(mei)
    plan(long_past, now - DAY)
    plan(just_past, now - MINUTE)
    plan(tomorrow, now + 2 * DAY)
    assert to_do(mei) == [long_past, clocked, just_past]


def test_what_is_due_today_is_ordered_by_heat_then_age(mei) -> None:
    cold, old, hot = contacted(mei, stage="mql"), contacted(mei, stage="mql"), contacted(mei, stage="mql")
    Lead.objects.filter(pk=old.pk).update(created_at=LATELY - DAY)
    from wutong.scoring.models import PersonScore

    PersonScore.objects.update_or_create(
        person=hot.person, defaults={"value": 60, "grade": 1, "fit_letter": "A", "computed_at": NINE}
    )
    assert to_do(mei) == [hot, old, cold]
    assert row_of(Lead.objects.get(pk=hot.pk)).code == "A1"


def test_what_a_colleague_owns_or_is_put_off_is_not_to_do(mei, lin) -> None:
    contacted(lin, stage="mql")
    put_off = contacted(mei, stage="mql")
    plan(put_off, timezone.now() + 2 * DAY)
    assert to_do(mei) == []
    assert inbox_of(mei, view="todo").total == 0


def test_sales_are_to_do_what_was_handed_to_them_and_not_the_sdr(mei, xu, wang) -> None:
    lead = handed_over(mei, xu)
    assert (to_do(xu), to_do(mei), to_do(wang)) == ([lead], [], [lead])
    (row,) = inbox_of(xu, view="accept").rows
    assert (row.clock.kind, row.given.need) == ("acceptance", "Trace quality")


def test_done_and_next_asks_for_the_next_row(mei) -> None:
    lead = make_lead(at=LATELY)
    given = {"id": str(uuid.uuid4()), "kind": "call", "outcome": "no_answer", "then": "next"}
    answer = post(signed_in(mei), lead, "follow-up", **given)
    assert answer["HX-Trigger-After-Settle"] == "inbox:next"


def test_whoever_sees_only_own_leads_is_told_who_took_one_and_nothing_more(mei, lin) -> None:
    Staff.objects.filter(pk=lin.pk).update(data_scope="own")
    lin.refresh_from_db()
    lead = make_lead(person=make_person("Secret Name"), at=LATELY)
    client = signed_in(lin)
    assert client.get(f"/inbox/{lead.public_id}/", headers=HTMX).status_code == 200
    kind, outcome = FollowUp.Kind.CALL, FollowUp.Outcome.REACHED
    record_follow_up(lead=lead, by=mei, at=LATELY + MINUTE, kind=kind, outcome=outcome)

    given = {"id": str(uuid.uuid4()), "kind": "call", "outcome": "reached", "note": "We spoke at length"}
    refused = post(client, lead, "follow-up", **given)
    opened = client.get(f"/inbox/{lead.public_id}/", headers=HTMX)
    page = client.get(f"/inbox/?lead={lead.public_id}")
    told = client.get(f"/inbox/news/?view=todo&shown={lead.public_id}.1", headers=HTMX)

    assert (refused.status_code, opened.status_code, page.status_code) == (409, 200, 200)
    assert b"We spoke at length" in refused.content
    for answer in (refused, opened, page, told):
        assert b"Mei" in answer.content
        assert b"Secret Name" not in answer.content


def test_news_count_what_is_new_and_tell_who_took_what(mei, lin) -> None:
    shown, taken, done = make_lead(at=LATELY), make_lead(at=LATELY), make_lead(at=LATELY)
    kind, outcome = FollowUp.Kind.CALL, FollowUp.Outcome.REACHED
    record_follow_up(lead=taken, by=lin, at=LATELY + MINUTE, kind=kind, outcome=outcome)
    record_follow_up(lead=done, by=mei, at=LATELY + MINUTE, kind=kind, outcome=outcome)
    make_lead(at=LATELY)
    given = [f"{lead.public_id}.1" for lead in (shown, taken, done)]

    answer = signed_in(mei).get("/inbox/news/", {"view": "todo", "shown": [*given, "x", "y.z"]}, headers=HTMX)

    assert answer.context["new"] == 1
    states = {state["public_id"]: (state["taken_by"], state["row"]) for state in answer.context["states"]}
    assert states == {taken.public_id: ("Lin", None), done.public_id: ("", None)}


def shown_in(page: str) -> list[str]:
    """``<id>.<version>`` of each row of a list, as its script sends them back."""
    return re.findall(r'name="shown" value="([^"]+)"', page)


def next_of(page: str) -> dict[str, str]:
    """What the link below a list asks for."""
    (address,) = re.findall(r'rel="next" href="[^"?]*[?]([^"]+)"', page)
    return dict(parse_qsl(html.unescape(address)))


def test_further_rows_come_below_those_shown_each_once(mei, monkeypatch) -> None:
    monkeypatch.setattr("wutong.lifecycle.inbox.PAGE", 2)
    leads = [make_lead(at=LATELY) for _ in range(5)]
    client = signed_in(mei)
    first = client.get("/inbox/").text
    moved_up = client.get("/inbox/", next_of(first)).text  # the same without a script
    further = client.get("/inbox/rows/", {**next_of(first), "shown": shown_in(first)}, headers=HTMX)
    again = client.get("/inbox/rows/", {**next_of(first), "shown": shown_in(further.text)}, headers=HTMX)
    last = client.get("/inbox/rows/", next_of(further.text), headers=HTMX).text

    assert [len(shown_in(page)) for page in (first, moved_up, further.text, again.text, last)] == [2, 2, 2, 0, 1]
    rows = shown_in(first + further.text + last)
    assert {f"{lead.public_id}.1" for lead in leads} == set(rows)
    assert "data-more" in first
    assert 'rel="next"' not in last
    assert ("HX-Retarget" in further, "5" in first) == (False, True)


def test_a_list_whose_further_rows_are_asked_for_too_late_begins_again(mei) -> None:
    make_lead(at=LATELY)
    answer = signed_in(mei).get("/inbox/rows/", {"view": "todo", "after": "of yesterday"}, headers=HTMX)
    assert (answer["HX-Retarget"], len(shown_in(answer.text))) == ("#inbox-rows", 1)


def test_what_stands_below_the_last_row_is_no_news_but_what_has_come_since_is(mei, monkeypatch) -> None:
    monkeypatch.setattr("wutong.lifecycle.inbox.PAGE", 2)
    for _ in range(4):
        make_lead(at=LATELY)
    client = signed_in(mei)
    first = client.get("/inbox/").text
    given = {"view": "todo", "shown": shown_in(first), "more": next_of(first)["after"]}

    def new() -> int:
        return client.get("/inbox/news/", given, headers=HTMX).context["new"]

    assert new() == 0
    make_lead(at=timezone.now())
    assert new() == 1
    make_lead(at=LATELY - DAY)  # later than all, but found out only now
    assert new() == 2


def test_what_others_do_to_many_is_counted_a_little_later_and_ones_own_act_at_once(mei, lin, monkeypatch) -> None:
    monkeypatch.setattr("wutong.platform.remembered.LARGE", 2)
    leads = [make_lead(at=LATELY) for _ in range(5)]
    client = signed_in(mei)

    def waiting(**headers: str) -> tuple[int, int]:
        tabs = client.get("/inbox/?view=all").context["tabs"]
        home = client.get("/", headers=headers).context["waiting"]
        return next(tab["count"] for tab in tabs if tab["url"] == "?view=waiting") or 0, home

    def contact(lead: Lead, by: Staff) -> None:
        given = {"id": str(uuid.uuid4()), "kind": "call", "outcome": "reached"}
        assert post(signed_in(by), lead, "follow-up", **given).status_code == 200

    assert waiting() == (5, 5)
    contact(leads[0], lin)
    assert waiting() == (5, 5)
    assert waiting(**HTMX) == (5, 4)  # the script asks since something has happened
    contact(leads[1], mei)
    assert waiting() == (3, 3)
    contact(leads[2], mei)
    contact(leads[3], lin)
    assert waiting() == (1, 1)  # few are counted each time
    cache.clear()
