"""One person's acts and ours, newest first, over all channels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from wutong.lifecycle.acts import EVERYTHING, Act, Cursor, LeadInSight, Only, Wanted
from wutong.lifecycle.acts_of_events import acts_of_events
from wutong.lifecycle.acts_of_ours import acts_of_ours
from wutong.lifecycle.models import Lead
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.people.models import Person
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made

PAGE = 50


@dataclass(frozen=True)
class Day:
    """The acts of one day in the reader's zone."""

    on: date
    acts: list[Act]


@dataclass(frozen=True)
class Timeline:
    """A page of it. ``older`` is the cursor of the next page, empty at the end."""

    days: list[Day]
    older: str


def timeline_of(
    person: Person,
    *,
    viewer: Staff,
    language: str,
    zone: ZoneInfo,
    after: Cursor | None = None,
    which: str = "all",
    only: Only = EVERYTHING,
    leads: Iterable[Lead] | None = None,
) -> Timeline:
    """Up to :data:`PAGE` acts of ``person``, or those after a page, folded. Bounded queries, whatever the history.

    Args:
        viewer: contacts and stages of leads that this colleague may not see, and acts on websites of other parts of
            the business, are left out.
        which: one of :data:`acts.FILTERS`.
        only: what to look for.
        leads: all of the person's that ``viewer`` sees, where the caller has them.
    """
    known = None if leads is None else {lead.pk: LeadInSight(person.pk, lead.stage) for lead in leads}
    return _timeline([person], known, viewer=viewer, language=language, zone=zone, after=after, which=which, only=only)


def timeline_of_people(
    people: Sequence[Person],
    *,
    viewer: Staff,
    language: str,
    zone: ZoneInfo,
    after: Cursor | None = None,
    which: str = "all",
    only: Only = EVERYTHING,
) -> Timeline:
    """The timelines of several ``people`` (those of a company, of a deal) as one; see :func:`timeline_of`.

    Args:
        people: in the sight of ``viewer``; that is for the caller to see to.
    """
    return _timeline(people, None, viewer=viewer, language=language, zone=zone, after=after, which=which, only=only)


def _timeline(
    people: Sequence[Person],
    leads: Mapping[int, LeadInSight] | None,
    *,
    viewer: Staff,
    language: str,
    zone: ZoneInfo,
    after: Cursor | None,
    which: str,
    only: Only,
) -> Timeline:
    # Their leads first, each part then begins with those: to tell again in each which are in sight took half its time.
    if leads is None:
        found = _leads_of(viewer_of(viewer), [person.pk for person in people])
        leads = {pk: LeadInSight(person_id, stage) for pk, person_id, stage in found}
    until, shown = (after.at, after.shown) if after is not None else (None, 0)
    wanted = Wanted(until=until, most=PAGE + 1 + shown, which=which, only=only)
    acts = [
        *acts_of_events(people, leads, wanted, viewer=viewer, language=language),
        *acts_of_ours(leads, wanted),
    ]
    acts.sort(key=lambda act: (act.at, act.is_ours, act.key), reverse=True)  # what we do answers what they did
    if after is not None:
        acts = acts[min(after.shown, sum(act.at == after.at for act in acts)) :]
    page = acts[:PAGE]
    older = str(_end(page, after)) if len(acts) > PAGE else ""
    days = [
        Day(on, list(_folded(list(of_day))))
        for on, of_day in groupby(page, key=lambda act: act.at.astimezone(zone).date())
    ]
    return Timeline(days, older)


@ready_made
def _leads_of(viewer: Viewer, people: list[int]) -> QuerySet[Lead, tuple[int, int, str]]:
    leads = Lead.objects.visible_to(viewer.staff).filter(person__among=people)
    return leads.values_list("pk", "person_id", "stage")


def _end(page: list[Act], after: Cursor | None) -> Cursor:
    at = page[-1].at
    before = after.shown if after is not None and after.at == at else 0
    return Cursor(at, before + sum(act.at == at for act in page))


def _folded(acts: list[Act]) -> Iterator[Act]:
    for _key, alike in groupby(acts, key=_alike):
        group = list(alike)
        first = group[0]
        yield first if len(group) == 1 else replace(first, count=len(group))


def _alike(act: Act) -> tuple[str, bool, int]:
    return (act.fold, act.is_anonymous, act.person_id) if act.fold else (act.key, False, 0)
