"""One person's acts and ours, newest first, over all channels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, Exists, Q, QuerySet, When
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.events.models import Event, Site
from wutong.events.pages import page_name
from wutong.events.taxonomy import TAXONOMY, label
from wutong.events.touch import CHANNELS
from wutong.lifecycle.assignment import why
from wutong.lifecycle.models import Assignment, Contract, FollowUp, HandOver, Lead, Stage, StageVisit
from wutong.lifecycle.person_leads import latest_hand_overs
from wutong.lifecycle.reasons import reason_in_words
from wutong.people.models import FieldValue, IdentifierKind, Person
from wutong.platform.models import ApiKey, Staff

PAGE = 50
FILTERS = ("all", "theirs", "ours")
KINDS = {
    "reading": pgettext_lazy("timeline", "Reading"),
    "forms": pgettext_lazy("timeline", "Forms"),
    "contacts": pgettext_lazy("timeline", "Contacts"),
    "notes": pgettext_lazy("timeline", "Notes"),
    "stages": pgettext_lazy("timeline", "Stages and hand-overs"),
    "deals": pgettext_lazy("timeline", "Deals and contracts"),
}
"""What sorts of acts one can look for."""
_EVENTS_OF = {
    "reading": ("page_viewed", "link_clicked"),
    "forms": ("form_started", "form_submitted", "lead_submitted", "lead_entered", "consent_given", "consent_refused"),
    "contacts": (),
    "notes": (),
    "stages": (),
    "deals": ("opportunity_opened", "opportunity_moved", "opportunity_closed", "contract_started"),
}
_HIDDEN = (
    "page_beat",
    "page_left",
    "first_contact",
    "follow_up",
    "stage_entered",
    "lead_created",
    "lead_assigned",
    "lead_handed_over",
    "lead_returned",
)
"""Told by another line: beats by their page view, what colleagues did by its own row."""
_TOLD = ("lead_submitted", "lead_entered")
"""What somebody wrote to another system of ours, or said to a colleague, stands with it."""
_OURS = [name for name, kind in TAXONOMY.items() if kind.ours]
_ICONS = {
    "page_viewed": "eye",
    "lead_submitted": "inbox",
    "lead_entered": "user-plus",
    "link_clicked": "link",
    "form_started": "forms",
    "form_submitted": "forms",
    "consent_given": "shield-check",
    "consent_refused": "shield-x",
    "call": "phone",
    "chat": "message",
    "mail": "mail",
    "visit": "map-pin",
    "note": "note",
    "opportunity_opened": "briefcase",
    "opportunity_moved": "briefcase",
    "opportunity_closed": "briefcase",
    "contract_started": "file-text",
    "tag_added": "flag",
    "tag_removed": "flag",
}
DEAL_STAGES = {
    "discover": pgettext_lazy("opportunity stage", "Discover"),
    "confirm": pgettext_lazy("opportunity stage", "Confirm"),
    "propose": pgettext_lazy("opportunity stage", "Propose"),
    "negotiate": pgettext_lazy("opportunity stage", "Negotiate"),
    "won": pgettext_lazy("opportunity stage", "Won"),
    "lost": pgettext_lazy("opportunity stage", "Lost"),
    "invalid": pgettext_lazy("opportunity stage", "Invalid"),
}
"""Stages of deals as events name them; deals themselves are a package above."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One line of the timeline."""

    at: datetime
    key: str
    icon: str
    title: str
    body: str = ""
    who: str = ""
    href: str = ""
    is_ours: bool = False
    is_anonymous: bool = False
    count: int = 1
    fold: str = ""
    """Neighbours with the same text here are shown as one line."""
    person_id: int = 0
    """Whose timeline it belongs to, for one merged from several."""


