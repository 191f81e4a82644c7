"""The inbox as SDRs and sales work with it: what is to do now, in which order, and each act by its address."""

import html
import re
import uuid
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.cast import LATELY, NINE, make_account, make_lead, make_person, make_staff, signed_in
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import HandOverFacts, hand_over, return_lead
from wutong.lifecycle.inbox import inbox_of, row_of
from wutong.lifecycle.models import Clock, FollowUp, HandOver, Lead, OwnContactStatus, Qualification, TimeLimits
from wutong.lifecycle.own_day import qualified_in_week_of
from wutong.platform.models import AuditEntry, Notification, Staff

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HTMX = {"HX-Request": "true"}
GIVEN = {
    "need": "Trace quality",
    "pain": "Complaints",
    "intent": "high",
    "level": "middle",
    "budget": "300,000",
    "project_period": "quarter",
    "note": "Call before noon",
}


def post(client, lead: Lead, act: str, **given: object):
    return client.post(f"/inbox/{lead.public_id}/{act}/", given, headers=HTMX)


def contacted(by: Staff, **given: object) -> Lead:
    """A lead that ``by`` owns, its first clock stopped."""
    lead = make_lead(at=LATELY, **given)
    kind, outcome = FollowUp.Kind.CALL, FollowUp.Outcome.REACHED
    record_follow_up(lead=lead, by=by, at=LATELY + MINUTE, kind=kind, outcome=outcome)
    return Lead.objects.get(pk=lead.pk)


def handed_over(mei: Staff, xu: Staff) -> Lead:
    lead = contacted(mei)
    facts = HandOverFacts(
        need="Trace quality",
        pain="Complaints",
        intent=HandOver.Intent.HIGH,
        level=HandOver.Level.MIDDLE,
        budget="300,000",
        project_period=HandOver.Period.QUARTER,
    )
    hand_over(lead=lead, to=xu, by=mei, at=LATELY + 2 * MINUTE, facts=facts)
    return Lead.objects.get(pk=lead.pk)


def to_do(staff: Staff) -> list[Lead]:
    return [row.lead for row in inbox_of(staff, view="todo").rows]


def plan(lead: Lead, at) -> None:
    Lead.objects.filter(pk=lead.pk).update(next_step="Call", next_step_at=at)


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


def test_putting_off_can_be_undone_and_stops_no_clock(mei) -> None:
    lead = make_lead(at=LATELY)
    client = signed_in(mei)
    until = (timezone.localtime() + 3 * DAY).strftime("%Y-%m-%dT%H:%M")

    answer = post(client, lead, "next-step", next_step="Call", next_step_at=until)

    lead.refresh_from_db()
    assert (answer.status_code, lead.next_step) == (200, "Call")
    assert Clock.objects.filter(lead=lead, stopped_at=None).exists()
    undo = answer.context["done"].undo
    assert client.post(undo, headers=HTMX).status_code == 200
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_at) == ("", None)
    assert client.post(undo, headers=HTMX).status_code == 409  # it was undone, so the lead has changed since


def test_a_contact_status_of_the_company_can_be_set(mei) -> None:
    OwnContactStatus.objects.create(code="visited", name="参观过工厂")
    lead = contacted(mei)
    assert post(signed_in(mei), lead, "contact-status", status="visited").status_code == 200
    assert row_of(Lead.objects.get(pk=lead.pk)).contact_status == "参观过工厂"
    assert post(signed_in(mei), lead, "contact-status", status="nonsense").status_code == 409


def test_a_manager_gives_away_ticked_rows_unless_somebody_was_quicker(wang, mei, lin) -> None:
    leads = [make_lead(owner=mei, at=LATELY) for _ in range(2)]
    client = signed_in(wang)
    chosen = re.findall(r'name="chosen" value="([^"]+)"', client.get("/inbox/?view=all").text)
    assert sorted(chosen) == sorted(f"{lead.public_id}:{mei.pk}" for lead in leads)
    assert "data-select" not in signed_in(mei).get("/inbox/?view=all").text

    given = client.post("/leads/assign/", {"chosen": chosen, "to": lin.pk, "view": "all"})
    assert (given.status_code, given["Location"]) == (302, "/inbox/?view=all")
    assert set(Lead.objects.values_list("owner", flat=True)) == {lin.pk}
    assert client.post("/leads/assign/", {"chosen": chosen, "to": wang.pk, "view": "all"}).status_code == 409
    assert client.post("/leads/assign/", {"chosen": ["nonsense"], "to": lin.pk}).status_code == 404


