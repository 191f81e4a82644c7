"""What colleagues note, enter, import and ask an address for."""

import uuid

import pytest
from django.test import Client

from tests.cast import (
    LATELY,
    signed_in,
)
from tests.exchange.cast import as_csv, policy, uploaded
from tests.xss.nasty import ADDRESS, NASTY, QUOTES, TAG, Page
from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.exchange.starting import map_columns, start
from wutong.lifecycle.models import Lead
from wutong.platform.models import Notification

pytestmark = pytest.mark.django_db


def note(client: Client, lead: Lead, text: str, *, kind: str = "call") -> Page:
    given = {"id": str(uuid.uuid4()), "kind": kind, "outcome": "reached", "note": text, "next_step": text[:200]}
    given["next_step_at"] = "2099-01-01T10:00"
    answer = client.post(f"/inbox/{lead.public_id}/follow-up/", given, headers={"HX-Request": "true"})
    assert answer.status_code in (200, 409, 422)
    return Page(answer.content.decode())


@pytest.mark.parametrize("text", NASTY)
def test_what_a_colleague_notes_is_shown_and_never_run(lead: Lead, mei, lin, text: str) -> None:
    mei.full_name = text[:80]
    mei.save()
    client = signed_in(mei)

    assert note(client, lead, text).dangers == []
    refused = note(signed_in(lin), lead, text)  # names the owner and keeps what was typed

    assert refused.dangers == []
    for address in (f"/people/{lead.person.public_id}/?which=ours", "/", "/people/", "/inbox/?view=mine", "/me/"):
        page = Page(client.get(address).content.decode())
        assert page.dangers == [], address
    assert " ".join(text.split())[:40] in Page(client.get(f"/people/{lead.person.public_id}/").content.decode()).text


def test_who_is_found_while_a_lead_is_entered_is_shown_and_never_run(lead: Lead, mei) -> None:
    client = signed_in(mei)
    typed = {"phone": "13987650001", "name": TAG, "company": TAG, "choice": QUOTES, "note": TAG}
    for door in ("doubles/", "companies/", "company/", ""):
        page = Page(client.post(f"/leads/new/{door}", typed).content.decode())
        assert page.dangers == [], door
        assert TAG in page.text or QUOTES[:20] in page.text or door == "company/", door
    for door in ("doubles/", ""):
        page = Page(client.post(f"/accounts/new/{door}", {"name": TAG, "website": ADDRESS}).content.decode())
        assert (page.dangers, TAG in page.text) == ([], True), door


def test_what_a_file_says_is_shown_and_never_run(ada) -> None:
    client = signed_in(ada)
    run = uploaded(as_csv((TAG, "手机", QUOTES), (TAG, "13900010001", QUOTES), (QUOTES, "12", TAG)), ada, name="t.csv")
    PeopleImport.objects.update(file_name=TAG + QUOTES, source=TAG, sheet=TAG)
    map_columns(run=run, mapping=["full_name", "phone", "extra"], by=ada, at=LATELY, save_as=TAG)
    pages = [f"/imports/{run.public_id}/columns/", f"/imports/{run.public_id}/rules/", "/imports/"]
    drawn = [Page(client.get(page).content.decode()) for page in pages]
    run.refresh_from_db()
    start(run=run, policy=policy(basis_text=TAG, basis_proof=QUOTES), by=ada, at=LATELY)
    run_import(run.pk, now=lambda: LATELY)
    drawn.append(Page(client.get(f"/imports/{run.public_id}/").content.decode()))
    assert [page.dangers for page in drawn] == [[]] * 4
    assert "<script>alert(1)</script>" in drawn[3].text


def test_what_an_address_asks_for_is_shown_and_never_run(lead: Lead, ada) -> None:
    client = signed_in(ada)
    names = (
        "q",
        "view",
        "sort",
        "after",
        "reach",
        "stage",
        "owner",
        "which",
        "before",
        "period",
        "next",
        "role",
        "team",
    )
    for text in NASTY:
        for path in ("/people/", "/inbox/", "/", "/system/audit/", "/system/staff/", "/insight/funnel/", "/sign-in/"):
            answer = client.get(path, dict.fromkeys(names, text))
            assert Page(answer.content.decode()).dangers == [], path


def test_no_notice_leads_out_of_the_house(lead: Lead, mei) -> None:
    client = signed_in(mei)
    notice = Notification.objects.filter(staff=mei).latest("pk")
    for url in (ADDRESS, "//evil.example/", "https://evil.example/", "/\\evil.example", "\t//evil.example"):
        Notification.objects.filter(pk=notice.pk).update(url=url, read_at=None)
        toast = Page(client.get(f"/notifications/{notice.pk}/toast/").content.decode())
        assert toast.dangers == []
        answer = client.post(f"/notifications/{notice.pk}/read/")
        assert answer["Location"] in ("/notifications/", "/%5Cevil.example"), url
