"""Consents as other systems record and withdraw them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import NINE, email, make_lead, make_person, phone
from wutong.people.contactability import may_contact
from wutong.people.models import Consent, ConsentStanding, Identifier, Person
from wutong.platform.models import ApiRight, AuditEntry

pytestmark = pytest.mark.django_db
MAIL = "zhou@beichen.example"


def wanted(**given: Any) -> dict[str, Any]:
    about = {"address": f"email:{MAIL}", "channel": "email", "purpose": "newsletter", "decision": "granted"}
    return about | given


def is_allowed() -> bool:
    return may_contact(Identifier.objects.get(value=MAIL), channel="email", purpose="newsletter", at=NINE).is_allowed


@pytest.fixture
def zhou_of_beichen() -> Person:
    """Somebody with a lead that the key sees."""
    person = make_person("周思远", keys=[email(MAIL), phone("+8613900001234")])
    make_lead(person=person)
    return person


def test_a_decision_is_kept_with_text_source_and_proof(crm, zhou_of_beichen) -> None:
    told = {"text": "我同意", "text_version": "v3", "source": "Shop", "proof": {"reference": "order 1"}}
    answer = crm.post("/consents", wanted(**told, decided_at=NINE.isoformat()))
    assert (answer.status_code, answer.json()["stands"]) == (200, "granted")
    assert answer.json()["person"] == str(zhou_of_beichen.public_id)
    kept = Consent.objects.select_related("text").get()
    assert (kept.text.text, kept.text_version, kept.source) == ("我同意", "v3", f"api:{crm.key.public_id}")
    assert kept.proof == {"how": "system", "where": "Shop", "reference": "order 1"}
    assert is_allowed()
    entry = AuditEntry.objects.get(action="api.consent_recorded")
    assert (entry.api_key, entry.subject_id) == (crm.key, str(zhou_of_beichen.public_id))


def test_a_decision_that_comes_again_is_kept_once(crm, zhou_of_beichen) -> None:
    for _time in range(2):
        assert crm.post("/consents", wanted(decided_at=NINE.isoformat())).status_code == 200
    first, second = (crm.post("/consents", wanted(), **{"Idempotency-Key": "k"}) for _time in range(2))
    assert Consent.objects.count() == 2
    assert (second["Idempotent-Replayed"], second.content) == ("true", first.content)
    other = crm.post("/consents", wanted(purpose="marketing"), **{"Idempotency-Key": "k"})
    assert other.json()["code"] == "idempotency_key_reused"


def test_what_was_withdrawn_is_not_brought_back_by_typing(crm, zhou_of_beichen) -> None:
    def said(decision: str, hour: int, **given: str) -> str:
        at = (NINE + timedelta(hours=hour - 9)).isoformat()
        return crm.post("/consents", wanted(decision=decision, decided_at=at, **given)).json()["stands"]

    assert said("granted", 5) == "granted"
    assert said("withdrawn", 6) == "withdrawn"
    assert said("granted", 7) == "withdrawn"
    assert not is_allowed()
    assert said("granted", 8, assurance="verified") == "granted"
    assert is_allowed()


def test_a_withdrawal_counts_for_somebody_who_is_known_only_later_or_elsewhere(crm, system_of, south) -> None:
    answer = system_of(south).post("/consents", wanted(decision="withdrawn", channel="any", purpose="any"))
    assert (answer.json()["person"], answer.json()["stands"]) == (None, "withdrawn")
    make_lead(person=Person.objects.get())
    assert crm.post("/consents", wanted()).json()["stands"] == "granted"
    assert ConsentStanding.objects.count() == 2
    assert not is_allowed()


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"address": "phone:110"}, "#/address"),
        ({"address": "cookie:abc"}, "#/address"),
        ({"channel": "fax"}, "#/channel"),
        ({"channel": "sms"}, "#/channel"),
        ({"purpose": "any"}, "#/purpose"),
        ({"decided_at": "2999-01-01T00:00:00Z"}, "#/decided_at"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "#/expires_at"),
        ({"decided_at": "0001-01-01T00:00:00+08:00"}, "#/decided_at"),
        ({"expires_at": "9999-12-31T23:59:59-08:00"}, "#/expires_at"),
        ({"decision": "perhaps"}, "#/decision"),
    ],
)
def test_what_nobody_can_have_decided_is_refused_with_its_place(crm, given, pointer: str) -> None:
    answer = crm.post("/consents", wanted(**given))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not Identifier.objects.exists()


def test_only_a_key_that_may_records_consents(system_of, north) -> None:
    careful = system_of(north, rights=[ApiRight.PEOPLE_READ, ApiRight.LEADS_WRITE])
    assert careful.post("/consents", wanted()).json()["code"] == "missing_scope"
