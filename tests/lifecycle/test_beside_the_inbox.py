"""Pages beside the inbox: contact statuses, the person, the day."""

import uuid

import pytest

from tests.cast import LATELY, make_lead, signed_in
from tests.lifecycle.inbox import HTMX, handed_over
from wutong.lifecycle.models import OwnContactStatus
from wutong.lifecycle.own_day import qualified_in_week_of
from wutong.platform.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


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
