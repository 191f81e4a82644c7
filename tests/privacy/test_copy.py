"""The copy of everything that is held about a person."""

import io
import json
import zipfile

import pytest
from django.utils import timezone

from tests.cast import NINE, arrive, email, make_person, person_of, phone, post_form, signed_in
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Lead
from wutong.people.models import Person
from wutong.platform.models import AuditEntry

pytestmark = pytest.mark.django_db

SAID = {
    "name": "周思远",
    "company": "北辰科技",
    "phone": "13987650001",
    "email": "zhou@example.com",
    "message": "<b>Hi",
}


@pytest.fixture
def her(form, mei) -> Person:
    arrive(post_form(form, answers=SAID))
    lead = Lead.objects.get()
    done = {"kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED}
    record_follow_up(lead=lead, by=mei, at=timezone.now(), note="Wants a quote", **done)
    make_person("Li Lei", keys=[email("li@example.com")])
    return person_of(phone("+8613987650001"))


def test_it_holds_every_part_for_programs_and_for_reading_and_nobody_else(her, ada) -> None:
    answer = signed_in(ada).post(f"/people/{her.public_id}/copy/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    told = json.loads(archive.read("data.json"))
    parts = {part["table"]: part["rows"] for part in told["parts"] if part["rows"]}
    assert {"people_identifier", "people_fieldvalue", "people_consent", "event", "lifecycle_lead"} <= parts.keys()
    assert {row["value"] for row in parts["people_identifier"]} == {"+8613987650001", "zhou@example.com"}
    assert parts["lifecycle_followup"][0]["note"] == "Wants a quote"
    assert parts["content_formsubmission"][0]["answers"]["message"] == "<b>Hi"
    text = archive.read("data.html").decode()
    assert "周思远" in text
    assert "<b>Hi" not in text
    assert "li@example.com" not in archive.read("data.json").decode() + text
    assert ada.full_name not in text
    entry = AuditEntry.objects.get(action="privacy.copy_made")
    assert entry.actor == ada
    assert all(entry.detail["mark"] in one for one in (told["mark"], text, archive.comment.decode()))


def test_the_page_before_an_erasure_says_what_goes_and_the_act_leaves_a_certificate(her, ada, mei) -> None:
    client, page = signed_in(ada), f"/people/{her.public_id}/erase/"
    assert "<button" in client.get(page).content.decode()
    assert signed_in(mei).get(page).status_code == 403
    answer = client.post(page)
    assert answer.status_code == 302
    assert "/privacy/erasures/" in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(page).status_code == 409
    assert AuditEntry.objects.filter(action="privacy.erasure_asked", at__gt=NINE).count() == 1