@dataclass(frozen=True)
class Day:
    """The acts of one day in the reader's zone."""

    on: date
    acts: list[Act]


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the instant of its last act, and how many acts of that very instant were shown by then."""

    at: datetime
    shown: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor that ``str()`` wrote; None for anything else."""
        at_text, _mark, shown = text.replace(" ", "+").partition("~")
        try:
            at = datetime.fromisoformat(at_text)
        except ValueError:
            return None
        if at.tzinfo is None or not (shown.isascii() and shown.isdecimal() and len(shown) < 6):
            return None
        return cls(at, int(shown))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.shown}"


@dataclass(frozen=True, kw_only=True)
class Only:
    """What a reader looks for: acts of one channel, one kind (of :data:`KINDS`), one colleague. Empty: of all."""

    channel: str = ""
    kind: str = ""
    by: UUID | None = None

    def takes(self, *kinds: str) -> bool:
        return self.kind in (*kinds, "") or self.kind not in KINDS


EVERYTHING = Only()


@dataclass(frozen=True)
class Timeline:
    """A page of it. ``older`` is the cursor of the next page, empty at the end."""

    days: list[Day]
    older: str


class _Lead(NamedTuple):
    """What is needed of a lead in sight."""

    person_id: int
    stage: str


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
        which: one of :data:`FILTERS`.
        only: what to look for.
        leads: all of the person's that ``viewer`` sees, where the caller has them.
    """
    known = None if leads is None else {lead.pk: _Lead(person.pk, lead.stage) for lead in leads}
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
    leads: Mapping[int, _Lead] | None,
    *,
    viewer: Staff,
    language: str,
    zone: ZoneInfo,
    after: Cursor | None,
    which: str,
    only: Only,
) -> Timeline:
    acts: list[Act] = []
    # Their leads first, each part then begins with those: to tell again in each which are in sight took half its time.
    if leads is None:
        found = Lead.objects.visible_to(viewer).filter(person__in=people).values_list("pk", "person_id", "stage")
        leads = {pk: _Lead(person_id, stage) for pk, person_id, stage in found}
    if only.by is None and only.takes(*(kind for kind, names in _EVENTS_OF.items() if names)):
        acts += _events(people, leads, viewer=viewer, after=after, language=language, which=which, only=only)
    if which != "theirs" and not only.channel:
        if only.takes("contacts", "notes"):
            acts += _follow_ups(leads, after=after, only=only)
        if only.takes("stages"):
            acts += _stages(leads, after=after, only=only)
            acts += _hand_overs(leads, after=after, only=only)
            acts += _assignments(leads, after=after, only=only)
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


def _end(page: list[Act], after: Cursor | None) -> Cursor:
    at = page[-1].at
    before = after.shown if after is not None and after.at == at else 0
    return Cursor(at, before + sum(act.at == at for act in page))


def _upto(rows: QuerySet[Any], field: str, after: Cursor | None, *within_instant: Any) -> QuerySet[Any]:
    """The newest rows that a page may need, in the order in which acts are shown."""
    if after is not None:
        rows = rows.filter(**{f"{field}__lte": after.at})
    needed = PAGE + 1 + (after.shown if after is not None else 0)
    return rows.order_by(f"-{field}", *within_instant, "-pk")[:needed]


def _events(
    people: Sequence[Person],
    leads: Mapping[int, _Lead],
    *,
    viewer: Staff,
    after: Cursor | None,
    language: str,
    which: str,
    only: Only,
) -> list[Act]:
    events = Event.objects.filter(person__in=people).exclude(name__in=_HIDDEN).select_related("subject")
    if which == "ours":
        events = events.filter(name__in=_OURS)
    elif which == "theirs":
        events = events.exclude(name__in=_OURS)
    if only.channel:
        events = events.filter(channel=only.channel)
    if only.kind in KINDS:
        events = events.filter(name__in=_EVENTS_OF[only.kind])
    # Events know their person, not who may see the deal: that is told by the leads and contracts in sight.
    has_deals = any(lead.stage in (Stage.OPPORTUNITY, Stage.WON, Stage.LOST) for lead in leads.values())
    contracts = Contract.objects.visible_to(viewer).filter(person__in=people)
    if not has_deals:
        events = events.exclude(name__startswith="opportunity_")
    events = events.filter(~Q(name="contract_started") | Exists(contracts))
    scopes = viewer.own_scopes()
    if scopes:
        events = events.filter(Q(site=None) | Q(site__in=Site.objects.filter(scope__in=scopes)))
        others = ApiKey.objects.exclude(scope__in=scopes).values_list("public_id", flat=True)
        events = events.exclude(name="lead_submitted", props__key__in=[str(key) for key in others])
        own = [str(scope.pk) for scope in scopes]
        events = events.filter(~Q(name="lead_entered") | Q(props__scope__in=own))
    found = list(_upto(events, "occurred_at", after, Case(When(name__in=_OURS, then=0), default=1)))
    read = _reading(people, [event.view_id for event in found if event.view_id and event.name == "page_viewed"])
    said = _messages([event.pk for event in found if event.name in _TOLD])
    acts = [_event(event, read, said, language) for event in found]
    entered_by = {str(event.pk): str(event.props["by"]) for event in found if event.name == "lead_entered"}
    if entered_by:
        colleagues = Staff.objects.filter(public_id__in=entered_by.values()).values_list("public_id", "full_name")
        names = {str(public_id): name for public_id, name in colleagues}
        acts = [replace(act, who=names.get(entered_by.get(act.key, ""), act.who)) for act in acts]
    return acts


def _event(event: Event, read: dict[UUID, tuple[float, float]], said: dict[UUID, str], language: str) -> Act:
    kind = TAXONOMY.get(event.name)
    title, body, fold = label(event.name, language), "", ""
    if event.name == "page_viewed":
        page = page_name(str(event.props.get("title", "")), event.url)
        title = _("Viewed “%(page)s”") % {"page": page}
        fold = f"page {page}"
        if event.view_id in read:
            seconds, depth = read[event.view_id]
            body = _("Read for %(seconds)d s, %(depth)d%% of the page") % {
                "seconds": round(seconds),
                "depth": round(depth * 100),
            }
    elif event.name in _TOLD:
        body = said.get(event.pk, "")
    elif event.name in ("tag_added", "tag_removed"):
        body = str(event.props.get("word", ""))
    elif event.name == "link_clicked":
        body = str(event.props.get("href", ""))
    elif event.name.startswith("opportunity_"):
        stage = str(event.props.get("stage", ""))
        told = (str(DEAL_STAGES.get(stage, "")), reason_in_words(stage, str(event.props.get("reason", ""))))
        body = " · ".join(filter(None, told))
    if event.channel:
        came = _("Came by: %(channel)s") % {"channel": CHANNELS.get(event.channel, event.channel)}
        body = f"{body} · {came}" if body else came
    return Act(
        at=event.occurred_at,
        key=str(event.pk),
        icon=_ICONS.get(event.name, "point"),
        title=title,
        body=body,
        is_ours=kind is not None and kind.ours,
        is_anonymous=event.subject is not None and IdentifierKind(event.subject.kind).is_weak,
        fold=fold,
        person_id=event.person_id or 0,
    )


def _messages(events: Sequence[UUID]) -> dict[UUID, str]:
    """What people wrote, as other systems told it."""
    if not events:
        return {}
    told = FieldValue.objects.filter(event_id__in=events, field="message")
    return {id: text for id, text in told.values_list("event_id", "value") if id is not None}


def _reading(people: Sequence[Person], views: Sequence[UUID]) -> dict[UUID, tuple[float, float]]:
    """Seconds and depth of each page view, from its beats."""
    if not views:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT view_id, max((props->>'visible_s')::float8), max(coalesce((props->>'depth')::float8, 0)) FROM event
            WHERE person_id = ANY(%s) AND view_id = ANY(%s)
              AND name IN ('page_beat', 'page_left') AND props ? 'visible_s'
            GROUP BY view_id
            """,
            [[person.pk for person in people], list(views)],
        )
        return {view: (seconds, depth) for view, seconds, depth in cursor.fetchall()}


