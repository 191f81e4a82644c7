"""Somebody is erased: from every table, the archive, searches and notices, for good, and provably."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import (
    LATELY,
    NINE,
    arrive,
    at_once,
    cookie,
    email,
    hit,
    identifier,
    make_account,
    make_person,
    person_of,
    phone,
    post_form,
    seen,
    signed_in,
    wait_for_leases,
)
from tests.events.lake.hands import export_all, lake_in
from tests.lifecycle.test_contracts import make_contract
from tests.people.test_identity_lane import wait_until_somebody_waits
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.events.lake.erasing import erase as erase_rows_of_the_lake
from wutong.events.lake.store import Place
from wutong.exchange.models import FaultyRow, PeopleImport
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.contracts import step_contracts
from wutong.lifecycle.field_values import fill_in_account, fill_in_person
from wutong.lifecycle.models import Contract, ContractStage, FollowUp, Lead, StageVisit
from wutong.people.consents import Decision, decide_many
from wutong.people.custom_fields import Described, add_field
from wutong.people.holdings import sweeps
from wutong.people.identifiers import hold
from wutong.people.identity import observe_many
from wutong.people.models import (
    ANY,
    AccountCustomValue,
    AccountFact,
    Affiliation,
    Assurance,
    Consent,
    ConsentState,
    FieldValue,
    Identifier,
    OwnKind,
    Person,
    PersonCustomValue,
)
from wutong.people.own import add_rule
from wutong.people.rebuild import check
from wutong.platform.models import AuditEntry, Notification, ParkedItem, Staff
from wutong.privacy import erasure as erasing
from wutong.privacy.certificate import PLACES
from wutong.privacy.erasure import ErasureRuns, ask_for_erasure, complete, erase, replay
from wutong.privacy.models import Erasure, RequestKind, SubjectRequest
from wutong.privacy.requests import take_in
from wutong.privacy.tombstones import path as file_of_tombstones
from wutong.privacy.tombstones import tombstones
from wutong.sales.account_members import Place as PlaceOfWork
from wutong.sales.account_members import name_member
from wutong.sales.deal_parts import NobodyToName
from wutong.sales.models import OpportunityStage
from wutong.sales.opportunities import close_opportunity
from wutong.scoring.models import PersonScore
from wutong.scoring.score import rescore
from wutong.stream.processor import TRIES, drain

CANARY, NUMBER, MAIL = "Kanarienvogel", "13987650001", "kanarienvogel@example.com"
COOKIE = "c0ffee5ca1ab1e00c0ffee5ca1ab1e00"
SONGS = (CANARY.lower(), NUMBER, COOKIE)


@pytest.fixture
def data_dir() -> Iterator[None]:
    """A data folder without tombstones."""
    file_of_tombstones().unlink(missing_ok=True)
    yield
    file_of_tombstones().unlink(missing_ok=True)


def known_everywhere(form, mei: Staff, seller: Staff, ada: Staff) -> Person:
    """Somebody of whom there is something in every table there is."""
    view = hit(site=form.site, visitor=COOKIE, url=f"https://www.example.com/{CANARY}", props={"title": CANARY})
    said = {"name": CANARY, "company": "Northwind", "title": CANARY, "phone": NUMBER, "email": MAIL, "message": CANARY}
    arrive(view)
    arrive(post_form(form, visitor=COOKIE, answers=said), post_form(form, answers=said, suspicions=["links"]))
    lead = Lead.objects.get()
    done = {"kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED}
    record_follow_up(lead=lead, by=mei, at=LATELY, note=CANARY, next_step=CANARY, **done)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event ADD CONSTRAINT poison CHECK (url NOT LIKE '%/poison/%')")
    arrive(post_form(form, answers=said, url="https://www.example.com/poison/"))
    for _try in range(TRIES):
        wait_for_leases()
        drain("test:0")
    person = person_of(phone(f"+86{NUMBER}"))
    for name in ("won", "open"):
        deal = deal_of(seller, lead=sql_of(seller, person=person), account=lead.account, name=name)
        if name == "won":
            close_opportunity(opportunity=deal, to=OpportunityStage.WON, by=seller, at=LATER, reason="product")
    asked = {"kind": RequestKind.ERASURE, "from_whom": CANARY, "said": CANARY, "received_at": LATELY}
    take_in(**asked, address=identifier(phone(f"+86{NUMBER}")), by=ada, at=LATELY)
    AuditEntry.objects.create(at=NINE, action="test", subject_label=MAIL, detail={"phone": f"+86{NUMBER}"})
    assert ParkedItem.objects.exists()
    assert Notification.objects.filter(params__name=CANARY).exists()
    return person


def singing_rows() -> dict[str, int]:
    """Tables of the whole database, the lake's catalog included, in which a row still tells of them."""
    found = {}
    texts = [f"%{song}%" for song in SONGS] + [f"%{song.encode().hex()}%" for song in (CANARY, NUMBER, COOKIE, MAIL)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE lower(t::text) LIKE ANY(%s)", [texts])
            if n := cursor.fetchone()[0]:
                found[table] = n
    return found


def singing_files(place: Place) -> list[str]:
    """Files of the lake, current or not, that still tell of them."""
    found = []
    for file in sorted(Path(place.files).rglob("*")):
        if file.is_file():
            told = " OR ".join(["row LIKE ?"] * len(SONGS))
            ((n,),) = duckdb.execute(
                f"SELECT count(*) FROM (SELECT lower(to_json(t)::varchar) AS row FROM read_parquet(?) t) WHERE {told}",
                [str(file), *(f"%{song}%" for song in SONGS)],
            ).fetchall()
            if n:
                found.append(file.name)
    return found


@pytest.mark.django_db(transaction=True)
def test_nothing_tells_of_somebody_who_was_erased(form, mei, xu, ada, data_dir, tmp_path) -> None:
    with lake_in(tmp_path) as place:
        her = known_everywhere(form, mei, xu, ada)
        other = make_person(keys=[email("lin@example.com")])
        export_all(place)
        assert singing_rows().keys() > {"public.people_fieldvalue", "public.platform_parkeditem"}
        assert singing_files(place) != [] or any("lake" in table for table in singing_rows())

        erasure = ask_for_erasure(person=her, by=ada, at=timezone.now(), request=SubjectRequest.objects.get())
        erase(erasure.pk, at=timezone.now())
        erasure.refresh_from_db()
        assert erasure.state == Erasure.State.LAKE
        counts = erase_rows_of_the_lake(place, people=erasure.people, subjects=erasure.subjects)
        complete(erasure, counts, at=timezone.now())

        assert singing_rows() == {}
        assert singing_files(place) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event DROP CONSTRAINT poison")
    found = signed_in(ada).get(f"/people/?q={CANARY[:6]}&reach=everybody").content.decode()
    assert CANARY not in found
    assert list(Person.objects.filter(full_name__gt="")) == [other]
    contract = Contract.objects.get()
    assert (contract.person.full_name, contract.subject.kind) == ("", "device")
    erasure.refresh_from_db()
    assert (erasure.state, erasure.people, erasure.subjects, erasure.marks) == ("done", [], [], [])
    assert erasure.counts["lifecycle_lead"] == 3
    assert erasure.counts["lake.events"] > 0
    assert {"parked arrivals", "suspected submissions", "notices", "audit texts"} <= erasure.counts.keys()
    text = file_of_tombstones().read_text().lower()
    assert [song for song in SONGS if song in text] == []
    assert AuditEntry.objects.filter(action="privacy.erased", actor=ada).exists()
    assert SubjectRequest.objects.get().said == ""


@pytest.mark.django_db
def test_each_place_of_a_certificate_has_a_name_for_people() -> None:
    assert sweeps().keys() <= PLACES.keys()


def test_a_number_in_the_fields_of_a_company_or_of_somebody_else_goes(company, ada) -> None:
    zhou, other, account = make_person("周思远", keys=[phone("+8613900010001")]), make_person("Other"), make_account()
    fields = {
        about: add_field(
            about=about, kind="text", code="note", described=Described(name_zh="备注", name_en="Note"), by=ada, at=NINE
        )
        for about in ("person", "account")
    }
    fill_in_person(person=other, values={fields["person"]: "Husband: 139-0001-0001"}, by=ada, at=NINE)
    fill_in_account(account=account, values={fields["account"]: "call 13900010001"}, by=ada, at=NINE)
    fill_in_account(account=account, values={fields["account"]: "gate 2"}, by=ada, at=LATER)
    add_rule(text="139 0001 0001", kind=OwnKind.TEST, by=ada, at=NINE)

    erasure = ask_for_erasure(person=zhou, by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())

    assert not FieldValue.objects.filter(field="custom:note").exists()
    assert not PersonCustomValue.objects.exists()
    assert [fact.value for fact in AccountFact.objects.filter(field="custom:note")] == ["gate 2"]
    assert AccountCustomValue.objects.get().text == "gate 2"
    erasure.refresh_from_db()
    assert (erasure.counts["custom fields of others"], erasure.counts["rules of own people"]) == (2, 1)


@pytest.mark.django_db
def test_what_stands_in_texts_goes_however_it_is_written_and_nobody_elses(company, ada, data_dir) -> None:
    zhang = make_person(keys=[phone(f"+86{NUMBER}"), email("zhang_wei@example.com")])
    theirs = ["139 8765-0001", "Zhang_Wei@Example.com"]
    others = ["139 8765 0002", "zhang.wei@example.com"]
    run = PeopleImport.objects.create(by=ada, created_at=NINE, file_name="list.csv", is_workbook=False)
    for number, text in enumerate([*theirs, *others]):
        AuditEntry.objects.create(at=NINE, action="test", detail={"said": text})
        FaultyRow.objects.create(run=run, number=number, cells=[text], problems=[], is_imported=False)

    erasure = ask_for_erasure(person=zhang, by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())

    told = AuditEntry.objects.filter(action="test").order_by("pk")
    assert [entry.detail.get("said", "") for entry in told] == ["", "", *others]
    assert [row.cells for row in FaultyRow.objects.order_by("pk")] == [[text] for text in others]


@pytest.mark.django_db
def test_an_erasure_that_was_cut_off_goes_on_where_it_was(company, ada, data_dir) -> None:
    her = make_person(keys=[phone(f"+86{NUMBER}"), email(MAIL)])
    erasure = ask_for_erasure(person=her, by=ada, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut off'; END $$;"
            " CREATE TRIGGER cut_off BEFORE DELETE ON people_identifier FOR EACH ROW EXECUTE FUNCTION no()"
        )
    with pytest.raises(DatabaseError, match="cut off"):
        erase(erasure.pk, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER cut_off ON people_identifier")
    assert Person.objects.filter(pk=her.pk).exists()
    erase(erasure.pk, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    erasure.refresh_from_db()
    assert not Person.objects.exists()
    assert erasure.counts["people_identifier"] == 2
    assert erasure.counts["people_fieldvalue"] == 1
    assert len(list(tombstones())) == 1
    assert ProcrastinateJob.objects.filter(task_name="privacy.clear_lake").count() == 1


@pytest.mark.django_db
def test_nobody_is_erased_twice_at_once(company, ada, data_dir) -> None:
    her = make_person()
    ask_for_erasure(person=her, by=ada, at=timezone.now())
    with pytest.raises(ErasureRuns):
        ask_for_erasure(person=her, by=ada, at=timezone.now())


@pytest.mark.django_db
def test_whoever_was_seen_with_them_is_as_a_rebuild_would_make_them(company, ada, data_dir) -> None:
    """A computer that two people shared is the other's alone when one of them is erased."""
    hers, his, shared = phone(f"+86{NUMBER}"), phone("+8613911110002"), cookie("shared")
    for key in (hers, his):
        make_person(keys=[key])
    with transaction.atomic():
        observe_many([seen(hers, shared), seen(his, shared, email("li@example.com"))], at=NINE)
    assert Identifier.objects.get(kind="cookie").is_shared
    erasure = ask_for_erasure(person=person_of(hers), by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    assert person_of(his) == person_of(email("li@example.com")) == person_of(shared)
    assert check().is_equal


@pytest.mark.django_db
def test_a_restored_backup_brings_nobody_back(company, ada, data_dir) -> None:
    keys = [phone(f"+86{NUMBER}"), email(MAIL)]
    her = make_person(keys=keys, at=NINE)
    erasure = ask_for_erasure(person=her, by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    Erasure.objects.all().delete()  # the backup knows nothing of it,
    make_person(keys=keys, at=NINE)  # and still has her
    fresh = make_person(keys=[email("new@example.com")], at=timezone.now())

    assert replay(at=timezone.now()) == 1
    again = Erasure.objects.get()
    assert (again.cause, again.public_id) == ("replayed", erasure.public_id)
    erase(again.pk, at=timezone.now())
    assert list(Person.objects.all()) == [fresh]
    assert replay(at=timezone.now()) == 0


@pytest.mark.django_db
def test_whoever_comes_again_after_the_erasure_is_not_erased_by_an_old_tombstone(company, ada, data_dir) -> None:
    key = email(MAIL)
    erasure = ask_for_erasure(person=make_person(keys=[key], at=NINE), by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    Erasure.objects.all().delete()
    anew = make_person(keys=[key], at=timezone.now() + timedelta(seconds=1))
    assert replay(at=timezone.now()) == 0
    assert list(Person.objects.all()) == [anew]
    assert Erasure.objects.get().state == "done"


def decided_about(contract: Contract) -> None:
    hold([contract.subject_id])
    she = {"subject_id": contract.subject_id, "person_id": contract.person_id}
    said = {"channel": ANY, "purpose": ANY, "state": ConsentState.WITHDRAWN, "source": "preferences"}
    decide_many([Decision(**she, **said, assurance=Assurance.VERIFIED, at=LATELY)])


def moved_on(contract: Contract) -> None:
    locked = Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    step_contracts([locked], to=ContractStage.ONBOARDING, by=None, at=LATELY)


def scored_anew(contract: Contract) -> None:
    rescore([contract.person_id], LATELY)
    assert PersonScore.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [decided_about, moved_on, scored_anew])
def test_what_is_written_of_somebody_while_they_are_erased_does_not_outlive_them(
    act, company, xu, ada, data_dir
) -> None:
    contract = make_contract(xu)
    PersonScore.objects.all().delete()  # so that one is added
    erasure = ask_for_erasure(person=contract.person, by=ada, at=timezone.now())
    has_written = threading.Event()

    def write() -> None:
        with transaction.atomic():
            act(contract)
            has_written.set()
            wait_until_somebody_waits()

    def erase_her() -> None:
        has_written.wait(20)
        erase(erasure.pk, at=timezone.now())

    at_once(write, erase_her)
    erasure.refresh_from_db()
    assert erasure.state == Erasure.State.LAKE
    assert check().is_equal
    assert not Consent.objects.exists()
    assert not StageVisit.objects.filter(subject=contract.subject_id).exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_of_somebody_who_is_just_being_erased_finds_them_gone(
    company, ada, monkeypatch, data_dir
) -> None:
    her, account = make_person("Her"), make_account()
    asked = ask_for_erasure(person=her, by=ada, at=timezone.now())
    is_going, erase_who = threading.Event(), erasing.erase_identity

    def wait_and_erase_who(*given: Any, **options: Any) -> dict[str, int]:
        is_going.set()
        wait_until_somebody_waits()
        return erase_who(*given, **options)

    monkeypatch.setattr(erasing, "erase_identity", wait_and_erase_who)

    def name_her() -> None:
        is_going.wait(20)
        name_member(account=account, person=her, place=PlaceOfWork(title="Buyer"), by=ada, at=LATELY)

    def score_her() -> None:
        is_going.wait(20)
        with transaction.atomic():
            rescore([her.pk], LATELY)

    told = at_once(lambda: erase(asked.pk, at=timezone.now()), name_her, score_her)
    assert isinstance(told[1], NobodyToName)
    assert check().is_equal
    for model in (PersonScore, Affiliation, Person):
        assert not model._default_manager.exists()
