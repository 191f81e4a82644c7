"""The company's own fields in files: filled in by imports, taken back, carried by exports for who may see them."""

import csv
import io

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, make_staff, person_of, phone, signed_in
from tests.exchange.cast import HEADINGS, LATER, LI, ZHOU, as_csv, policy, undone, uploaded
from wutong.exchange.models import Export, FaultyRow
from wutong.exchange.running import run_import
from wutong.exchange.starting import map_columns, start
from wutong.lifecycle.field_values import fill_in_person
from wutong.people.account_facts import Word
from wutong.people.custom_fields import Described, add_field
from wutong.people.custom_values import state_of_account
from wutong.people.models import AccountCustomValue, CustomField, PersonCustomValue
from wutong.platform.files import path_of
from wutong.platform.models import Role, Staff, Team

pytestmark = pytest.mark.django_db


def make_field(by: Staff, name_zh: str, name_en: str, kind: str, **given: tuple[Role, ...]) -> CustomField:
    described = Described(name_zh=name_zh, name_en=name_en, **given)  # type: ignore[arg-type]  # who may see and say it
    return add_field(about="person", kind=kind, described=described, options=["ERP", "Paper"], by=by, at=NINE)


def test_columns_fill_in_own_fields_tell_what_does_not_fit_and_can_be_taken_back(ada: Staff) -> None:
    make_field(ada, "预算", "Budget", "money")
    make_field(ada, "在用系统", "Systems", "many")
    rows = [(*HEADINGS, "预算", "Systems"), (*ZHOU, "¥28万", "SAP"), (*LI, "120,000", "ERP、paper")]
    run = uploaded(as_csv(*rows), ada)
    assert run.mapping[-2:] == ["custom:budget", "custom:systems"]
    map_columns(run=run, mapping=run.mapping, by=ada, at=NINE)
    start(run=run, policy=policy(), by=ada, at=NINE)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()

    li = person_of(phone("+8613900010002"))
    assert set(PersonCustomValue.objects.filter(person=li).values_list("number", "option__code")) == {
        (120_000, None),
        (None, "erp"),
        (None, "paper"),
    }
    assert [code for _place, code in FaultyRow.objects.get().problems] == ["bad_own_value", "unknown_answer"]
    undone(run, ada)
    assert not PersonCustomValue.objects.exists()


def test_columns_fill_in_fields_of_the_companies_whom_rows_name_and_can_be_taken_back(ada: Staff) -> None:
    given = Described(name_zh="产线", name_en="Lines")
    lines = add_field(about="account", kind="number", described=given, options=[], by=ada, at=NINE)
    known = make_account("南山贸易有限公司")
    state_of_account(known, {lines: "5"}, word=Word(by=ada, at=NINE))
    freelancer = ("王强", "13900010003", "", "", "", "")
    rows = [(*HEADINGS, "产线"), (*ZHOU, "12"), (*LI, "7"), (*freelancer, "9")]
    run = uploaded(as_csv(*rows), ada)
    assert run.mapping[-1] == "company:custom:lines"
    map_columns(run=run, mapping=run.mapping, by=ada, at=NINE)
    start(run=run, policy=policy(), by=ada, at=NINE)
    run_import(run.pk, now=lambda: LATER)
    run.refresh_from_db()

    stands = AccountCustomValue.objects.order_by("number").values_list("account__name", "number")
    assert list(stands) == [("南山贸易有限公司", 5), ("北辰科技有限公司", 12)]
    assert [code for _place, code in FaultyRow.objects.get().problems] == ["no_certain_company"]
    assert undone(run, ada).undo_report["companies_removed"] == 1
    assert [value for _name, value in stands.all()] == [5]


def test_exports_carry_the_fields_that_their_colleague_may_see(ada: Staff, north: Team) -> None:
    seller = make_staff("Sun", role=Role.SALES, team=north, data_scope="team")
    budget = make_field(ada, "预算", "Budget", "money")
    secret = make_field(ada, "内部", "Inside", "text", readers=(Role.ADMIN,), editors=(Role.ADMIN,))
    inside, outside = make_person("Inside"), make_person("Outside")
    for person, value in ((inside, "280000"), (outside, "5")):
        make_lead(person=person, team=north)
        fill_in_person(person=person, values={budget: value, secret: "shh"}, by=ada, at=NINE)

    def exported(by: Staff) -> list[list[str]]:
        given = {"list": "people", "format": "csv", "conditions": "cf.budget.from=100"}
        signed_in(by).post("/exports/new/", given)
        export = Export.objects.filter(by=by).latest("pk")
        assert export.file is not None
        return list(csv.reader(io.StringIO(path_of(export.file.digest).read_text("utf-8-sig"))))

    assert [(row[0], *row[12:-1]) for row in exported(seller)][1:] == [("Inside", "280000")]
    assert exported(ada)[1][12:-1] == ["280000", "shh"]


def test_a_file_with_a_field_that_was_closed_to_its_colleague_is_withheld(ada: Staff) -> None:
    seller = make_staff("Sun", role=Role.SALES, data_scope="all")
    budget = make_field(ada, "预算", "Budget", "number")
    person = make_person("Inside")
    make_lead(person=person, account=make_account())
    fill_in_person(person=person, values={budget: "-5"}, by=ada, at=NINE)
    client, files = signed_in(seller), {}
    for name, given in {
        "all": {},
        "chosen": {"col": ["owner"]},
        "narrowed": {"col": ["owner"], "conditions": "cf.budget.to=0"},
        "leads": {"list": "leads"},
        "companies": {"list": "accounts"},
    }.items():
        client.post("/exports/new/", {"list": "people", "format": "csv"} | given)
        files[name] = Export.objects.filter(by=seller).latest("pk")
    stored = files["all"].file
    assert stored is not None
    assert path_of(stored.digest).read_text("utf-8-sig").splitlines()[1].split(",")[12] == "-5"  # a number, no formula

    CustomField.objects.filter(pk=budget.pk).update(readers=["admin"], editors=["admin"])

    withheld = client.get("/exports/").context["withheld"]
    assert {name for name, one in files.items() if one.file_id in withheld} == {"all", "narrowed"}
    answer = client.get(f"/files/{stored.public_id}/")
    assert answer.status_code == 404
