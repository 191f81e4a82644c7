"""The merged timeline of several people, as a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone, translation

from wutong.lifecycle.acts import FILTERS, Act, Cursor, Only
from wutong.lifecycle.timeline import timeline_of_people
from wutong.people.models import Person
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest

MOST_PEOPLE = 50


@dataclass(frozen=True)
class Told:
    """An act and whose it is."""

    act: Act
    person: Person | None


@dataclass(frozen=True)
class Activity:
    """A page of days with what was done. ``older`` is the cursor of the next page, empty at the end."""

    days: list[tuple[date, list[Told]]]
    older: str


def activity_of(request: StaffRequest, people: Sequence[Person]) -> Activity:
    """What ``people``, who are in the reader's sight, and we did; the address says before when and what to look for."""
    shown = people[:MOST_PEOPLE]
    if not shown:
        return Activity([], "")
    get = request.GET
    which = get.get("which", "all")
    timeline = timeline_of_people(
        shown,
        viewer=request.user,
        language=translation.get_language() or "zh-hans",
        zone=timezone.get_current_timezone(),
        after=Cursor.read(get.get("before", "")),
        which=which if which in FILTERS else "all",
        only=Only(channel=get.get("channel", ""), kind=get.get("kind", ""), by=uuid_or_none(get.get("by", ""))),
    )
    named = {person.pk: person for person in shown}
    days = [(day.on, [Told(act, named.get(act.person_id)) for act in day.acts]) for day in timeline.days]
    return Activity(days, timeline.older)