def _follow_ups(leads: Mapping[int, _Lead], *, after: Cursor | None, only: Only) -> list[Act]:
    done = FollowUp.objects.filter(lead__in=leads).select_related("by")
    if only.kind in ("contacts", "notes"):
        is_note = Q(kind=FollowUp.Kind.NOTE)
        done = done.filter(is_note if only.kind == "notes" else ~is_note)
    if only.by is not None:
        done = done.filter(by__public_id=only.by)
    return [
        Act(
            at=one.at,
            key=f"f{one.pk:020}",
            icon=_ICONS[one.kind],
            title=_title(one),
            body=one.note,
            who=one.by.full_name,
            is_ours=True,
            person_id=one.person_id,
        )
        for one in _upto(done, "at", after)
    ]


def _title(follow_up: FollowUp) -> str:
    said = {"kind": follow_up.get_kind_display(), "outcome": follow_up.get_outcome_display()}
    if follow_up.kind == FollowUp.Kind.NOTE:
        return follow_up.get_kind_display()
    if follow_up.is_first_contact:
        return _("First contact: %(kind)s, %(outcome)s") % said
    return _("%(kind)s: %(outcome)s") % said


def _assignments(leads: Mapping[int, _Lead], *, after: Cursor | None, only: Only) -> list[Act]:
    given = Assignment.objects.filter(lead__in=leads).exclude(to=None).select_related("to", "by")
    if only.by is not None:
        given = given.filter(by__public_id=only.by)
    return [
        Act(
            at=one.at,
            key=f"a{one.pk:020}",
            icon="user-plus",
            title=_("Given to %(name)s") % {"name": one.to.full_name if one.to else ""},
            body=why(one),
            who=one.by.full_name if one.by else "",
            is_ours=True,
            person_id=leads[one.lead_id].person_id,
        )
        for one in _upto(given, "at", after)
    ]


