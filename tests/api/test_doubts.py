"""Doubts about who is who, listed and decided from another system."""

import pytest

from tests.cast import NINE, email, make_lead, make_person
from wutong.people.models import Person, ProbableMatch, PutAside
from wutong.platform.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(north) -> tuple[Person, Person]:
    people = [make_person("周思远", keys=[email(f"zhou{n}@example.com")]) for n in range(2)]
    for person in people:
        make_lead(person=person)
    one, other = sorted(people, key=lambda person: person.pk)
    ProbableMatch.objects.create(one=one, other=other, probability=0.9, evidence={}, found_at=NINE)
    return one, other


def said(pair: tuple[Person, Person], decision: str) -> dict[str, str]:
    return {
        "kind": "people",
        "one": str(pair[0].public_id),
        "other": str(pair[1].public_id),
        "decision": decision,
    }


def test_a_doubt_is_listed_and_merged(crm, pair) -> None:
    (item,) = crm.get("/doubts").json()["items"]
    assert {item["one"]["id"], item["other"]["id"]} == {str(one.public_id) for one in pair}
    assert (item["kind"], item["likelihood"]) == ("people", 0.9)

    answer = crm.post("/doubts", said(pair, "same"))
    assert (answer.status_code, answer.json()["survivor"]) == (200, str(pair[0].public_id))
    assert AuditEntry.objects.get(action="api.doubt_decided").api_key == crm.key
    assert crm.get("/doubts").json()["items"] == []
    assert crm.post("/doubts", said(pair, "same")).status_code == 404  # the other is gone


def test_what_is_put_off_is_not_listed_and_who_is_out_of_sight_is_not_there(crm, pair, system_of, south) -> None:
    assert system_of(south).get("/doubts").json()["items"] == []
    assert system_of(south).post("/doubts", said(pair, "apart")).status_code == 404
    assert crm.post("/doubts", said(pair, "later")).status_code == 200
    assert PutAside.objects.exists()
    assert crm.get("/doubts").json()["items"] == []


def test_what_a_rule_refuses_is_told_with_its_reason(crm, pair) -> None:
    for person in pair:
        person.identifiers.update(is_blocked=True)
    answer = crm.post("/doubts", said(pair, "same"))
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
