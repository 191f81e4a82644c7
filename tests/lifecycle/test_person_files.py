"""Files that belong to a person: who opens them, and what becomes of them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from tests.cast import NINE, make_lead, make_person, phone, seen, signed_in
from wutong.lifecycle.models import PersonFile
from wutong.lifecycle.person_files import add_file
from wutong.people.identity import observe_many
from wutong.people.models import Person
from wutong.platform.files import path_of, visible_to
from wutong.platform.models import AuditEntry, Staff, StoredFile
from wutong.privacy.copy import write_copy
from wutong.privacy.erasure import ask_for_erasure, erase

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

HERS, HIS = phone("+8613911110001"), phone("+8613911110002")


def pdf(name: str = "card.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 " + name.encode())


@pytest.fixture
def her(north) -> Person:
    person = make_person("周思远", keys=[HERS])
    make_lead(person=person)
    return person


def test_a_file_stands_on_the_page_and_whoever_sees_the_person_opens_it(
    her: Person, mei: Staff, lin: Staff, zhou: Staff
) -> None:
    page = f"/people/{her.public_id}/"
    assert signed_in(mei).post(f"{page}files/", {"file": pdf()}).status_code == 302

    stored = PersonFile.objects.get().file
    files = StoredFile.objects.filter(pk=stored.pk)
    assert "card.pdf" in signed_in(lin).get(f"{page}rest/").content.decode()
    assert [one for one in (mei, lin, zhou) if files & visible_to(one)] == [mei, lin]

    signed_in(lin).post(f"{page}files/remove/", {"file": str(stored.public_id)})
    assert [one for one in (mei, lin) if files & visible_to(one)] == [mei]  # who uploaded it keeps it
    assert {"people.file_added", "people.file_removed"} <= {entry.action for entry in AuditEntry.objects.all()}


def test_what_is_no_file_is_refused_with_the_way_back(her: Person, mei: Staff) -> None:
    for given in ({}, {"file": SimpleUploadedFile("run.exe", b"MZ")}):
        assert signed_in(mei).post(f"/people/{her.public_id}/files/", given).status_code == 409
    assert not PersonFile.objects.exists()


def test_a_file_follows_its_person_through_a_merge(her: Person, mei: Staff) -> None:
    him = make_person("Him", keys=[HIS])
    add_file(person=him, file=pdf(), by=mei, at=NINE)
    with transaction.atomic():
        observe_many([seen(HERS, HIS)], at=NINE)
    assert PersonFile.objects.get().person == her


def test_whoever_gets_a_copy_of_what_is_held_gets_their_files(her: Person, mei: Staff, ada: Staff) -> None:
    add_file(person=her, file=pdf(), by=mei, at=NINE)
    into = io.BytesIO()
    write_copy(person=her, into=into, by=ada, at=NINE)
    with zipfile.ZipFile(into) as archive:
        assert archive.read("files/1-card.pdf").startswith(b"%PDF-1.7")


def test_what_is_in_a_file_goes_with_whoever_is_erased(her: Person, mei: Staff, ada: Staff) -> None:
    other = make_person("Him", keys=[HIS])
    digests = [add_file(person=one, file=pdf(f"{one.pk}.pdf"), by=mei, at=NINE).file.digest for one in (her, other)]
    erasure = ask_for_erasure(person=her, by=ada, at=timezone.now())
    erase(erasure.pk, at=timezone.now())
    assert [path_of(digest).exists() for digest in digests] == [False, True]
    assert StoredFile.objects.get().digest == digests[1]