def _stages(leads: Mapping[int, _Lead], *, after: Cursor | None, only: Only) -> list[Act]:
    visits = StageVisit.objects.filter(lead__in=leads, machine="lead").select_related("entered_by")
    if only.by is not None:
        visits = visits.filter(entered_by__public_id=only.by)
    names = dict(Lead._meta.get_field("stage").flatchoices)
    return [
        Act(
            at=visit.entered_at,
            key=f"s{visit.pk:020}",
            icon="flag",
            title=_("Lead stage: %(stage)s") % {"stage": names.get(visit.stage, visit.stage)},
            body=reason_in_words(visit.stage, visit.reason),
            who=visit.entered_by.full_name if visit.entered_by else _("The system"),
            is_ours=True,
            person_id=visit.person_id,
        )
        for visit in _upto(visits, "entered_at", after)
    ]


def _hand_overs(leads: Mapping[int, _Lead], *, after: Cursor | None, only: Only) -> list[Act]:
    if after is None and only.by is None:
        shown = latest_hand_overs(frozenset(leads))
    else:
        given = HandOver.objects.filter(lead__in=leads).select_related("sent_by", "sent_to")
        shown = list(_upto(given if only.by is None else given.filter(sent_by__public_id=only.by), "at", after))
    return [
        Act(
            at=one.at,
            key=f"h{one.pk:020}",
            icon="arrow-right",
            title=_("Handed over to %(name)s") % {"name": one.sent_to.full_name},
            body=f"{one.need} · {one.pain}",
            who=one.sent_by.full_name,
            is_ours=True,
            person_id=leads[one.lead_id].person_id,
        )
        for one in shown
    ]


def _folded(acts: list[Act]) -> Iterator[Act]:
    for _key, alike in groupby(acts, key=_alike):
        group = list(alike)
        first = group[0]
        yield first if len(group) == 1 else Act(**{**vars(first), "count": len(group)})


def _alike(act: Act) -> tuple[str, bool, int]:
    return (act.fold, act.is_anonymous, act.person_id) if act.fold else (act.key, False, 0)
