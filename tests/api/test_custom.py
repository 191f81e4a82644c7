"""The company's own fields by the API: read, written, refused."""

import json
from typing import Any

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, make_staff
from wutong.lifecycle.field_values import fill_in_account
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import CustomField, FieldValue, Person
from wutong.platform.models import ApiRight, AuditEntry, Role, Team

pytestmark = pytest.mark.django_db


def make_field(name: str, kind: str, *, about: str = "person", for_keys: str = "write") -> CustomField:
    by = make_staff(f"Keeper of {name} {about}", role=Role.ADMIN)
    described = Described(name_zh=name, name_en=name, for_keys=for_keys)
    return add_field(about=about, kind=kind, described=described, options=["ERP", "Paper"], by=by, at=NINE)


def patch(system: Any, path: str, content: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {system.secret}"}
    body = json.dumps(content).encode()
    return system.client.generic("PATCH", f"/api/v1{path}", body, content_type="application/json", headers=headers)


def test_a_person_is_filled_in_and_read_and_what_is_wrong_is_named(crm: Any, north: Team) -> None:
    make_field("Budget", "money")
    make_field("Systems", "many")
    make_field("Rating", "number", for_keys="read")
    make_field("Secret", "text", for_keys="nothing")
    person = make_lead(person=make_person(), team=north).person

    told = patch(crm, f"/people/{person.public_id}", {"custom": {"budget": 280000, "systems": ["paper", "erp"]}})
    wrong = {"budget": "a lot", "systems": ["SAP"], "rating": 1, "secret": "x"}
    refused = patch(crm, f"/people/{person.public_id}", {"custom": wrong})

    assert told.status_code == 200
    expected = {"budget": 280000, "systems": ["erp", "paper"], "rating": None}
    assert told.json()["custom"] == expected
    assert crm.get(f"/people/{person.public_id}").json()["custom"] == expected
    assert crm.get("/leads").json()["items"][0]["person"]["custom"] == expected
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    codes = {one["pointer"]: one["code"] for one in refused.json()["errors"]}
    assert codes == {
        "#/custom/budget": "wrong_type",
        "#/custom/systems": "unknown_value",
        "#/custom/rating": "read_only",
        "#/custom/secret": "unknown_field",
    }
    said = FieldValue.objects.get(field="custom:budget")
    assert (said.value, said.source) == ("280000", f"api:{crm.key.public_id}")
    assert AuditEntry.objects.get(action="people.fields_set").api_key == crm.key


def test_a_key_that_only_writes_is_told_what_it_wrote(system_of: Any, north: Team) -> None:
    make_field("Budget", "money")
    make_field("Site", "link")
    person = make_lead(person=make_person(), team=north).person
    writer = system_of(north, rights=[ApiRight.PEOPLE_WRITE])
    told = patch(writer, f"/people/{person.public_id}", {"custom": {"budget": 5}})
    assert told.json()["custom"] == {"budget": 5}


def test_a_lead_brings_its_persons_fields_and_a_company_has_its_own(
    crm: Any, system_of: Any, south: Team, north: Team
) -> None:
    make_field("Budget", "money")
    plants = make_field("Plants", "number", about="account")
    sent = {"person": {"name": "周", "phone": "199 0000 0001", "custom": {"budget": 5}}}
    assert crm.post("/leads", sent).status_code == 201
    bad = {"person": {"phone": "199 0000 0002", "custom": {"budget": True}}}
    assert crm.post("/leads", bad).json()["errors"][0]["pointer"] == "#/person/custom/budget"
    person = Person.objects.get()
    assert crm.get(f"/people/{person.public_id}").json()["custom"] == {"budget": 5}
    account = make_account()
    make_lead(account=account, team=north)

    assert patch(crm, f"/accounts/{account.public_id}", {"custom": {"plants": 3}}).json()["custom"] == {"plants": 3}
    assert crm.get(f"/accounts/{account.public_id}").json()["custom"] == {"plants": 3}
    fill_in_account(account=account, values={plants: ""}, by=crm.key, at=NINE)
    assert patch(system_of(south), f"/accounts/{account.public_id}", {"custom": {"plants": 4}}).status_code == 404
    reader = system_of(north, rights=[ApiRight.PEOPLE_READ])
    assert patch(reader, f"/accounts/{account.public_id}", {"custom": {"plants": 4}}).status_code == 403
