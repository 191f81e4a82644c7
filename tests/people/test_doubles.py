"""Probable doubles among our own people: proposed when more is known of somebody, and never twice."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.cast import NINE, email, make_person, phone, state
from wutong.people.decisions import merge_people, tell_apart, withdraw
from wutong.people.doubles import compare_changed
from wutong.people.facts import refresh_people
from wutong.people.models import IdentityDecision, MatchKey, Person, PersonToCompare, ProbableMatch
from wutong.platform.models import Staff

pytestmark = pytest.mark.django_db

LATER = NINE + timedelta(hours=1)
COMPANY = "上海北辰科技有限公司"


def compare() -> set[frozenset[int]]:
    with transaction.atomic():
        while compare_changed(at=LATER):
            pass
    return {frozenset((pair.one_id, pair.other_id)) for pair in ProbableMatch.objects.all()}


@pytest.fixture
def crowd(company) -> None:
    """Colleagues of one company and people of others, none of them twice."""
    for n, name in enumerate(["陈默", "李娜", "赵敏", "周宁", "孙悦"]):
        make_person(name, keys=[phone(f"+86139111100{n}0")], company=COMPANY)
        make_person(f"{name[0]}大{name[1]}", keys=[phone(f"+86138222200{n}0")], company=f"华新机械{n}厂")


@pytest.fixture
def zhou(crowd) -> Person:
    return make_person("周思远", keys=[phone("+8613911112222"), email("zhou.siyuan@beichen.example")], company=COMPANY)


@pytest.fixture
def double(zhou) -> Person:
    return make_person("周思遠", keys=[email("zhousiyuan@qq.com")], company="北辰科技")


def test_one_name_at_one_company_is_proposed_with_its_evidence(zhou: Person, double: Person) -> None:
    assert compare() == {frozenset((zhou.pk, double.pk))}
    pair = ProbableMatch.objects.get()
    assert pair.probability >= 0.8
    assert {field: step for field, (step, _) in pair.evidence.items()} == {"name": 0, "company": 1, "email": 1}
    assert not PersonToCompare.objects.exists()


def test_who_shares_a_company_or_a_name_alone_is_nobodys_double(zhou: Person) -> None:
    make_person("周思远", company="恒泰贸易有限公司")
    assert compare() == set()


def test_a_proposal_goes_when_what_spoke_for_it_goes(zhou: Person, double: Person) -> None:
    compare()
    subject = double.identifiers.get()
    with transaction.atomic():
        state(double.pk, subject.pk, at=LATER, full_name="吴迪", company="恒泰贸易有限公司")
        refresh_people([double.pk])
    assert Person.objects.get(pk=double.pk).full_name == "吴迪"
    # The earlier name is still something that was said of them; only who said it last counts for the list.
    assert compare() <= {frozenset((zhou.pk, double.pk))}


def test_who_was_told_apart_is_not_asked_again_until_it_is_taken_back(zhou: Person, double: Person, mei: Staff) -> None:
    compare()
    tell_apart(one=zhou, other=double, by=mei, at=LATER)
    assert not ProbableMatch.objects.exists()
    with transaction.atomic():
        refresh_people([zhou.pk, double.pk])
    assert compare() == set()

    withdraw(act=IdentityDecision.objects.values_list("act", flat=True)[0], by=mei, at=LATER)
    assert compare() == {frozenset((zhou.pk, double.pk))}


def test_merged_people_are_proposed_no_more(zhou: Person, double: Person, mei: Staff) -> None:
    compare()
    merge_people(one=zhou, other=double, by=mei, at=LATER)
    assert compare() == set()
    assert not MatchKey.objects.filter(person=double).exists()


def test_two_crm_numbers_are_two_people(zhou: Person, double: Person) -> None:
    for person in (zhou, double):
        person.identifiers.filter(kind="email").update(kind="crm_id")
    with transaction.atomic():
        refresh_people([zhou.pk, double.pk])
    assert compare() == set()
