"""Fields of the company's own: defined, filled in, seen by those who may, filtered by, following merges."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from tests.cast import NINE, make_account, make_lead, make_person, signed_in, state
from wutong.lifecycle.correcting_many import plan_for_facts
from wutong.lifecycle.field_values import FieldNotYours, fill_in_account, fill_in_person
from wutong.lifecycle.fields_of_many import TooManyToSet, fill_in_accounts, fill_in_people
from wutong.lifecycle.seen import ChangedMeanwhile, mark_of
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
from wutong.people.custom_order import order_in, page_of
from wutong.people.custom_values import NotAValue, as_json, read_json, read_text, restate_people, values_of_people
from wutong.people.decisions import merge_people
from wutong.people.models import (
    Account,
    AccountCustomValue,
    AccountFact,
    Affiliation,
    Assurance,
    CustomField,
    FieldValue,
    Person,
    PersonCustomValue,
)
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db

_K = CustomField.Kind


def make_field(
    by: Staff, name: str = "Budget", kind: str = "number", *, about: str = "person", **given: Any
) -> CustomField:
    options = ("ERP", "Paper", "MES") if kind in ("one", "many") else ()
    field = add_field(
        about=about,
        kind=kind,
        described=Described(name_zh=f"{name} zh", name_en=name, **given),
        options=options,
        by=by,
        at=NINE,
    )
    return CustomField.objects.prefetch_related("options").get(pk=field.pk)


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


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("number", ["10", "9.5", "-3", "9.5", ""]),
        ("date", ["2026-03-01", "2025-12-31", "2026-03-01", "", ""]),
        ("yes_no", ["no", "yes", "no", "", ""]),
        ("one", ["mes", "erp", "", "paper", "erp"]),
    ],
)
def test_a_list_is_put_in_order_by_a_field_and_who_has_nothing_in_it_stands_at_the_end(
    ada: Staff, kind: str, values: list[str]
) -> None:
    field = make_field(ada, kind=kind)
    said = {}
    for n, value in enumerate(values):
        person = make_person(f"P{n}")
        said[person.pk] = value
        if value:
            fill_in_person(person=person, values={field: value}, by=ada, at=NINE)
    rank = {"": 0, "no": 0, "yes": 1, "erp": 0, "paper": 1, "mes": 2}

    def place(pk: int) -> Any:
        return Decimal(said[pk]) if kind == "number" else rank.get(said[pk], said[pk])

    everybody = Person.objects.current().filter(pk__in=said)
    for sort in ("cf.budget", "-cf.budget"):
        order = order_in(sort, [field])
        assert order is not None
        for far in (-1, 10_000):  # walked, and put in order as a whole
            cache.clear()  # which of the two is remembered
            after, shown = "", []
            for _page in range(4):
                page = page_of(everybody, order, after=after, size=2, otherwise="-last_seen_at", far=far)
                shown += page.keys
                after = page.next or "over"
                if page.next is None:
                    break
            known = [pk for pk in shown if said[pk]]
            assert sorted(shown) == sorted(said)
            assert shown[: len(known)] == known
            assert [place(pk) for pk in known] == sorted(map(place, known), reverse=order.is_down)
            first = page_of(everybody, order, after="", size=2, otherwise="-last_seen_at", far=far)
            left = everybody.exclude(pk=first.keys[-1])  # whom the page ended with is none of them any more
            assert page_of(left, order, after=first.next or "", size=9, otherwise="-last_seen_at", far=far).keys == [
                pk for pk in shown if pk not in first.keys
            ]
    assert order_in("cf.budget", []) is order_in("cf.nonsense", [field]) is None


def test_lists_are_sorted_by_a_field_in_sight_and_forget_cursors_that_are_not_theirs(
    ada: Staff, xu: Staff, mei: Staff
) -> None:
    field = make_field(ada, about="account", kind="money", readers=["admin", "sales"], editors=["admin", "sales"])
    make_field(ada, kind="text", name="Note")
    budget = make_field(ada, kind="number", name="Size")
    for name, amount in (("Aa", 5), ("Bb", 70), ("Cc", 60)):
        account, person = make_account(name), make_person(name)
        make_lead(person=person, owner=xu, team=xu.team, account=account)
        fill_in_account(account=account, values={field: str(amount)}, by=ada, at=NINE)
        fill_in_person(person=person, values={budget: str(amount)}, by=ada, at=NINE)
    client = signed_in(xu)

    def companies(address: str) -> list[str]:
        return [row.account.name for row in client.get(address).context["found"].rows]

    assert companies("/accounts/?sort=-cf.budget&col=cf.budget") == ["Bb", "Cc", "Aa"]
    assert companies("/accounts/?sort=cf.budget&after=bm9uc2Vuc2U=") == ["Aa", "Cc", "Bb"]
    assert companies("/accounts/?sort=cf.unseen") == ["Aa", "Bb", "Cc"]
    page = client.get("/people/?sort=-cf.size&col=cf.size&col=cf.note")
    assert [one.full_name for one in page.context["found"].people] == ["Bb", "Cc", "Aa"]
    assert 'aria-sort="descending"' in page.text
    assert "sort=cf.note" not in page.text


def test_a_field_of_many_people_is_set_after_a_look_at_what_it_would_do(
    mei: Staff, ada: Staff, north: Team, south: Team
) -> None:
    field = make_field(ada, kind="one", name="Level", readers=["admin", "sdr"], editors=["admin", "sdr"])
    hidden = make_field(ada, name="Secret", readers=["admin", "sdr"], editors=["admin"])
    empty, other, same = (make_person(name) for name in ("Empty", "Other", "Same"))
    for person, value in ((other, "paper"), (same, "erp")):
        fill_in_person(person=person, values={field: value}, by=ada, at=NINE)
    for person in (empty, other, same):
        make_lead(person=person, team=north)
    unseen = make_lead(team=south).person
    client = signed_in(mei)
    asked: dict[str, Any] = {"field": "own:level", "query": "sort=name", "chosen": [empty.public_id, unseen.public_id]}

    page = client.post("/people/fields/", asked)
    assert (page.context["counted"], page.context["whole"]) == ("1 person", "3 people")
    assert client.post("/people/fields/", asked | {"preview": "1"}).status_code == 422
    asked |= {"cf-level": "erp", "whole": "on", "preview": "1"}
    plan = client.post("/people/fields/", asked).context["plan"]
    assert (len(plan.changed), plan.replaced, plan.same, plan.kept) == (2, 1, 1, 0)
    page = client.post("/people/fields/", asked | {"only_empty": "on"})
    assert (len(page.context["plan"].changed), page.context["plan"].kept) == (1, 1)
    del asked["preview"]
    asked |= {"set": "1", "whole": "", "chosen": page.context["ids"], "seen": plan.mark}
    assert client.post("/people/fields/", asked).context["plan"].changed  # of another value, or none, was looked at
    asked |= {"what": mark_of("erp", False)}
    fill_in_person(person=same, values={field: "mes"}, by=ada, at=NINE + timedelta(hours=1))
    assert client.post("/people/fields/", asked).status_code == 409
    assert PersonCustomValue.objects.filter(option__code="erp").count() == 0
    again = {name: value for name, value in asked.items() if name != "set"} | {"preview": "1"}
    seen = client.post("/people/fields/", again).context["plan"].mark
    done = client.post("/people/fields/", asked | {"seen": seen})

    assert (done.status_code, done["Location"]) == (302, "/people/?sort=name")
    assert PersonCustomValue.objects.filter(option__code="erp").count() == 3
    assert not PersonCustomValue.objects.filter(person=unseen).exists()
    said = FieldValue.objects.filter(person=other, field=field.statement).order_by("observed_at")
    assert [(one.value, one.source) for one in said][-1] == ("erp", f"staff:{mei.public_id}")
    assert AuditEntry.objects.filter(action="people.fields_set", actor=mei).count() == 3
    assert client.post("/people/fields/", asked | {"field": f"own:{hidden.code}"}).status_code == 404
    with pytest.raises(FieldNotYours):
        fill_in_people([other.pk], hidden, "1", by=mei, at=NINE)
    with pytest.raises(TooManyToSet):
        fill_in_people(list(range(1, 202)), field, "erp", by=mei, at=NINE)


def test_a_field_of_many_companies_is_set_or_what_they_are(xu: Staff, ada: Staff) -> None:
    field = make_field(ada, about="account", kind="number", readers=["admin", "sales"], editors=["admin", "sales"])
    accounts = [make_account(name) for name in ("Aa", "Bb")]
    for account in accounts:
        make_lead(owner=xu, team=xu.team, account=account)
    merge_accounts(survivor=accounts[0], absorbed=make_account("Gone"), by=ada, at=NINE)
    gone = Account.objects.get(name="Gone")
    client = signed_in(xu)
    ticked = {"chosen": [one.public_id for one in accounts], "query": "", "set": "1"}
    what = {value: mark_of(value, False) for value in ("7", "C")}

    client.post("/accounts/fields/", ticked | {"field": "own:budget", "cf-budget": "7", "what": what["7"]})
    client.post("/accounts/fields/", ticked | {"field": "industry", "industry": "C", "what": what["C"]})
    wrong = client.post("/accounts/fields/", ticked | {"field": "region", "region": "Nowhere"})

    assert AccountCustomValue.objects.filter(field=field, number=7).count() == 2
    assert set(Account.objects.filter(pk__in=[one.pk for one in accounts]).values_list("industry", flat=True)) == {"C"}
    assert AccountFact.objects.filter(field="industry", by=xu, source="colleague").count() == 2
    assert wrong.status_code == 422
    plan = fill_in_accounts([accounts[0].pk, gone.pk], field, "7", by=xu, at=NINE)
    assert (plan.changed, plan.same, plan.unreachable) == ([], 1, 1)
    assert "own:budget" in client.get("/accounts/").text


def test_title_or_company_of_many_people_is_set_unless_something_else_was_verified(xu: Staff) -> None:
    people = [make_person(name, company="Old works") for name in ("Ann", "Ben")]
    for person in people:
        make_lead(person=person, owner=xu, team=xu.team)
    subject = people[1].identifiers.get().pk
    state(people[1].pk, subject, assurance=Assurance.VERIFIED, company="Proven works")
    plan = plan_for_facts([one.pk for one in people], "company", "New works", only_empty=False)
    asked = {"field": "company", "company": "New works", "query": "", "chosen": [one.public_id for one in people]}

    signed_in(xu).post("/people/fields/", asked | {"set": "1", "what": mark_of("New works", False), "seen": plan.mark})

    assert (plan.changed, plan.outweighed) == ([people[0].pk], 1)
    people[0].refresh_from_db()
    assert people[0].company_name == "New works"
    assert Affiliation.objects.get(person=people[0], account__name="New works").source == f"staff:{xu.public_id}"
    assert not FieldValue.objects.filter(person=people[1], value="New works").exists()
    assert AuditEntry.objects.get(action="people.facts_corrected").actor == xu
