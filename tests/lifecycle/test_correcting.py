"""A colleague corrects what is known of somebody, and adds a number or an address."""

import pytest

from tests.cast import NINE, cookie, email, make_lead, make_person, person_of, phone, signed_in
from wutong.lifecycle.correcting import NotTheirs, SomebodyElses, correct_person
from wutong.lifecycle.models import Lead
from wutong.lifecycle.seen import ChangedMeanwhile
from wutong.people.models import Affiliation, Assurance, FieldValue, Identifier, Person
from wutong.people.rebuild import check
from wutong.platform.models import AuditEntry, Staff

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

HERS, NEW, MAIL = phone("+8613911110001"), phone("+8613911110009"), email("mei@beichen.example")


@pytest.fixture
def her(north) -> Person:
    person = make_person("周思圆", keys=[HERS], company="北辰")
    make_lead(person=person)
    return person


def test_what_a_colleague_says_counts_and_what_was_said_before_is_kept(her: Person, mei: Staff) -> None:
    page = f"/people/{her.public_id}/facts/"
    client = signed_in(mei)
    said = {
        "full_name": "周思远",
        "title": "厂长",
        "company": "上海北辰科技有限公司",
        "phone": "139 1111 0009",
        "email": "Mei@Beichen.example",
    }

    assert client.post(page, said).status_code == 302

    her.refresh_from_db()
    assert (her.full_name, her.title, her.company_name) == ("周思远", "厂长", "上海北辰科技有限公司")
    assert person_of(NEW) == person_of(MAIL) == her
    assert {value.value for value in FieldValue.objects.filter(person=her, field="full_name")} == {"周思圆", "周思远"}
    place = Affiliation.objects.get(person=her, account__name="上海北辰科技有限公司")
    assert Lead.objects.get(person=her).account == place.account
    assert (place.assurance, place.title) == (Assurance.STAFF, "厂长")
    assert AuditEntry.objects.get(action="people.facts_corrected").detail["fields"] == [
        "company",
        "email",
        "full_name",
        "phone",
        "title",
    ]
    assert check().is_equal
    assert "周思圆" in client.get(f"/people/{her.public_id}/").content.decode()
    assert client.get(f"/people/{her.public_id}/rest/").status_code == 200


def test_a_wrong_company_is_taken_away_and_a_name_is_not(her: Person, mei: Staff) -> None:
    page = f"/people/{her.public_id}/facts/"
    assert signed_in(mei).post(page, {"full_name": ""}).status_code == 422
    assert signed_in(mei).post(page, {"full_name": "周思圆", "company": "—"}).status_code == 422
    signed_in(mei).post(page, {"full_name": "周思圆"})
    her.refresh_from_db()
    assert (her.full_name, her.company_name) == ("周思圆", "")


def test_a_number_of_somebody_else_is_not_taken_from_them(her: Person, mei: Staff) -> None:
    him = make_person("Him", keys=[NEW])
    with pytest.raises(SomebodyElses):
        correct_person(person=her, said={"full_name": "Other"}, added=[NEW], by=mei, at=NINE)
    assert person_of(NEW) == him
    assert not FieldValue.objects.filter(value="Other").exists()


def test_nobody_gets_more_numbers_than_a_person_has_nor_a_mailbox_of_a_role(her: Person, mei: Staff) -> None:
    for n in range(2):
        correct_person(person=her, said={}, added=[phone(f"+861391111001{n}")], by=mei, at=NINE)
    for key in (NEW, email("info@beichen.example")):
        with pytest.raises(NotTheirs):
            correct_person(person=her, said={}, added=[key], by=mei, at=NINE)
    assert Identifier.objects.count() == 3


def test_who_has_not_seen_what_another_wrote_overwrites_nothing(her: Person, mei: Staff) -> None:
    seen = signed_in(mei).get(f"/people/{her.public_id}/facts/").context["form"]["seen"].value()
    correct_person(person=her, said={"title": "厂长"}, by=mei, at=NINE)
    with pytest.raises(ChangedMeanwhile):
        correct_person(person=her, said={"title": "经理"}, by=mei, at=NINE, seen=seen)


def test_a_visitor_becomes_known(north, mei: Staff) -> None:
    visitor = make_person("", keys=[cookie("c1")])
    correct_person(person=visitor, said={"full_name": "Lin"}, added=[NEW], by=mei, at=NINE)
    visitor.refresh_from_db()
    assert (person_of(NEW), visitor.full_name, visitor.reach) == (visitor, "Lin", "known")
    assert check().is_equal


def test_whoever_is_out_of_sight_is_corrected_by_nobody(her: Person, zhou: Staff) -> None:
    assert signed_in(zhou).get(f"/people/{her.public_id}/facts/").status_code == 404
