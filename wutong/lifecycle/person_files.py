"""Files that belong to a person."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wutong.lifecycle.field_values import NothingKnownOfThem
from wutong.lifecycle.models import PersonFile
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.holdings import Whom
from wutong.people.models import Person
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.files import Upload, forget, path_of, store
from wutong.platform.models import Staff, StoredFile
from wutong.platform.permissions import may

_SHOWN = 50


def files_of_people(staff: Staff) -> QuerySet[Any, Any]:
    """Keys of the stored files that belong to people in the sight of ``staff``."""
    if not may(staff, "people.read"):
        return PersonFile.objects.none().values("file")
    return PersonFile.objects.filter(person__in=people_visible_to(staff).order_by().values("pk")).values("file")


def add_file(*, person: Person, file: Upload, by: Staff, at: datetime) -> PersonFile:
    """Put a file with a person.

    Raises:
        FileTooLarge, FileNotTaken: see :func:`wutong.platform.files.store`.
        NothingKnownOfThem: see there.
    """
    stored = store(file=file, by=by, at=at)
    try:
        return _put_with(person, stored, by=by, at=at)
    except NothingKnownOfThem:  # whoever has just been erased leaves no file with a colleague
        with transaction.atomic(durable=True):
            forget(stored)
        raise


def _put_with(person: Person, stored: StoredFile, *, by: Staff, at: datetime) -> PersonFile:
    with transaction.atomic(durable=True):
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # a merge waits for what is said of them
        subject = strongest_subjects([person.pk]).get(person.pk)
        if subject is None:
            raise NothingKnownOfThem
        added = PersonFile.objects.create(subject_id=subject, person=person, file=stored, at=at)
        record("people.file_added", actor=by, subject=person, at=at, file=str(stored.public_id))
    return added


def remove_file(*, file: PersonFile, by: Staff, at: datetime) -> None:
    """Take a file from its person; who uploaded it keeps it."""
    with transaction.atomic(durable=True):
        PersonFile.objects.filter(pk=file.pk).delete()
        record("people.file_removed", actor=by, subject=file.person, at=at, file=str(file.file.public_id))


def card_of_person(staff: Staff, person: Person) -> dict[str, Any]:
    """The card on a person's page."""
    files = PersonFile.objects.filter(person=person).select_related("file__uploaded_by").order_by("-at", "-pk")
    return {"person": person, "files": files[:_SHOWN], "may_add": may(staff, "leads.enter")}


def contents_of(whom: Whom) -> list[tuple[str, Path]]:
    """Names and places of the files of somebody, for the copy that they get."""
    theirs = PersonFile.objects.filter(subject__in=whom.subjects).select_related("file").order_by("at", "pk")
    return [(one.file.name, path_of(one.file.digest)) for one in theirs]


def erase_files(whom: Whom) -> int:
    """Remove the files of somebody who is erased, with what is in them. Returns how many."""
    theirs = PersonFile.objects.filter(subject__in=whom.subjects).select_related("file")
    for one in theirs:
        with transaction.atomic():
            one.delete()
            forget(one.file)
    return len(theirs)