def test_who_cannot_be_reached_is_so_for_a_reason(mei) -> None:
    lead = make_lead(owner=mei)
    client = signed_in(mei)
    for status in ("invalid", "invalid:mood", "first:wrong_number"):
        assert post(client, lead, "contact-status", status=status).status_code == 409
    assert post(client, lead, "contact-status", status="invalid:left_company").status_code == 200
    page = client.get(f"/inbox/?view=all&lead={lead.public_id}")
    assert 'value="invalid:left_company" selected' in page.text
    assert "Cannot be reached: has left the company" in page.text
    contact = {"by": mei, "at": NINE, "kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED}
    record_follow_up(lead=Lead.objects.get(pk=lead.pk), **contact)
    assert Lead.objects.get(pk=lead.pk).contact_choice == "first"


def test_bant_is_kept_and_sales_confirm_it(mei, xu) -> None:
    lead = handed_over(mei, xu)
    client = signed_in(xu)
    assert post(client, lead, "accept", was="mql").status_code == 200
    known = {"budget": "300,000", "authority": "Plant manager", "need": "Traceability"}
    assert post(client, lead, "bant", **known).status_code == 200

    refused = post(client, lead, "qualify", **known)
    assert (refused.status_code, b"Plant manager" in refused.content) == (409, True)
    assert post(client, lead, "qualify", **known, timing="March").status_code == 200

    lead.refresh_from_db()
    assert (lead.stage, Qualification.objects.get(lead=lead).confirmed_by) == ("sql", xu)


@pytest.mark.parametrize(
    ("act", "of", "given", "other"),
    [
        ("bant", "bant", {"budget": "300,000"}, {"budget": "500,000"}),
        ("next-step", "plan", {"next_step": "Call"}, {"next_step": "Visit"}),
        ("contact-status", "plan", {"status": "worth_following"}, {"status": "invalid:refuses"}),
    ],
)
def test_of_two_who_write_of_one_lead_the_second_is_told(mei, lin, act: str, of: str, given: dict, other: dict) -> None:
    lead = make_lead(at=LATELY)
    until = (timezone.localtime() + 3 * DAY).strftime("%Y-%m-%dT%H:%M")
    both = {"next_step_at": until} if act == "next-step" else {}
    second = signed_in(lin)
    seen = second.get(f"/inbox/{lead.public_id}/", headers=HTMX).context["seen"][of]
    assert post(signed_in(mei), lead, act, seen=seen, **both, **given).status_code == 200

    refused = post(second, lead, act, seen=seen, **both, **other)

    assert refused.status_code == 409
    assert refused.context["seen"][of] != seen
    assert post(second, lead, act, seen=refused.context["seen"][of], **both, **other).status_code == 200


def test_who_writes_over_answers_is_shown_what_was_kept_meanwhile(mei, wang) -> None:
    lead = contacted(mei)
    client = signed_in(mei)
    seen = client.get(f"/inbox/{lead.public_id}/", headers=HTMX).context["seen"]["bant"]
    post(signed_in(wang), lead, "bant", budget="700,000", seen=seen)
    refused = post(client, lead, "bant", budget="300,000", seen=seen).content
    assert b"700,000" in refused
    assert b"300,000" in refused


def test_of_two_managers_who_give_one_lead_away_the_second_is_told_who_has_it(mei, lin, wang) -> None:
    lead = make_lead(at=LATELY)
    client = signed_in(wang)
    seen = client.get(f"/inbox/{lead.public_id}/", headers=HTMX).context["seen"]["owner"]
    assert post(client, lead, "assign", to=str(mei.public_id), seen=seen).status_code == 200
    refused = post(client, lead, "assign", to=str(lin.public_id), seen=seen)
    assert (refused.status_code, b"Mei" in refused.content) == (409, True)
    assert client.post("/leads/assign/", {"leads": str(lead.public_id), "to": lin.pk, "seen": "-"}).status_code == 409
    lead.refresh_from_db()
    assert lead.owner == mei


def test_a_lead_is_handed_over_by_the_form(mei, xu) -> None:
    lead = contacted(mei)
    TimeLimits.objects.create(acceptance_hours=16)
    answer = post(signed_in(mei), lead, "hand-over", was="new", to=str(xu.public_id), **GIVEN)
    lead.refresh_from_db()
    assert (answer.status_code, lead.stage, lead.owner) == (200, "mql", xu)
    assert "16" in answer.context["done"].said
    assert HandOver.objects.get().note == "Call before noon"


@pytest.mark.parametrize(("wrong", "status"), [({"need": ""}, 422), ({"to": "nobody"}, 422), ({"was": "nurture"}, 409)])
def test_a_hand_over_that_is_refused_keeps_what_was_typed(mei, xu, wrong: dict[str, str], status: int) -> None:
    lead = contacted(mei)
    given = {"was": "new", "to": str(xu.public_id), **GIVEN, **wrong}
    for headers in (HTMX, {}):
        answer = signed_in(mei).post(f"/inbox/{lead.public_id}/hand-over/", given, headers=headers)
        assert answer.status_code == status
        assert b"Call before noon" in answer.content
    assert not HandOver.objects.exists()


def test_who_has_the_company_is_proposed(mei, xu, sales_team) -> None:
    account = make_account("北辰科技")
    other = make_staff("Yan", role="sales", team=sales_team)
    make_lead(account=account, owner=other, stage="sal", team=sales_team)
    lead = make_lead(account=account, owner=mei)
    form = signed_in(mei).get(f"/inbox/?lead={lead.public_id}&view=all").context["hand_over_form"]
    assert form.fields["to"].initial == str(other.public_id)
    assert "北辰科技" in form.fields["to"].help_text


def test_a_returned_lead_leaves_the_sellers_sight_and_says_so(mei, xu) -> None:
    lead = handed_over(mei, xu)
    answer = post(signed_in(xu), lead, "return", was="mql", reason="no_need", note="Wants a trainee post")
    assert (answer.status_code, answer.templates[0].name) == (200, "lifecycle/_given_away.html")
    assert [row.lead for row in inbox_of(mei, view="returned").rows] == [lead]
    assert lead in to_do(mei)
    assert "Wants a trainee post" in signed_in(mei).get(f"/inbox/?lead={lead.public_id}").content.decode()


def test_a_closed_lead_can_be_recalled_from_its_page(mei, lin) -> None:
    lead, client = contacted(mei), signed_in(mei)
    post(client, lead, "move", was="new", to="disqualified", reason="student")
    address = f"/inbox/{lead.public_id}/"
    assert b'value="recalled"' in client.get(address, headers=HTMX).content
    assert b'value="recalled"' not in signed_in(lin).get(address, headers=HTMX).content
    assert post(client, lead, "move", was="disqualified", to="nurture", reason="recalled").status_code == 200
    lead.refresh_from_db()
    assert (lead.stage, lead.owner) == ("nurture", mei)


def test_a_returned_lead_whose_sender_has_left_is_for_the_team_and_its_manager_is_told(mei, lin, xu, wang) -> None:
    lead = handed_over(mei, xu)
    Staff.objects.filter(pk=mei.pk).update(is_active=False)
    return_lead(lead=lead, by=xu, at=LATELY + 3 * MINUTE, reason="no_need")
    assert lead in to_do(lin)
    assert lead in to_do(wang)
    assert Notification.objects.filter(staff=wang, kind="lead_sent_back").count() == 1


def test_a_return_without_a_reason_is_asked_for_one(mei, xu) -> None:
    lead = handed_over(mei, xu)
    assert post(signed_in(xu), lead, "return", was="mql", reason="").status_code == 422


def test_without_a_script_each_act_leads_back_to_the_lead(mei) -> None:
    lead = contacted(mei)
    answer = signed_in(mei).post(f"/inbox/{lead.public_id}/bant/", {"budget": "300,000", "view": "mine"})
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/?view=mine&lead={lead.public_id}")


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


def test_managers_keep_the_contact_statuses_of_the_company(wang, mei) -> None:
    client = signed_in(wang)
    assert client.post("/settings/contact-statuses/", {"name": "参观过工厂"}).status_code == 302
    one = OwnContactStatus.objects.get()
    address = f"/settings/contact-statuses/{one.code}/"
    assert client.post("/settings/contact-statuses/", {"name": "参观过工厂"}).status_code == 409
    assert client.post("/settings/contact-statuses/", {"name": ""}).status_code == 422
    assert client.post(address, {"name": "Visited"}).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.is_active) == ("Visited", False)
    assert AuditEntry.objects.filter(action__startswith="lifecycle.own_status", actor=wang).count() == 2
    assert signed_in(mei).get("/settings/contact-statuses/").status_code == 403


