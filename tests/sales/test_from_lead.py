"""From an SQL to a deal, by the form in the inbox."""

import pytest
from django.db import transaction
from django.utils import timezone

from tests.cast import make_account, make_lead, make_staff, signed_in
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.stages import step_many
from wutong.people.models import Account, Affiliation
from wutong.platform.models import AuditEntry
from wutong.sales.models import Opportunity

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}
GIVEN = {
    "name": "Three lines",
    "amount": "300000",
    "close_on": "2027-03-01",
    "next_step": "Send an offer",
    "role": "user",
}


@pytest.fixture
def lead(xu, sales_team) -> Lead:
    return make_lead(owner=xu, team=sales_team, stage="sql", accountable="sales", account=make_account("北辰科技"))


def send(xu, lead: Lead, **given: str):
    return signed_in(xu).post(f"/inbox/{lead.public_id}/opportunity/", {**GIVEN, **given}, headers=HTMX)


def test_the_form_proposes_the_company_and_a_name(xu, lead) -> None:
    form = signed_in(xu).get(f"/inbox/{lead.public_id}/opportunity/").context["form"]
    assert form.initial["account_id"] == str(lead.account.public_id)
    assert "北辰科技" in form.initial["name"]


def test_a_deal_is_opened_with_the_company_of_the_lead(xu, lead) -> None:
    answer = send(xu, lead, account_id=str(lead.account.public_id))
    deal = Opportunity.objects.get()
    lead.refresh_from_db()
    assert answer["HX-Redirect"].endswith(f"lead={lead.public_id}")
    assert (deal.account, deal.owner, deal.people.get().role, lead.stage) == (lead.account, xu, "user", "opportunity")


def test_a_lead_leads_on_to_its_deal_whoever_may_see_that(xu, lead) -> None:
    send(xu, lead, account_id=str(lead.account.public_id))
    to_deal = f'href="/opportunities/{Opportunity.objects.get().public_id}/"'
    sdr = make_staff("Sdr", role="sdr", team=lead.team, data_scope="team")
    assert to_deal in signed_in(xu).get(f"/inbox/?lead={lead.public_id}").content.decode()
    assert to_deal not in signed_in(sdr).get(f"/inbox/?view=all&lead={lead.public_id}").content.decode()


def test_a_company_can_be_named(xu, lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(account=None)
    assert send(xu, lead, company="南山精机有限公司").status_code == 200
    named = Account.objects.get(name="南山精机有限公司")
    assert Opportunity.objects.get().account == named
    assert Affiliation.objects.get(account=named).person == lead.person


def test_a_company_is_added_with_the_deal_or_not_at_all_and_leaves_a_trace(xu, lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(account=None)
    with transaction.atomic():
        step_many([Lead.objects.get(pk=lead.pk)], to=Stage.DISQUALIFIED, by=xu, at=timezone.now(), reason="student")
    assert send(xu, lead, company="南山精机有限公司").status_code == 409
    assert not Account.objects.filter(name="南山精机有限公司").exists()

    other = make_lead(owner=xu, team=lead.team, stage="sql", accountable="sales")
    assert send(xu, other, company="南山精机有限公司").status_code == 200
    assert AuditEntry.objects.get(action="sales.company_named").actor == xu


def test_a_lead_can_feed_a_deal_of_its_company(xu, lead, sales_team) -> None:
    send(xu, lead, account_id=str(lead.account.public_id))
    deal = Opportunity.objects.get()
    other = make_lead(owner=xu, team=sales_team, stage="sql", accountable="sales", account=lead.account)
    assert send(xu, other, deal_id=str(deal.public_id), name="", close_on="").status_code == 200
    assert {one.lead for one in deal.leads.all()} == {lead, other}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"close_on": "soon"}, {"account_id": "", "company": " - "}, {"amount": "-1"}]
)
def test_what_is_missing_is_asked_for_and_the_rest_kept(xu, lead, wrong: dict[str, str]) -> None:
    answer = send(xu, lead, **{"account_id": str(lead.account.public_id), **wrong})
    assert (answer.status_code, b"Send an offer" in answer.content) == (422, True)
    assert not Opportunity.objects.exists()


def test_a_lead_that_has_moved_on_is_refused(xu, lead) -> None:
    send(xu, lead, account_id=str(lead.account.public_id))
    assert send(xu, lead, account_id=str(lead.account.public_id)).status_code == 409


def test_who_does_not_sell_is_refused(mei, lead) -> None:
    assert send(mei, lead).status_code == 403


def test_a_stranger_finds_nothing(lead, south) -> None:
    stranger = make_staff("Stranger", role="sales", team=south)
    assert send(stranger, lead).status_code == 404
