"""Fields of the company's own: defined, filled in, seen by those who may, filtered by, following merges."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, signed_in, state
from tests.lifecycle.own_fields import make_field
from wutong.lifecycle.field_values import FieldNotYours, fill_in_account, fill_in_person
from wutong.lifecycle.seen import ChangedMeanwhile
from wutong.people.account_merge import CompanyGone, merge_accounts, unmerge_accounts
from wutong.people.custom_fields import (
    Described,
    FieldNameTaken,
    add_field,
    change_field,
    move_field,
    readable_by,
    retire_field,
)
from wutong.people.custom_values import NotAValue, as_json, read_json, read_text, restate_people, values_of_people
from wutong.people.decisions import merge_people
from wutong.people.models import (
    AccountCustomValue,
    AccountFact,
    Assurance,
    CustomField,
    FieldValue,
    PersonCustomValue,
)
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db


def names_in(page: Any) -> str:
    return str(page.content.decode().partition("<tbody")[2])


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  two  plants ", "two  plants"),
        ("number", "１,200.50", "1200.5"),
        ("money", "¥ 280,000", "280000"),
        ("date", "2026年3月1日", "2026-03-01"),
        ("yes_no", "是", "yes"),
        ("one", "erp", "erp"),
        ("many", "Paper；ERP", "erp,paper"),
        ("link", "example.com/a", "https://example.com/a"),
    ],
)
def test_what_is_typed_is_kept_in_one_text_and_read_back_as_json(ada: Staff, kind: str, typed: str, kept: str) -> None:
    field = make_field(ada, kind=kind)
    assert read_text(field, typed) == kept
    assert read_text(field, kept) == kept
    assert read_json(field, as_json(field, kept)) == kept
    assert read_text(field, " ") == read_json(field, None) == ""


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("text", "x" * 301, "too_long"),
        ("number", "many", "wrong_type"),
        ("number", "NaN", "out_of_range"),
        ("number", "1e40", "out_of_range"),
        ("number", "4", "out_of_range"),
        ("money", "9.999", "too_precise"),
        ("date", "31.31.2026", "wrong_type"),
        ("yes_no", "perhaps", "wrong_type"),
        ("one", "SAP", "unknown_value"),
        ("link", "javascript:alert(1)", "wrong_type"),
    ],
)
def test_what_does_not_fit_is_said_with_a_reason(ada: Staff, kind: str, typed: str, code: str) -> None:
    field = make_field(ada, kind=kind, lowest=Decimal(5), highest=None)
    with pytest.raises(NotAValue) as no:
        read_text(field, typed)
    assert no.value.code == code
    assert str(no.value)


def test_a_field_is_added_changed_moved_and_retired_on_its_page(ada: Staff, mei: Staff) -> None:
    client = signed_in(ada)
    assert signed_in(mei).get("/settings/fields/").status_code == 403
    given: dict[str, Any] = {
        "about": "person",
        "kind": "one",
        "name_zh": "在用系统",
        "name_en": "Systems in use",
        "for_keys": "read",
    }
    assert client.post("/settings/fields/new/", given).status_code == 422  # nothing to choose from
    given |= {"options": "ERP\n旧 MES", "readers": ["sdr", "sales"], "editors": ["sales"]}
    client.post("/settings/fields/new/", given)

    field = CustomField.objects.get()
    assert (field.code, field.editors, field.readers) == (
        "systems_in_use",
        ["admin", "sales"],
        ["admin", "sales", "sdr"],
    )
    assert [one.code for one in field.options.order_by("position")] == ["erp", "jiu_mes"]
    assert client.post("/settings/fields/new/", given).status_code == 409
    client.post(f"/settings/fields/{field.public_id}/options/", {"name_zh": "纸质", "name_en": "Paper"})
    seen = client.get(f"/settings/fields/{field.public_id}/").context["seen"]
    paper = field.options.get(code="paper")
    client.post(f"/settings/fields/options/{paper.public_id}/", {"move": "up"})
    client.post(f"/settings/fields/options/{paper.public_id}/", {"name_zh": "纸质单据", "name_en": "On paper"})
    client.post(f"/settings/fields/options/{paper.public_id}/", {"switch": "off"})
    client.post(
        f"/settings/fields/{field.public_id}/change/", {"name_zh": "系统", "name_en": "Systems", "for_keys": "write"}
    )
    late = {"name_zh": "旧系统", "name_en": "Old", "for_keys": "write", "seen": seen}
    assert client.post(f"/settings/fields/{field.public_id}/change/", late).status_code == 409
    renamed = client.post(
        f"/settings/fields/options/{paper.public_id}/", {"name_zh": "旧", "name_en": "Old", "seen": "drawn before"}
    )
    assert renamed.status_code == 409
    page = client.get(f"/settings/fields/{field.public_id}/").content.decode()

    assert "On paper" in page
    assert "纸质单据" in page
    field.refresh_from_db()
    assert (field.name_en, field.code, field.for_keys) == ("Systems", "systems_in_use", "write")
    other = make_field(ada, "Second")
    move_field(field=other, up=True, by=ada, at=NINE)
    assert [one.code for one in readable_by(ada, "person")] == ["second", "systems_in_use"]
    for _colleague in range(2):  # who presses second has not seen that it is done
        client.post(f"/settings/fields/{field.public_id}/change/", {"switch": "off"})
    assert [one.code for one in readable_by(ada, "person")] == ["second"]
    told = set(AuditEntry.objects.filter(action__startswith="fields.").values_list("action", flat=True))
    assert {"fields.added", "fields.changed", "fields.option_retired", "fields.moved", "fields.retired"} <= told


def test_what_a_colleague_fills_in_stands_on_the_page_with_source_and_time(mei: Staff, ada: Staff, north: Team) -> None:
    person = make_person()
    make_lead(person=person, team=north)
    budget, secret = (
        make_field(ada, kind="money"),
        make_field(ada, "Secret", "text", readers=["admin"], editors=["admin"]),
    )
    client, address = signed_in(mei), f"/people/{person.public_id}/fields/"
    fill_in_person(person=person, values={secret: "family ties"}, by=ada, at=NINE)

    assert client.post(address, {"cf-budget": "many"}, headers={"HX-Request": "true"}).status_code == 422
    card = client.post(address, {"cf-budget": "280,000", "cf-secret": "x"}, headers={"HX-Request": "true"})

    assert "¥280,000.00" in card.content.decode()
    assert "Mei" in card.content.decode()
    page = client.get(f"/people/{person.public_id}/").content.decode()
    assert "280,000" in page
    assert "family ties" not in page
    assert "family ties" in signed_in(ada).get(f"/people/{person.public_id}/").content.decode()
    client.post(address, {"cf-budget": ""})
    assert not PersonCustomValue.objects.filter(field=budget).exists()
    assert list(FieldValue.objects.filter(field="custom:budget").order_by("pk").values_list("value", flat=True)) == [
        "280000",
        "",
    ]
    entries = AuditEntry.objects.filter(action="people.fields_set", actor=mei)
    assert [entry.detail["fields"] for entry in entries] == [["budget"]] * 2


def test_who_may_not_fill_in_is_refused_and_nobody_overwrites_unseen(mei: Staff, ada: Staff) -> None:
    person = make_person()
    budget = make_field(ada, editors=["admin"])
    with pytest.raises(FieldNotYours):
        fill_in_person(person=person, values={budget: "1"}, by=mei, at=NINE)
    with pytest.raises(ChangedMeanwhile):
        fill_in_person(person=person, values={budget: "1"}, by=ada, at=NINE, seen="as it was")
    with pytest.raises(FieldNameTaken):
        make_field(ada, "budget")
    change_field(field=budget, described=Described(name_zh="预算", name_en="Budget"), by=ada, at=NINE)
    retire_field(field=budget, is_active=False, by=ada, at=NINE)
    with pytest.raises(FieldNotYours):
        fill_in_person(person=person, values={CustomField.objects.get(): "1"}, by=mei, at=NINE)
    assert not FieldValue.objects.filter(field="custom:budget").exists()


def test_the_list_of_people_is_filtered_by_each_kind_and_only_by_fields_in_sight(
    mei: Staff, ada: Staff, north: Team
) -> None:
    fields = {kind: make_field(ada, kind, kind) for kind in ("text", "number", "date", "yes_no", "many")}
    secret = make_field(ada, "Secret", "text", readers=["admin"], editors=["admin"])
    fits, other = make_person("Fits"), make_person("Other")
    for person in (fits, other):
        make_lead(person=person, team=north)
    said = {"text": "Two plants", "number": "12", "date": "2026-03-01", "yes_no": "yes", "many": "erp,mes"}
    elsewhere = {"text": "Three", "number": "30", "date": "2026-05-01", "yes_no": "no", "many": "paper"}
    fill_in_person(person=fits, values={fields[kind]: value for kind, value in said.items()}, by=ada, at=NINE)
    fill_in_person(person=other, values={fields[kind]: value for kind, value in elsewhere.items()}, by=ada, at=NINE)
    fill_in_person(person=other, values={secret: "shh"}, by=ada, at=NINE)
    client = signed_in(mei)

    for asked in (
        {"cf.text": "two plants"},
        {"cf.number.from": "10", "cf.number.to": "20"},
        {"cf.date.to": "2026-04-01"},
        {"cf.yes_no": "yes"},
        {"cf.many": "mes", "cf.number.from": "1"},
    ):
        rows = names_in(client.get("/people/", asked))
        assert "Fits" in rows, asked
        assert "Other" not in rows, asked
    both = names_in(client.get("/people/", {"cf.secret": "shh", "cf.number.from": "nonsense"}))
    assert "Fits" in both
    assert "Other" in both
    assert "Fits" not in names_in(signed_in(ada).get("/people/", {"cf.secret": "shh"}))
    make_field(ada, "Site", "link")
    assert client.get("/people/", {"cf.site": "https://a.example/\x00"}).status_code == 200


def test_values_follow_merges_and_what_a_customer_typed_does_not_outweigh_a_colleague(mei: Staff, ada: Staff) -> None:
    budget = make_field(ada)
    one, other = make_person("One"), make_person("The same")
    fill_in_person(person=one, values={budget: "1"}, by=mei, at=NINE)
    fill_in_person(person=other, values={budget: "2"}, by=mei, at=NINE + timedelta(hours=1))

    kept = merge_people(one=one, other=other, by=ada, at=NINE)

    assert values_of_people([kept.pk], [budget])[kept.pk]["budget"].value == "2"
    assert [(row.person_id, row.number) for row in PersonCustomValue.objects.all()] == [(kept.pk, Decimal(2))]
    subject = kept.identifiers.earliest("pk")
    state(kept.pk, subject.pk, at=NINE + timedelta(days=2), assurance=Assurance.TYPED, **{"custom:budget": "99"})
    restate_people([kept.pk])
    assert PersonCustomValue.objects.get().number == Decimal(2)


def test_what_was_merged_meanwhile_is_not_filled_in(xu: Staff, ada: Staff) -> None:
    field = make_field(ada, "Plants", about="account")
    kept, gone = make_account("Kept"), make_account("Gone")
    merge_accounts(survivor=kept, absorbed=gone, by=ada, at=NINE)
    with pytest.raises(CompanyGone):
        fill_in_account(account=gone, values={field: "3"}, by=ada, at=NINE)
    assert not AccountFact.objects.filter(field="custom:plants").exists()


def test_answers_that_differ_in_case_are_one_and_no_more_fields_come_back_than_may_be(
    ada: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wutong.people.custom_fields.MOST_FIELDS", 1)
    described = Described(name_zh="系统", name_en="Systems")
    first = add_field(about="person", kind="one", described=described, options=["erp", "MES", "ERP"], by=ada, at=NINE)
    assert [option.name for option in first.options.order_by("position")] == ["ERP", "MES"]
    retire_field(field=first, is_active=False, by=ada, at=NINE)
    make_field(ada, "Second")
    answer = signed_in(ada).post(f"/settings/fields/{first.public_id}/change/", {"switch": "on"})
    assert answer.status_code == 409
    first.refresh_from_db()
    assert not first.is_active


def test_a_companys_fields_are_filled_in_filtered_by_and_follow_a_merge_and_back(xu: Staff, ada: Staff) -> None:
    systems = make_field(ada, "Systems", "many", about="account")
    inside = make_field(ada, "Margin", "number", about="account", readers=["manager"], editors=["manager"])
    here, there = make_account("Here Ltd"), make_account("There Ltd")
    make_lead(account=here, owner=xu, team=xu.team)
    fill_in_account(account=there, values={systems: "erp"}, by=ada, at=NINE)
    fill_in_account(account=here, values={inside: "7"}, by=ada, at=NINE)
    client = signed_in(xu)

    saved = client.post(
        f"/accounts/{here.public_id}/fields/", {"cf-systems": ["paper", "mes"]}, headers={"HX-Request": "true"}
    )

    assert "Paper" in saved.content.decode()
    facts = client.get(f"/accounts/{here.public_id}/?tab=facts").content.decode()
    assert "Paper" in facts
    assert "Margin" not in facts
    assert "Here Ltd" in names_in(client.get("/accounts/", {"cf.systems": "mes"}))
    assert "Here Ltd" not in names_in(client.get("/accounts/", {"cf.systems": "erp"}))
    merge = merge_accounts(survivor=here, absorbed=there, by=ada, at=NINE)
    assert not AccountCustomValue.objects.filter(account=there).exists()
    unmerge_accounts(merge=merge, by=ada, at=NINE)
    assert list(AccountCustomValue.objects.filter(account=there).values_list("option__code", flat=True)) == ["erp"]
    assert AccountFact.objects.get(account=here, field="custom:systems").by == xu
