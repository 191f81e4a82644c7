"""Correcting title or company of many people at once, as :mod:`wutong.lifecycle.correcting` does of one."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.correcting import employ
from wutong.lifecycle.fields_of_many import Plan, planned, refuse_too_many
from wutong.lifecycle.seen import refuse_unseen
from wutong.people import lane
from wutong.people.accounts import Employment
from wutong.people.facts import Statement, refresh_people, standing, state_many
from wutong.people.models import Assurance, FieldValue, Person
from wutong.people.reassign import redo_sums
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.models import Staff

FACTS = {"title": pgettext_lazy("field", "Title"), "company": pgettext_lazy("field", "Company")}
"""What many may have in common."""


def plan_for_facts(people: Collection[int], fact: str, value: str, *, only_empty: bool) -> Plan:
    """What it would do to set ``fact``, one of :data:`FACTS`, of ``people``, by id."""
    held = _standing(people)
    return planned(
        {pk: said[fact].value if fact in said else "" for pk, said in held.items()},
        value,
        only_empty=only_empty,
        reachable=strongest_subjects(people),
        verified={pk for pk, said in held.items() if fact in said and said[fact].assurance == Assurance.VERIFIED},
    )


def correct_many(
    people: Sequence[int],
    fact: str,
    value: str,
    *,
    only_empty: bool = False,
    by: Staff,
    at: datetime,
    seen: str = "",
) -> Plan:
    """Keep what a colleague says of ``people``, by id. Returns what that did.

    Args:
        only_empty: leave alone of whom somebody has said something.
        seen: the mark of the plan that was shown.

    Raises:
        TooManyToSet, ChangedMeanwhile: nothing is changed then.
    """
    refuse_too_many(people)
    with transaction.atomic(durable=True):
        lane.share()
        locked = Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
        rows = {person.pk: person for person in locked.defer("search_keys")}
        plan = plan_for_facts(list(rows), fact, value, only_empty=only_empty)
        refuse_unseen(seen, plan.mark)
        subjects, source = strongest_subjects(plan.changed), f"staff:{by.public_id}"
        state_many(
            [
                Statement(
                    subject_id=subjects[pk],
                    person_id=pk,
                    field=fact,
                    value=value,
                    source=source,
                    assurance=Assurance.STAFF,
                    observed_at=at,
                )
                for pk in plan.changed
            ]
        )
        if fact == "company":
            now = _standing(plan.changed)
            employ(
                [
                    Employment(
                        subject_id=subjects[pk],
                        person_id=pk,
                        company=value,
                        title=now[pk]["title"].value if "title" in now[pk] else "",
                        source=source,
                        assurance=Assurance.STAFF,
                    )
                    for pk in plan.changed
                ],
                at=at,
            )
        refresh_people(plan.changed)
        redo_sums(plan.changed, at=at)
        for pk in plan.changed:
            record("people.facts_corrected", actor=by, subject=rows[pk], at=at, fields=[fact])
    return plan


def _standing(people: Collection[int]) -> dict[int, dict[str, FieldValue]]:
    """What counts of each of ``people``, by id and fact."""
    said: dict[int, list[FieldValue]] = {pk: [] for pk in people}
    for one in FieldValue.objects.filter(person__in=list(said), field__in=list(FACTS)):
        said[one.person_id].append(one)
    return {pk: standing(ones) for pk, ones in said.items()}