def test_keys_can_be_switched_off_in_the_profile(mei) -> None:
    client = signed_in(mei)
    assert b'data-shortcuts="on"' in client.get("/inbox/").content
    given = {"full_name": "Mei", "language": "en", "zone": "", "theme": "dark", "density": "roomy"}
    client.post("/me/", given)
    assert b'data-shortcuts="off"' in client.get("/inbox/").content


def test_a_contact_is_recorded_on_the_persons_page_and_tells_who_knows_them(mei, lin) -> None:
    lead = make_lead(at=LATELY)
    address = f"/people/{lead.person.public_id}/"
    client = signed_in(mei)
    given = {"id": str(uuid.uuid4()), "kind": "call", "outcome": "reached", "lead": str(lead.public_id)}

    assert client.post(f"{address}follow-up/", given, headers=HTMX).status_code == 200
    assert client.post(f"{address}follow-up/", {**given, "kind": "x"}, headers=HTMX).status_code == 422
    refused = signed_in(lin).post(f"{address}follow-up/", {**given, "id": str(uuid.uuid4()), "note": "Kept"})

    assert (refused.status_code, b"Kept" in refused.content) == (409, True)
    (known,) = client.get(address).context["acquaintances"]
    assert (known.public_id, known.contacts) == (mei.public_id, 1)


