"""Tables of people that other systems send."""

from typing import Any

import pytest

from tests.cast import NINE, person_of, phone
from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.people.models import Account, PersonTag, TagFamily, TagGroup
from wutong.people.tags import add_group, add_tag
from wutong.platform.models import Staff, StoredFile

pytestmark = pytest.mark.django_db


def table(**given: Any) -> dict[str, Any]:
    basis = {"basis": "consent", "text": "We may call you.", "proof": "CRM"}
    return {"csv": "name,phone\n周思远,13900010001\n", "name": "CRM", "legal_basis": basis} | given


def test_a_table_becomes_people_who_carry_its_tags(crm, ada: Staff) -> None:
    about = TagGroup.About.PERSON
    group = add_group(name="Origin", family=TagFamily.FACTS, about=about, is_exclusive=False, by=ada, at=NINE)
    add_tag(group=group, name="Fair", by=ada, at=NINE)

    refused = crm.post("/imports", table(tags=["fair", "festival"]))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/tags/1")
    nobody = crm.post("/imports", table(csv="title\nCFO\n"))
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (422, "nothing_to_recognise_by")
    assert not PeopleImport.objects.exists()
    assert not StoredFile.objects.exists()

    answer = crm.post("/imports", table(tags=["origin: FAIR"]))
    assert answer.status_code == 202
    run_import(PeopleImport.objects.get().pk, now=lambda: NINE)
    shown = crm.get(f"/imports/{answer.json()['id']}").json()
    assert (shown["state"], shown["created"], shown["failed"]) == ("done", 1, 0)
    zhou = person_of(phone("+8613900010001"))
    assert [one.tag.name for one in PersonTag.objects.filter(person=zhou)] == ["Fair"]


def test_a_table_of_companies_needs_no_legal_basis_and_one_of_people_does(crm) -> None:
    companies = {"kind": "companies", "csv": "company,industry\n北辰科技有限公司,C\n", "name": "ERP"}
    refused = crm.post("/imports", companies | {"kind": "people"})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["#/legal_basis"]

    answer = crm.post("/imports", companies)
    assert (answer.status_code, answer.json()["kind"]) == (202, "companies")
    run_import(PeopleImport.objects.get().pk, now=lambda: NINE)
    one = Account.objects.get()
    assert (one.name, one.industry, one.is_confirmed) == ("北辰科技有限公司", "C", False)
