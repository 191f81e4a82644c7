"""What is known about a person, which statement counts, and what they can be found by."""

import itertools
import uuid
from datetime import timedelta

import pytest

from tests.cast import NINE, make_person, state
from wutong.people.accounts import Employment, employ_many, name_key
from wutong.people.facts import Statement, refresh_people, standing, state_many
from wutong.people.models import Account, Affiliation, Assurance, FieldValue, Person
from wutong.platform.chinese import MAX_KEYS, normalised, query_keys, search_keys, sort_key

LATER = NINE + timedelta(days=1)


def said(value: str, assurance: Assurance = Assurance.TYPED, at=NINE) -> FieldValue:
    return FieldValue(field="title", value=value, assurance=assurance, observed_at=at)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (said("x", Assurance.VERIFIED), said("longer", Assurance.STAFF, LATER)),
        (said("x", Assurance.STAFF), said("longer", Assurance.TYPED, LATER)),
        (said("x", Assurance.TYPED), said("longer", Assurance.BROWSER, LATER)),
        (said("x", at=LATER), said("longer")),
        (said("longer"), said("x")),
        (said("a"), said("b")),
    ],
)
def test_trust_counts_before_time_before_length_before_the_text(better: FieldValue, worse: FieldValue) -> None:
    for order in itertools.permutations([better, worse]):
        assert standing(order)["title"] is better


@pytest.mark.django_db
def test_a_repeated_statement_of_one_event_is_kept_once(company) -> None:
    her = make_person()
    statement = Statement(
        subject_id=her.identifiers.get().pk,
        person_id=her.pk,
        field="title",
        value="总监",
        source="form:contact",
        assurance=Assurance.TYPED,
        observed_at=NINE,
        event_id=uuid.uuid4(),
    )
    state_many([statement, statement])
    state_many([statement])
    assert FieldValue.objects.filter(field="title").count() == 1


@pytest.mark.django_db
def test_what_a_stranger_types_does_not_outdo_what_is_verified(company) -> None:
    her = make_person("周思远", company="北辰科技")
    subject = her.identifiers.get().pk
    state(her.pk, subject, assurance=Assurance.VERIFIED, full_name="周思远")
    state(her.pk, subject, at=LATER, full_name="Somebody Else", title="Stranger")

    refresh_people([her.pk])

    her.refresh_from_db()
    assert her.full_name == "周思远"
    assert her.title == "Stranger"  # nobody said anything better about it
    assert FieldValue.objects.filter(person=her, value="Somebody Else").exists()


def finds(query: str, *names: str, numbers: tuple[str, ...] = ()) -> bool:
    wanted = query_keys(query)
    return bool(wanted) and set(wanted) <= set(search_keys(names, numbers=numbers))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zsy", "周思远"),
        ("zhousiyuan", "周思远"),
        ("zhou", "周思远"),
        ("siyuan", "周思远"),
        ("sy", "周思远"),
        ("思远", "周思远"),
        ("周", "周思远"),
        ("思", "周思远"),
        ("周思遠", "周思远"),
        ("周思远", "周思遠"),
        ("北辰", "上海北辰科技有限公司"),
        ("beichen", "北辰科技"),
        ("ZOE", "Zoe Washington"),
        ("wash", "Zoe Washington"),
        ("zoe wash", "Zoe Washington"),
        ("ＺＯＥ", "Zoe"),
        ("周 zoe", "周思远 Zoe"),
    ],
)
def test_a_name_is_found_by_characters_pinyin_and_initials(query: str, name: str) -> None:
    assert finds(query, name)


@pytest.mark.parametrize("query", ["王", "zsx", "远思", "oe", "shanghai", "周思源远"])
def test_somebody_else_is_not_found(query: str) -> None:
    assert not finds(query, "周思远", "Zoe")


@pytest.mark.parametrize(
    ("query", "is_found"), [("1391111", True), ("1111", True), ("0001", True), ("111", False), ("2222", False)]
)
def test_a_number_is_found_by_four_of_its_digits_or_more(query: str, is_found: bool) -> None:
    assert finds(query, numbers=("+8613911110001",)) is is_found


def test_a_search_for_nothing_finds_nothing() -> None:
    assert query_keys(" ，。\x00!") == []


def test_a_long_name_keeps_its_keys_within_bounds() -> None:
    keys = search_keys(["梧桐" * 200, "x" * 500, "中华人民共和国" * 9], numbers=["1" * 60])
    assert len(keys) <= MAX_KEYS
    assert all(len(key) <= 80 for key in keys)
    assert len(sort_key("曌" * 500)) <= 200


def test_the_first_name_stays_searchable_beside_a_long_company_name() -> None:
    keys = search_keys(
        ["周思远", "上海北辰智能制造科技集团股份有限公司华东区域第一事业部研发中心", "zhousiyuan"],
        numbers=["+8613911110001"],
    )
    assert set(query_keys("周思远")) <= set(keys)
    assert set(query_keys("zsy")) <= set(keys)
    assert set(query_keys("0001")) <= set(keys)


def test_names_sort_by_pinyin_in_bytes() -> None:
    names = ["周宁", "Zoe", "陈默", "阿明", "adam"]
    assert sorted(names, key=sort_key) == ["阿明", "adam", "陈默", "周宁", "Zoe"]


def test_texts_are_compared_simplified_folded_and_narrow() -> None:
    assert normalised("  Ｗｕｔｏｎｇ　 梧桐樹 ") == "wutong 梧桐树"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("上海北辰科技有限公司", "上海北辰科技有限公司"),
        (" 上海 北辰科技 有限公司。", "上海北辰科技有限公司"),
        ("上海北辰科技有限公司（盖章）", "上海北辰科技有限公司"),
        ("上海北辰科技（集团）有限公司", "上海北辰科技集团有限公司"),
        ("上海北辰科技(集团)有限公司", "上海北辰科技集团有限公司"),
        ("臺灣積體電路製造", "台湾积体电路制造"),
        ("Northwind Ltd.", "northwindltd"),
        ("...", ""),
    ],
)
def test_two_spellings_of_a_company_have_one_key(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.django_db
def test_two_people_of_one_company_make_one_unconfirmed_account(company) -> None:
    one, other = make_person("一"), make_person("二")

    def works(person: Person, name: str) -> Employment:
        return Employment(
            subject_id=person.identifiers.get().pk,
            person_id=person.pk,
            company=name,
            source="form:contact",
            assurance=Assurance.TYPED,
        )

    found = employ_many([works(one, "北辰科技（上海）"), works(other, "北辰科技(上海)"), works(one, "！！")], at=NINE)
    employ_many([works(one, "北辰科技 上海")], at=NINE)

    account = Account.objects.get()
    assert not account.is_confirmed
    assert set(found.values()) == {account}
    assert Affiliation.objects.count() == 2
