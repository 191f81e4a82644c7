"""Leads: sent in, answered with their id, read on from where one was."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import LATELY, company_scope, email, make_lead, make_person, make_scope, person_of, phone, signed_in
from wutong.lifecycle.models import Clock, Lead, ProductLine
from wutong.lifecycle.product_lines import retire_line
from wutong.people.models import Consent, FieldValue, Identifier, Observation, Person
from wutong.platform.models import ApiRight, AuditEntry, Notification

pytestmark = pytest.mark.django_db

ZHOU = {"name": "周思远", "title": "总监", "company": "北辰科技", "phone": "199 0000 0001"}


def wanted(**given) -> dict:
    return {"person": ZHOU, **given}


def test_a_lead_is_answered_with_its_id_and_goes_the_way_of_a_form(crm, mei, north) -> None:
    ProductLine.objects.create(code="drives", own_name="Drives")
    answer = crm.post(
        "/leads",
        wanted(
            product_line="drives",
            message="200 台的报价",
            source={"url": "https://www.example.com/p?x=1", "utm": {"medium": "cpc", "campaign": "autumn"}},
            consent={"contact": True, "version": "v1"},
        ),
    )

    assert answer.status_code == 201
    lead = Lead.objects.get()
    told = answer.json()
    assert told == {"outcome": "created", "lead": str(lead.public_id), "person": str(lead.person.public_id)}
    assert answer["Location"] == f"/api/v1/leads/{lead.public_id}"
    assert (lead.team, lead.product_line.code, lead.stage) == (north, "drives", "new")
    assert (lead.channel, lead.campaign, lead.is_incomplete) == ("paid_search", "autumn", False)
    assert lead.person == person_of(phone("+8619900000001"))
    assert lead.account.name == "北辰科技"
    assert Clock.objects.get().kind == "first_contact"
    said = FieldValue.objects.get(field="message")
    assert (said.value, said.source) == ("200 台的报价", f"api:{crm.key.public_id}")
    assert Consent.objects.get().text_version == "v1"
    assert Notification.objects.filter(staff=mei).get().params["form"] == "CRM"
    entry = AuditEntry.objects.get(action="api.lead_sent")
    assert (entry.api_key, entry.actor, entry.subject_id) == (crm.key, None, str(lead.public_id))


def test_colleagues_read_what_was_told_unless_it_came_to_another_part_of_the_business(crm, mei, system_of) -> None:
    brand = make_scope("brand")
    person = crm.post("/leads", wanted(message="200 台的报价")).json()["person"]
    system_of(mei.team, scope=brand).post("/leads", wanted(message="只给品牌"))
    page = signed_in(mei).get(f"/people/{person}/").content.decode()
    assert "200 台的报价" in page
    assert "只给品牌" in page
    mei.scopes.set([company_scope()])
    page = signed_in(mei).get(f"/people/{person}/").content.decode()
    assert "200 台的报价" in page
    assert "只给品牌" not in page


def test_a_further_interest_in_a_line_joins_the_open_lead_and_one_in_another_line_opens_its_own(crm) -> None:
    ProductLine.objects.create(code="drives", own_name="Drives")
    ProductLine.objects.create(code="gears", own_name="Gears")
    first = crm.post("/leads", wanted(product_line="drives")).json()
    again = crm.post("/leads", wanted(product_line="drives"))
    other = crm.post("/leads", wanted(product_line="gears"))

    assert again.status_code == 200
    assert again.json() == {**first, "outcome": "joined"}
    assert other.json()["outcome"] == "created"
    assert Lead.objects.count() == 2


def test_a_retired_line_is_none_that_a_system_may_name(crm, ada) -> None:
    ProductLine.objects.create(code="drives", own_name="Drives")
    retire_line(line=ProductLine.objects.create(code="gears", own_name="Gears"), by=ada, at=LATELY)

    answer = crm.post("/leads", wanted(product_line="gears"))

    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("#/product_line", "unknown_value")]
    assert "gears" not in answer.json()["errors"][0]["detail"]


def test_somebody_of_our_own_house_gets_no_lead(crm) -> None:
    crm.post("/leads", wanted())
    Person.objects.update(is_own=True)
    answer = crm.post("/leads", wanted(message="a test"))
    assert (answer.status_code, answer.json()["outcome"], answer.json()["lead"]) == (200, "own_person", None)


def test_what_a_system_has_checked_is_kept_as_verified(crm) -> None:
    crm.post("/leads", {"person": {"identifiers": ["crm_id:4711", "email:Li@Example.com"]}, "assurance": "verified"})
    assert set(Identifier.objects.values_list("kind", "value")) == {("crm_id", "4711"), ("email", "li@example.com")}
    assert Observation.objects.get().assurance == "verified"
    assert person_of(email("li@example.com")) == Lead.objects.get().person


def test_a_refusal_to_be_contacted_is_kept(crm) -> None:
    crm.post("/leads", wanted(consent={"contact": False}))
    assert Consent.objects.get().state == "refused"


def test_the_same_request_again_is_answered_as_the_first_time(crm) -> None:
    first = crm.post("/leads", wanted(), Idempotency_Key="k1")
    again = crm.post("/leads", json.dumps(wanted(), indent=4).encode(), Idempotency_Key="k1")

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"] == f"/api/v1/leads/{first.json()['lead']}"
    assert again["Idempotent-Replayed"] == "true"
    assert FieldValue.objects.filter(field="full_name").count() == 1

    other = crm.post("/leads", wanted(message="another"), Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert crm.post("/leads", wanted(), Idempotency_Key="k2").json()["outcome"] == "joined"


def test_a_name_for_a_request_is_the_keys_own(crm, system_of, south) -> None:
    crm.post("/leads", wanted(), Idempotency_Key="k1")
    assert "Idempotent-Replayed" not in system_of(south).post("/leads", wanted(), Idempotency_Key="k1")


def test_every_place_that_needs_mending_is_named_and_nothing_stored(crm) -> None:
    answer = crm.post(
        "/leads",
        {
            "person": {"name": 5, "colour": "red", "identifiers": ["crm_id:1", "nonsense"], "title": "x" * 121},
            "assurance": "sure",
            "message": "a\x00b",
        },
    )
    assert answer.json()["errors"] == [
        {"pointer": "#/message", "code": "bad_text", "detail": "Holds a NUL character or half of a surrogate pair."}
    ]
    answer = crm.post(
        "/leads",
        {
            "person": {"name": 5, "colour": "red", "identifiers": ["crm_id:1", "nonsense"], "title": "x" * 121},
            "assurance": "sure",
            "a/b": 1,
        },
    )
    found = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert found == {
        "#/person/name": "wrong_type",
        "#/person/title": "too_long",
        "#/person/colour": "unknown_field",
        "#/person/identifiers/1": "wrong_form",
        "#/assurance": "unknown_value",
        "#/a~1b": "unknown_field",
    }
    assert not Identifier.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/person", "missing"),
        ({"person": {"name": "Li"}}, "#/person", "no_way_to_reach"),
        ({"person": {"email": "a@"}}, "#/person", "no_way_to_reach"),
        ({"person": {"phone": "12345"}}, "#/person", "no_way_to_reach"),
        ({"person": {"identifiers": ["cookie:c1", "device:d1"]}}, "#/person", "no_way_to_reach"),
        ({"person": {"identifiers": ["colour:red"]}}, "#/person/identifiers/0", "unknown_identifier"),
        ({"person": ZHOU, "product_line": "none"}, "#/product_line", "unknown_value"),
        ({"person": ZHOU, "source": {"channel": "pigeon"}}, "#/source/channel", "unknown_value"),
        ({"person": ZHOU, "occurred_at": "2020-01-01T00:00:00Z"}, "#/occurred_at", "absurd_time"),
        ({"person": ZHOU, "occurred_at": "2026-01-01T00:00:00"}, "#/occurred_at", "wrong_form"),
    ],
)
def test_a_lead_that_cannot_be_is_refused(crm, body: dict, pointer: str, code: str) -> None:
    answer = crm.post("/leads", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not Lead.objects.exists()


def test_a_lead_is_read_as_it_is_now(crm, mei) -> None:
    lead = make_lead(owner=mei, person=make_person("李雷"))
    shown = crm.get(f"/leads/{lead.public_id}").json()
    assert shown["owner"] == {"id": str(mei.public_id), "name": "Mei"}
    assert shown["person"]["name"] == "李雷"
    assert shown["stage"] == "new"
    assert "139" not in json.dumps(shown["person"])


def test_leads_are_filtered(crm, mei) -> None:
    ProductLine.objects.create(code="drives", own_name="Drives")
    gears = ProductLine.objects.create(code="gears", own_name="Gears")
    mine, other = make_lead(owner=mei), make_lead(product_line=gears)
    since = timezone.now()
    late = make_lead()

    def found(**query) -> set[str]:
        return {item["id"] for item in crm.get("/leads", query).json()["items"]}

    assert found() == {str(one.public_id) for one in (mine, other, late)}
    assert found(owner=str(mei.public_id)) == {str(mine.public_id)}
    assert found(product_line="gears") == {str(other.public_id)}
    assert found(updated_since=since.isoformat()) == {str(late.public_id)}
    assert found(stage="mql") == set()
    assert found(updated_since=(timezone.now() + timedelta(days=1)).isoformat()) == set()


def test_reading_on_misses_no_lead_that_comes_or_changes_between_two_pages(crm) -> None:
    leads = [make_lead() for _lead in range(5)]
    seen, cursor = [], ""
    for page in range(4):
        answer = crm.get("/leads", {"limit": "2", "cursor": cursor} if cursor else {"limit": "2"}).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["cursor"]
        if page == 0:
            leads.append(make_lead())
            Lead.objects.filter(pk=leads[0].pk).update(next_step="call")
    assert not answer["has_more"]
    assert seen == [str(leads[place].public_id) for place in (0, 1, 2, 3, 4, 5, 0)]

    Lead.objects.filter(pk=leads[3].pk).update(next_step="call")
    later = crm.get("/leads", {"cursor": cursor}).json()
    assert [item["id"] for item in later["items"]] == [str(leads[3].public_id)]
    assert crm.get("/leads", {"cursor": later["cursor"]}).json() == {
        "items": [],
        "has_more": False,
        "cursor": later["cursor"],
    }


def test_a_key_sees_its_part_of_the_business_and_its_teams_alone(crm, system_of, south, company) -> None:
    from wutong.platform.models import Team

    lead = make_lead()
    whole = system_of(Team.objects.get(parent=None))
    assert whole.get(f"/leads/{lead.public_id}").status_code == 200
    for stranger in (system_of(south), system_of(lead.team, scope=make_scope("brand"))):
        assert stranger.get("/leads").json()["items"] == []
        assert stranger.get(f"/leads/{lead.public_id}").status_code == 404
        assert stranger.get(f"/people/{lead.person.public_id}").status_code == 404
    assert crm.get(f"/people/{lead.person.public_id}").status_code == 200


def test_numbers_and_addresses_are_masked_unless_the_key_may_see_them(crm, system_of, north) -> None:
    lead = make_lead(person=make_person(keys=[phone("+8613900001234")]))
    careful = system_of(north, rights=[ApiRight.PEOPLE_READ])

    shown = careful.get(f"/people/{lead.person.public_id}").json()
    assert "13900001234" not in json.dumps(shown)
    assert not AuditEntry.objects.filter(action="api.person_revealed").exists()

    shown = crm.get(f"/people/{lead.person.public_id}").json()
    assert shown["identifiers"][0]["value"] == "+8613900001234"
    assert shown["leads"] == [str(lead.public_id)]
    assert AuditEntry.objects.get(action="api.person_revealed").api_key == crm.key


def test_somebody_who_was_merged_is_found_under_the_older_id(crm) -> None:
    lead = make_lead()
    alias = make_person("Old")
    Person.objects.filter(pk=alias.pk).update(merged_into=lead.person)
    assert crm.get(f"/people/{alias.public_id}").json()["id"] == str(lead.person.public_id)


def test_lists_ask_no_more_for_more_leads(crm, mei, django_assert_num_queries) -> None:
    for number in (2, 9):
        for _lead in range(number):
            make_lead(owner=mei)
        crm.get("/leads")
        with django_assert_num_queries(5):  # key, rate, horizon, leads, own fields
            crm.get("/leads")


def test_the_page_of_the_trail_names_the_key(crm, ada) -> None:
    crm.post("/leads", wanted())
    assert "API key CRM" in signed_in(ada).get("/system/audit/").content.decode()


def test_a_person_is_read_with_whom_one_may_contact_and_why(crm) -> None:
    crm.post("/leads", wanted(consent={"contact": True, "version": "v1"}))
    person = Lead.objects.get().person
    (telephone,) = crm.get(f"/people/{person.public_id}").json()["identifiers"]
    answers = {(one["channel"], one["purpose"]): (one["is_allowed"], one["why"]) for one in telephone["may_contact"]}
    assert answers["phone", "contact"] == (True, "granted")
    assert answers["sms", "marketing"] == (False, "no_consent")
