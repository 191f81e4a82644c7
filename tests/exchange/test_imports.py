"""Rows become people: who is known, what counts, what is told of errors, and that all of it can be taken back."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.cast import (
    NINE,
    at_once,
    email,
    identifier,
    make_account,
    make_person,
    make_staff,
    person_of,
    phone,
    seen,
    state,
)
from tests.exchange.cast import HEADINGS, LATER, LI, ZHOU, as_csv, imported, policy, started, undone, uploaded
from wutong.config import config
from wutong.exchange import reading, running, undoing
from wutong.exchange.checking import check
from wutong.exchange.faults import errors_file
from wutong.exchange.models import ImportedRow, PeopleImport
from wutong.exchange.places import rows_path
from wutong.exchange.running import run_import
from wutong.exchange.starting import AlreadyStarted, BasisMissing, NothingToRecogniseBy, map_columns, start, stop
from wutong.exchange.tidying import tidy
from wutong.exchange.undoing import TooLateToUndo, undo
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import Clock, FollowUp, Lead, StageVisit
from wutong.lifecycle.reach import settle_reach
from wutong.people import rebuild
from wutong.people.consents import count_differing
from wutong.people.contactability import Why, may_contact
from wutong.people.custom_fields import Described, add_field
from wutong.people.facts import refresh_people
from wutong.people.identifiers import IdentifierKey
from wutong.people.identity import observe_many
from wutong.people.models import (
    Account,
    Affiliation,
    Consent,
    ConsentStanding,
    FieldValue,
    Identifier,
    IdentifierKind,
    IdentityLink,
    Person,
)
from wutong.platform.models import Notification, Staff
from wutong.platform.watermark import watermark
from wutong.privacy.preferences import withdraw_everything

pytestmark = pytest.mark.django_db
K, L = PeopleImport.Known, PeopleImport.Leads


def everything() -> dict[str, int]:
    """How many rows there are of what an import leaves behind."""
    models = (Person, Identifier, IdentityLink, FieldValue, Affiliation, Consent, Account, Lead, Clock, StageVisit)
    return {model.__name__: model.objects.count() for model in models}


def test_a_list_does_not_bring_back_what_somebody_has_withdrawn(ada: Staff) -> None:
    imported(ZHOU, LI, by=ada)
    zhou, li = identifier(phone("+8613900010001")), identifier(phone("+8613900010002"))
    given = {"channel": "phone", "purpose": "contact"}
    assert may_contact(zhou, at=LATER, **given).is_allowed
    by_mail = {"channel": "email", "purpose": "contact"}
    assert may_contact(identifier(email("li@nanshan.cn")), at=LATER, **by_mail).is_allowed
    withdraw_everything(address=zhou, source="preferences", at=LATER)

    imported(ZHOU, LI, by=ada, at=LATER + timedelta(days=1))

    later = LATER + timedelta(days=2)
    assert may_contact(zhou, at=later, **given).why is Why.WITHDRAWN
    assert may_contact(li, at=later, **given).is_allowed


def test_a_list_that_splits_somebody_brings_back_no_consent_either(ada: Staff) -> None:
    number, mail = phone("+8613900010001"), email("zhou@beichen.cn")
    numbered = IdentifierKey(IdentifierKind.CRM_ID, "C1")
    with transaction.atomic():
        for seen_together in ((mail, numbered), (number, mail)):
            observe_many([seen(*seen_together)], at=NINE)
    withdraw_everything(address=identifier(number), source="preferences", at=NINE)
    before = person_of(number)

    imported(("", "13900010001", "", "", "", "C9"), by=ada, at=LATER)

    assert person_of(number) != before == person_of(mail)  # two numbers of one CRM are two people
    assert not ConsentStanding.objects.filter(person=person_of(number), state="granted").exists()


def test_rows_become_people_with_companies_and_consents(ada: Staff) -> None:
    run = imported(ZHOU, LI, by=ada)

    zhou = person_of(phone("+8613900010001"))
    assert (zhou.full_name, zhou.title, zhou.company_name, zhou.reach) == (
        "周思远",
        "总监",
        "北辰科技有限公司",
        "known",
    )
    assert set(zhou.identifiers.values_list("kind", flat=True)) == {"phone", "email", "crm_id"}
    assert Affiliation.objects.get(person=zhou).account.name == "北辰科技有限公司"
    assert [one.text.text for one in Consent.objects.filter(person=zhou)] == ["We may call you."] * 2
    assert (run.state, run.created, run.updated, run.faulty) == ("done", 2, 0, 0)
    assert Notification.objects.get(staff=ada).kind == "import_finished"


def test_the_same_file_again_changes_nobody(ada: Staff) -> None:
    imported(ZHOU, LI, by=ada)
    before = everything()
    again = imported(ZHOU, LI, by=ada, known=K.SKIP)
    assert (again.created, again.skipped) == (0, 2)
    assert everything() == before


def test_what_is_missing_is_added_and_what_is_there_stays(ada: Staff) -> None:
    make_person("周总", keys=[phone("+8613900010001")], title="董事")
    run = imported(ZHOU, by=ada, known=K.FILL)
    zhou = person_of(email("zhou@beichen.cn"))
    assert (zhou.full_name, zhou.title, zhou.company_name) == ("周总", "董事", "北辰科技有限公司")
    assert (run.created, run.updated) == (0, 1)


def test_the_file_counts_where_it_is_let_count(ada: Staff) -> None:
    make_person("周总", keys=[phone("+8613900010001")], title="董事")
    imported(ZHOU, by=ada, known=K.OVERWRITE)
    assert person_of(phone("+8613900010001")).full_name == "周思远"


def test_a_row_that_names_two_people_makes_them_one(ada: Staff) -> None:
    make_person("周思远", keys=[phone("+8613900010001")])
    make_person("S. Zhou", keys=[email("zhou@beichen.cn")])
    run = imported(ZHOU, by=ada)
    assert run.merged == 1
    assert person_of(phone("+8613900010001")) == person_of(email("zhou@beichen.cn"))


def test_rows_about_one_person_in_a_file_make_one(ada: Staff) -> None:
    run = imported(ZHOU, ("周思远", "13900010001", "s.zhou@beichen.cn", "", "", ""), by=ada)
    assert (run.created, run.updated, Person.objects.current().count()) == (1, 1, 1)


def test_whom_a_colleague_may_not_see_is_left_as_they_are(mei: Staff) -> None:
    make_person("周总", keys=[phone("+8613900010001")])
    boss = make_staff("Boss", role="manager", team=mei.team, data_scope="team")
    run = imported(ZHOU, by=boss, known=K.OVERWRITE, team=boss.team)
    assert (run.faulty, run.updated) == (1, 0)
    assert person_of(phone("+8613900010001")).full_name == "周总"
    assert run.faults.get().problems == [[-1, "not_in_sight"]]
    assert check(run).faulty == 1  # and it was told before


def test_leads_go_to_the_owner_that_the_file_names(ada: Staff, mei: Staff) -> None:
    run = uploaded(
        as_csv(("姓名", "手机", "负责人"), ("周思远", "13900010001", mei.full_name), ("李", "13900010002", "Nobody")),
        ada,
    )
    map_columns(run=run, mapping=run.mapping, by=ada, at=NINE)
    start(run=run, policy=policy(leads=L.NEW, campaign="fair"), by=ada, at=NINE)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    assert (run.leads_opened, run.warned) == (2, 1)
    lead = Lead.objects.get(owner=mei)
    assert (lead.campaign, lead.channel, lead.team) == ("fair", "import", mei.team)


def test_errors_are_told_with_the_row_as_it_stood(ada: Staff) -> None:
    run = imported(("=cmd()", "123", "no address", "x", "", ""), ("李", "13900010002", "bad@", "", "", ""), by=ada)
    assert (run.faulty, run.warned, run.created) == (1, 1, 1)
    mark = watermark(by=ada, at=NINE)
    file = "".join(errors_file(run, mark))
    assert file.startswith("\ufeff姓名,手机,邮箱")
    assert "'=cmd()" in file
    assert "123" in file
    assert file.count(str(mark)) == 2
    again = uploaded(file.encode(), ada)
    assert again.mapping[len(HEADINGS) :] == ["ignore"] * 5


def test_the_first_rows_are_checked_before_anything_is_written(ada: Staff) -> None:
    make_person(keys=[phone("+8613900010001")])
    run = uploaded(as_csv(HEADINGS, ZHOU, LI, LI, ("A", "1.39E+10", "", "", "", "")), ada)
    before = everything()
    checked = check(run)
    assert (checked.known, checked.new, checked.repeated, checked.faulty) == (1, 1, 1, 1)
    assert [(column, n) for column, n, _ in checked.by_column] == [("手机", 1)]
    assert everything() == before


def test_an_import_needs_a_legal_basis_and_somebody_to_recognise(ada: Staff) -> None:
    run = uploaded(as_csv(HEADINGS, ZHOU), ada)
    with pytest.raises(NothingToRecogniseBy):
        map_columns(run=run, mapping=["full_name"], by=ada, at=NINE)
    with pytest.raises(BasisMissing):
        start(run=run, policy=policy(basis_proof=" "), by=ada, at=NINE)
    start(run=run, policy=policy(), by=ada, at=NINE)
    with pytest.raises(AlreadyStarted):
        start(run=run, policy=policy(), by=ada, at=NINE)


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_worker_is_killed_goes_on_without_doubles(ada: Staff, tmp_path: Path) -> None:
    rows = [(f"N{n}", f"139000{n:05}", f"n{n}@x{n}.cn", "", "", f"K{n}") for n in range(25)]
    run = started(*rows, by=ada)
    for point, done in (("import_rows", 0), ("import_batch", 10)):  # within a transaction, and after one
        (tmp_path / point).touch()
        assert worked_on(run, failpoints=tmp_path) == -signal.SIGKILL
        run.refresh_from_db()
        assert (run.state, run.done, Person.objects.count()) == ("running", done, done)

    run_import(run.pk, now=lambda: LATER)
    run_import(run.pk, now=lambda: LATER)
    run.refresh_from_db()
    assert (run.state, run.done, run.created, Person.objects.count()) == ("done", 25, 25, 25)
    assert FieldValue.objects.filter(field="full_name").count() == ImportedRow.objects.count() == 25


def worked_on(run: PeopleImport, *, failpoints: Path) -> int:
    """How a process ended that worked on an import."""
    url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}",
        "WUTONG_DATA_DIR": str(config().data_dir),
        "WUTONG_FAILPOINTS": str(failpoints),
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.exchange.worker", str(run.pk)], env=environment, timeout=60, check=False
    ).returncode


def test_new_people_stand_as_bringing_them_up_to_date_would_leave_them(ada: Staff) -> None:
    office = ("钱", "010-62345678", "", "", "", "")
    imported(ZHOU, LI, ("Z", "13900010001", "z@beichen.cn", "", "CTO", ""), office, by=ada)
    models = (Person, StageVisit, Affiliation)
    before = [sorted(map(str, model.objects.values())) for model in models]
    people = list(Person.objects.values_list("pk", flat=True))
    refresh_people(people)
    settle_reach(dict.fromkeys(people, LATER))
    assert [sorted(map(str, model.objects.values())) for model in models] == before
    assert StageVisit.objects.filter(machine="reach", left_at=None).count() == len(people) == 3
    assert rebuild.check().is_equal


def test_a_row_that_cannot_be_stored_costs_no_other(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(ZHOU, LI, by=ada)
    enter = running.enter_many

    def failing(run, rows, owners, *, at):
        with transaction.atomic():
            outcome = enter(run, rows, owners, at=at)
            if any(row.facts.get("full_name") == "周思远" for row in rows):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 'x'::int")
            return outcome

    monkeypatch.setattr(running, "enter_many", failing)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    assert (run.created, run.faulty, run.state) == (1, 1, "done")


def test_an_import_can_be_stopped(ada: Staff) -> None:
    run = started(ZHOU, by=ada)
    stop(run=run, by=ada, at=NINE)
    run_import(run.pk, now=lambda: NINE)
    assert PeopleImport.objects.get().state == "cancelled"
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_make_everybody_once(ada: Staff) -> None:
    rows = [(f"N{n}", f"139000{n:05}", f"n{n}@x.cn", f"公司{n}有限公司", "", f"K{n}") for n in range(30)]
    runs = [started(*rows, by=ada), started(*rows, by=ada)]
    at_once(*[lambda run=run: run_import(run.pk, now=lambda: NINE) for run in runs])
    assert Person.objects.count() == 30
    assert Identifier.objects.count() == 90
    assert sum(PeopleImport.objects.values_list("created", flat=True)) == 30


def test_undoing_leaves_nothing_of_what_was_added(ada: Staff) -> None:
    make_person("Somebody", keys=[phone("+8613900019999")])
    before = everything()
    run = undone(imported(ZHOU, LI, by=ada, leads=L.ALL), ada)
    assert everything() == before
    assert (run.state, run.undo_report["removed"], run.undo_report["companies_removed"]) == ("undone", 2, 2)
    assert rebuild.check().is_equal


def test_undoing_takes_back_piece_by_piece_what_several_rows_say_of_one(ada: Staff, monkeypatch) -> None:
    before = everything()
    monkeypatch.setattr(undoing, "BATCH", 1)
    again = ("周思远", "13900010001", "", "北辰科技有限公司", "总监", "C1")
    run = undone(imported((*ZHOU[:5], ""), again, by=ada, known=K.OVERWRITE), ada)
    assert everything() == before
    assert run.state == "undone"
    assert rebuild.check().is_equal


def test_undoing_takes_the_leads_along_of_two_whom_a_later_row_made_one(ada: Staff, monkeypatch) -> None:
    before = everything()
    monkeypatch.setattr(reading, "BATCH", dict.fromkeys(reading.BATCH, 1))
    monkeypatch.setattr(undoing, "BATCH", 1)
    by_phone, by_mail = ("周思远", "13900010001", "", "", "", ""), ("周思远", "", "zhou@beichen.cn", "", "", "")
    run = undone(imported(by_phone, by_mail, (*ZHOU[:3], "", "", ""), by=ada, leads=L.NEW), ada)
    assert run.state == "undone"
    assert everything() == before
    assert rebuild.check().is_equal


def test_undoing_puts_back_what_was_changed_and_splits_what_was_merged(ada: Staff) -> None:
    make_person("周总", keys=[phone("+8613900010001")], title="董事")
    other = make_person("S. Zhou", keys=[email("zhou@beichen.cn")])
    before = everything()
    run = undone(imported(ZHOU, by=ada, known=K.OVERWRITE), ada)

    zhou = person_of(phone("+8613900010001"))
    assert (zhou.full_name, zhou.title, zhou.company_name) == ("周总", "董事", "")
    assert person_of(email("zhou@beichen.cn")) == other
    assert not Identifier.objects.filter(kind="crm_id").exists()
    after = everything()
    assert {name for name in before if after[name] != before[name]} <= {"StageVisit"}
    assert run.undo_report["restored"] == 2
    assert not count_differing()


def test_undoing_takes_a_code_back_from_a_company_that_was_known(ada: Staff) -> None:
    known = make_account("北辰科技有限公司")
    code = "91110000600037341L"
    run = uploaded(as_csv((*HEADINGS, "统一社会信用代码"), (*ZHOU, code)), ada)
    start(run=run, policy=policy(), by=ada, at=NINE)
    run_import(run.pk, now=lambda: LATER)
    assert Account.objects.get().credit_code == code
    run.refresh_from_db()
    undone(run, ada)
    known.refresh_from_db()
    assert known.credit_code is None


def test_undoing_keeps_whoever_was_worked_with_since(ada: Staff, mei: Staff) -> None:
    run = imported(ZHOU, LI, by=ada, leads=L.ALL, owner=mei)
    lead = Lead.objects.get(person=person_of(phone("+8613900010001")))
    call = {"kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED, "note": "Called"}
    record_follow_up(lead=lead, by=mei, at=NINE + timedelta(hours=1), **call)
    li = person_of(phone("+8613900010002"))

    run = undone(run, ada)
    assert (run.undo_report["kept"], run.undo_report["removed"]) == (1, 1)
    assert person_of(phone("+8613900010001")).full_name == "周思远"
    assert not Person.objects.filter(pk=li.pk).exists()


def test_undoing_keeps_what_somebody_has_said_since(ada: Staff) -> None:
    run = imported(ZHOU, by=ada)
    zhou = person_of(phone("+8613900010001"))
    state(zhou.pk, zhou.identifiers.get(kind="phone").pk, at=LATER, title="总裁")
    refresh_people([zhou.pk])
    assert undone(run, ada).undo_report["kept"] == 1


def test_an_import_is_undone_within_thirty_days_only(ada: Staff) -> None:
    run = imported(ZHOU, by=ada)
    past = NINE + timedelta(days=31)
    with pytest.raises(TooLateToUndo):
        undo(run=run, by=ada, at=past)
    tidy(at=past)
    assert not ImportedRow.objects.exists()
    assert not rows_path(run).exists()
    run.refresh_from_db()
    assert run.file is None


@pytest.mark.parametrize("kind", ["people", "companies"])
def test_what_another_process_reads_is_what_is_entered(kind: str, ada: Staff) -> None:
    for about in ("person", "account"):
        described = Described(name_zh="系统", name_en="Systems")
        add_field(about=about, kind="many", described=described, options=["ERP", "Paper"], by=ada, at=NINE)
    headings = (*HEADINGS, "标签", "负责人", "日期", "Systems")
    rows = [(*one, "展会；VIP", ada.email, "2026-01-02", "ERP、paper") for one in (ZHOU, LI)]
    run = uploaded(as_csv(headings, *rows, (*ZHOU, "", "Nobody", "soon", "SAP")), ada, kind=kind)
    assert {"tags", "owner"} < set(run.mapping)
    assert any("custom:" in meaning for meaning in run.mapping)
    pipe = BytesIO()
    reading.write_pieces(run, pipe, start=0, batch=2)
    pipe.seek(0)
    with ThreadPoolExecutor(1) as thread:
        pieces = list(reading._received(pipe, thread))
    read = list(reading.rows_of(run, reading.owners_for(run)))
    assert [piece.start for piece in pieces] == [0, 2]
    assert [row for piece in pieces for row in zip(piece.cells, piece.rows, strict=True)] == read
    assert [bool(row.tags) for _cells, row in read] == [True, True, False]
    assert all(row.problems for _cells, row in read)
    with ThreadPoolExecutor(1) as thread, pytest.raises(reading.ReaderDied):
        list(reading._received(BytesIO(pipe.getvalue()[:-1]), thread))


def test_an_import_whose_reader_dies_goes_on_when_it_is_tried_again(
    ada: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(ZHOU, LI, by=ada)
    with monkeypatch.context() as without:
        without.setattr(reading, "WORTH_A_PROCESS", 1)
        for reader, error in (("false", reading.ReaderDied), ("/nowhere/python", OSError)):
            without.setattr(sys, "executable", reader)
            with pytest.raises(error):
                run_import(run.pk, now=lambda: NINE)
            run.refresh_from_db()
            assert (run.state, run.done) == ("running", 0)
    run_import(run.pk, now=lambda: LATER)
    run.refresh_from_db()
    assert (run.state, run.created, run.finished_at) == ("done", 2, LATER)
