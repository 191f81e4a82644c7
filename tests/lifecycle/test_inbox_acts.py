"""What SDRs, sales and managers do with a lead in the inbox, each act by its address."""

import re

import pytest
from django.utils import timezone

from tests.cast import LATELY, NINE, make_account, make_lead, make_staff, signed_in
from tests.lifecycle.inbox import DAY, GIVEN, HTMX, MINUTE, contacted, handed_over, post, to_do
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import return_lead
from wutong.lifecycle.inbox import inbox_of, row_of
from wutong.lifecycle.models import Clock, FollowUp, HandOver, Lead, OwnContactStatus, Qualification, TimeLimits
from wutong.platform.models import Notification, Staff

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_managers_give_a_lead_to_a_colleague(mei, lin, wang) -> None:
    lead = contacted(mei)
    assert post(signed_in(wang), lead, "assign", to=str(lin.public_id)).status_code == 200
    lead.refresh_from_db()
    assert lead.owner == lin
    assert post(signed_in(wang), lead, "assign", to="nobody").status_code == 422
    assert post(signed_in(lin), lead, "assign", to=str(mei.public_id)).status_code == 409
