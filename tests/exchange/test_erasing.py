"""Somebody who is erased stands in no file of an import or an export any more."""

from datetime import datetime

import pytest
from django.utils import timezone

from tests.cast import NINE, make_person, person_of, phone
from tests.exchange.cast import HEADINGS, LI, ZHOU, as_csv, imported, started, uploaded
from wutong.exchange import reading, running
from wutong.exchange.correcting import correct_rows
from wutong.exchange.exports import begin_export, write_export
from wutong.exchange.models import Export, PeopleImport
from wutong.exchange.places import rows_path
from wutong.exchange.running import run_import
from wutong.people.models import Person
from wutong.platform.files import path_of
from wutong.platform.models import SavedView, Staff, StoredFile
from wutong.privacy.erasure import ask_for_erasure, erase
from wutong.privacy.models import Erasure

pytestmark = pytest.mark.django_db
OTHER = ("钱", "13900010003", "", "", "", "")


def erased(person: Person, by: Staff) -> Erasure:
    erasure = ask_for_erasure(person=person, by=by, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    erasure.refresh_from_db()
    return erasure


def test_the_file_of_an_import_that_has_ended_goes(ada: Staff) -> None:
    run = imported(ZHOU, LI, by=ada)
    skipped = imported(ZHOU, by=ada, known=PeopleImport.Known.SKIP)
    other = imported(OTHER, by=ada)
    files = [path_of(one.file.digest) for one in (run, skipped) if one.file is not None]

    erasure = erased(person_of(phone("+8613900010001")), ada)

    assert erasure.counts["files of imports"] == 2
    assert not any(path.exists() for path in [*files, rows_path(run), rows_path(skipped)])
    other.refresh_from_db()
    assert other.file is not None
    assert path_of(other.file.digest).exists()


def test_rows_that_were_read_before_an_erasure_are_not_entered_after_it(
    ada: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", dict.fromkeys(reading.BATCH, 1))
    zhou = make_person("周思远", keys=[phone("+8613900010001")])
    run = started(LI, ZHOU, OTHER, by=ada)

    def erase_after_the_first_batch(point: str) -> None:
        if point == "import_batch" and Person.objects.filter(pk=zhou.pk).exists():
            erased(zhou, ada)

    monkeypatch.setattr(running, "failpoint", erase_after_the_first_batch)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    assert (run.state, run.created, run.faulty) == ("done", 2, 1)
    assert sorted(Person.objects.values_list("full_name", flat=True)) == ["李梅", "钱"]


def test_of_an_import_to_come_the_rows_about_them_are_emptied(ada: Staff) -> None:
    zhou = make_person("周思远", keys=[phone("+8613900010001")])
    spaced = (ZHOU[0], "139 0001 0001", *ZHOU[2:])
    run = started(spaced, LI, by=ada)
    uploaded(as_csv(HEADINGS, spaced), ada)  # a draft
    draft = uploaded(as_csv(HEADINGS, ZHOU), ada)
    correct_rows(run=draft, given={2: {1: "13900010009", 2: ""}}, by=ada, at=NINE)

    assert erased(zhou, ada).counts["files of imports"] == 3
    assert "13900010009" not in rows_path(draft).read_text()
    assert not draft.corrected.exists()

    assert not StoredFile.objects.exists()
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    assert (run.state, run.created, run.faulty) == ("done", 1, 1)
    assert person_of(phone("+8613900010002")).full_name == "李梅"


@pytest.mark.parametrize("kind", [Export.Format.CSV, Export.Format.XLSX])
def test_exported_files_go_that_name_them(ada: Staff, kind: Export.Format) -> None:
    imported(ZHOU, by=ada)
    imported(OTHER, by=ada)
    all_of_them = begin_export(what="people", conditions="", kind=kind, by=ada, at=NINE)
    others = begin_export(what="people", conditions="q=钱", kind=kind, by=ada, at=NINE)

    assert erased(person_of(phone("+8613900010001")), ada).counts["files of exports"] == 1
    all_of_them.refresh_from_db()
    others.refresh_from_db()
    assert all_of_them.file is None
    assert others.file is not None


def test_who_is_erased_while_a_file_is_written_does_not_stand_in_it(ada: Staff) -> None:
    zhou = make_person("周思远", keys=[phone("+8613900010001")])
    make_person("钱")
    export = Export.objects.create(by=ada, at=NINE, what="people", format="csv", language="en")

    def erase_once_it_is_written() -> datetime:
        if Person.objects.filter(pk=zhou.pk).exists():
            erased(zhou, ada)
        return NINE

    write_export(export.pk, now=erase_once_it_is_written)

    export.refresh_from_db()
    assert (export.state, export.rows) == ("done", 1)
    assert export.file is not None
    assert "周思远" not in path_of(export.file.digest).read_text()


def test_what_a_list_was_searched_for_goes_from_its_exports_and_views(ada: Staff) -> None:
    zhou = make_person("周思远", keys=[phone("+8613900010001")])
    done = begin_export(what="people", conditions="q=周思远&sort=name", kind=Export.Format.CSV, by=ada, at=NINE)
    waiting = Export.objects.create(
        by=ada, at=NINE, what="people", conditions="q=139 0001 0001", format="csv", language="en"
    )
    for name, query in (("A", "q=周思远&sort=name"), ("139-0001-0001", "cf.note=13900010001"), ("Others", "q=周思")):
        SavedView.objects.create(list="people", name=name, query=query, owner=ada, changed_at=NINE)

    counts = erased(zhou, ada).counts

    assert (counts["files of exports"], counts["searches in saved views"]) == (3, 2)
    write_export(waiting.pk, now=lambda: NINE)
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.conditions, waiting.conditions, waiting.state, waiting.file) == ("", "", "failed", None)
    assert list(SavedView.objects.order_by("pk").values_list("query", flat=True)) == ["sort=name", "", "q=周思"]
    assert not SavedView.objects.filter(name__contains="139").exists()
