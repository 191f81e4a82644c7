"""The manager's page: what it says is what the lists behind it hold."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import make_lead, signed_in
from wutong.analytics.leads.report import acceptance_rows, lead_report, return_reasons
from wutong.analytics.leads.views import PANELS
from wutong.lifecycle.hand_over import HandOverFacts, hand_over, return_lead
from wutong.lifecycle.models import HandOver
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


@pytest.mark.usefixtures("history")
def test_every_figure_of_every_panel_opens_as_many_leads_as_it_says(wang: Any) -> None:
    client = signed_in(wang)
    opened = 0
    for name in PANELS:
        page = client.get(
            reverse("analytics:leads_panel", args=[name]), {"period": "30d"}, headers={"HX-Request": "true"}
        )
        assert page.status_code == 200
        for address, figure in re.findall(r'href="(/insight/leads/behind/[^"]+)"[^>]*>(\d+)<', page.text):
            behind = client.get(address.replace("&amp;", "&"))
            assert behind.text.count("<tr data-row>") == int(figure), address
            opened += 1
    assert opened > 20


def test_acceptance_counts_answers_and_their_reasons(wang: Any, xu: Any, history: list[Any]) -> None:
    client = signed_in(wang)
    page = client.get(LEADS, {"period": "30d", "whole": "1"})
    assert len(history) == 3
    question = page.context["panels"][0]["question"]
    total, theirs = sorted(acceptance_rows(question), key=lambda row: (not row.is_total, row.colleague == xu))
    assert dict(total.counts) == {"sent": 2, "accepted": 0, "returned": 1, "to_answer": 1, "overdue_answer": 0}
    assert (theirs.colleague, theirs.rate.n, theirs.rate.of) == (xu, 0, 1)
    ((_, n),) = return_reasons(question)
    assert n == 1
    assert [cell.n for cell in lead_report(question).total.cells] == [3, 2, 0, 0, 0, 0]


@pytest.mark.usefixtures("history")
def test_the_file_is_for_spreadsheets_and_leaves_a_trace(wang: Any) -> None:
    response = signed_in(wang).post(reverse("analytics:leads_export"), {"period": "30d", "by": "owner"})
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response.text.count("\r\n") == 1 + 6 * 4  # the head, three owners and the total
    assert AuditEntry.objects.filter(action="analytics.leads_exported", actor=wang).exists()


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
    for query in ("", "?step=99", "?figure=nonsense", "?step=1&figure=open", "?figure=open&colleague=x"):
        assert client.get(reverse("analytics:leads_behind") + query).status_code == 404
    assert client.get(reverse("analytics:leads_panel", args=["nonsense"])).status_code == 404


def test_an_empty_period_says_what_to_do(wang: Any) -> None:
    page = signed_in(wang).get(reverse("analytics:leads_panel", args=["funnel"]), headers={"HX-Request": "true"})
    assert "empty" in page.text