def test_a_timeline_is_searched_by_kind_and_by_colleague(mei, lin, xu) -> None:
    lead = handed_over(mei, xu)
    client = signed_in(mei)

    def titles(**wanted: object) -> list[str]:
        timeline = client.get(f"/people/{lead.person.public_id}/", wanted).context["timeline"]
        return [act.title for day in timeline.days for act in day.acts]

    assert "Handed over to Xu" in titles()
    assert titles(kind="contacts") == ["First contact: Call, Reached"]
    assert set(titles(kind="stages")) == {"Handed over to Xu", "Lead stage: MQL", "Lead stage: New"}
    assert titles(by=str(lin.public_id)) == []
    assert titles(kind="nonsense", by="x") == titles()


def test_the_day_of_an_sdr_and_of_sales(mei, xu) -> None:
    lead = handed_over(mei, xu)
    hers, his = signed_in(mei).get("/").context, signed_in(xu).get("/").context
    assert "qualified" in hers
    assert hers["contacts"].calls <= 1
    assert qualified_in_week_of(LATELY, mei).n == 1  # of that week: it may have ended since
    assert [row.lead for row in his["to_accept"].rows] == [lead]
    assert his["panels"][0].context["n"] == 0


def test_managers_give_a_lead_to_a_colleague(mei, lin, wang) -> None:
    lead = contacted(mei)
    assert post(signed_in(wang), lead, "assign", to=str(lin.public_id)).status_code == 200
    lead.refresh_from_db()
    assert lead.owner == lin
    assert post(signed_in(wang), lead, "assign", to="nobody").status_code == 422
    assert post(signed_in(lin), lead, "assign", to=str(mei.public_id)).status_code == 409
