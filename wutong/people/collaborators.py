"""Letting colleagues see a person whose leads are somebody else's, and taking it back."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.people.models import Person, PersonCollaborator
from wutong.people.own import NobodyToMark
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal


class CannotSeePeople(Refusal):
    code = "cannot_see_people"
    message = _("%(name)s has left or works with no people. Choose another colleague.")


class LetInAlready(Refusal):
    code = "let_in_already"
    message = _("%(name)s works on this person already.")


class NotLetIn(Refusal):
    code = "not_let_in"
    message = _("%(name)s no longer works on this person. Reload the page.")


def let_in(*, person: Person, staff: Staff, by: Staff, at: datetime) -> None:
    """Let ``staff`` see ``person``, and tell them.

    Raises:
        CannotSeePeople, LetInAlready, NobodyToMark: see there.
    """
    if not may(staff, "people.read"):
        raise CannotSeePeople(name=staff.full_name)
    with transaction.atomic(durable=True):
        subject = strongest_subjects([person.pk]).get(person.pk)
        if subject is None:
            raise NobodyToMark
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two who let the same one in queue here
        if PersonCollaborator.objects.filter(person=person, staff=staff).exists():
            raise LetInAlready(name=staff.full_name)
        PersonCollaborator.objects.create(subject_id=subject, person=person, staff=staff, by=by, at=at)
        if staff != by:
            notify_many([_notice(person, staff=staff, by=by)], at=at)
        record("people.collaborator_added", actor=by, subject=person, at=at, staff=str(staff.public_id))


def show_out(*, person: Person, staff: Staff, by: Staff, at: datetime) -> None:
    """Take it back. Whoever sees the person for another reason goes on seeing them.

    Raises:
        NotLetIn: see there.
    """
    with transaction.atomic(durable=True):
        gone, _rows = PersonCollaborator.objects.filter(person=person, staff=staff).delete()
        if not gone:
            raise NotLetIn(name=staff.full_name)
        record("people.collaborator_removed", actor=by, subject=person, at=at, staff=str(staff.public_id))


def collaborators_of(person: Person) -> list[PersonCollaborator]:
    """Those who were let in, the first first; once each, however many identifiers brought them along by merges."""
    first = {one.staff_id: one for one in reversed(_let_in_to(person.pk))}
    return sorted(first.values(), key=lambda one: (one.at, one.pk))


@ready_made
def _let_in_to(person: int) -> QuerySet[PersonCollaborator]:
    return PersonCollaborator.objects.filter(person=person).select_related("staff", "by").order_by("at", "pk")


def _notice(person: Person, *, staff: Staff, by: Staff) -> Notice:
    return Notice(
        staff_id=staff.pk,
        kind="person_shared",
        group=f"person:{person.public_id}",
        url=f"/people/{person.public_id}/",
        params={"by": by.full_name, "name": person.full_name or "—", "company": person.company_name},
    )
