"""The lead inbox: what waits for whom, in the order in which to act."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wutong.events.pages import page_name
from wutong.lifecycle.contact_statuses import status_in_words, status_names
from wutong.lifecycle.escalation import told_of
from wutong.lifecycle.inbox_places import MOST, Cursor, places_in
from wutong.lifecycle.inbox_views import WIDE, Narrow, leads_of_view
from wutong.lifecycle.models import Accountable, Clock, HandOver, Lead, Stage
from wutong.lifecycle.to_do import parts_to_do
from wutong.people.models import Person
from wutong.platform.models import DataScope, Staff
from wutong.platform.ready_made import ready_made
from wutong.platform.remembered import Figures
from wutong.platform.totals import Total, total_of, totals_of

PAGE = 20
"""How many rows come at a time: a reader acts on the first few, and each costs as much as the frame of a small page."""
_DRAWN = (
    "public_id",
    "stage",
    "accountable",
    "contact_status",
    "contact_reason",
    "last_touch_at",
    "first_contact_at",
    "next_step",
    "next_step_at",
    "version",
    "owner_id",
    "person__full_name",
    "person__title",
    "person__company_name",
    "person__score__value",
    "person__score__grade",
    "person__score__fit_letter",
    "account__name",
)
"""What a row shows. Leads with all that belongs to them are a hundred values each, most of which nobody sees."""
_NEWS = 30
"""How far below the rows shown a list is searched for what has come."""
_REASONS = 3
_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Read:
    """A page that somebody read, and when."""

    page: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Row:
    """One lead as the list shows it."""

    lead: Lead
    clock: Clock | None
    """Of the running clocks the one that runs out first."""
    first_contact: Clock | None
    score: int
    code: str
    """The cell of fit and behaviour, such as A1; empty for somebody without a score."""
    contact_status: str | Promise
    given: HandOver | None
    """The hand-over that waits for an answer."""
    told: str
    """Whom an overdue clock was told, in words."""
    reads: list[Read]
    """Pages lately read, latest first."""
    at: datetime
    """When the row was drawn."""

    @property
    def name(self) -> str:
        return self.lead.person.full_name or _("Unnamed")

    @property
    def company(self) -> str:
        account = self.lead.account
        return (account.name if account else "") or self.lead.person.company_name or _("company unknown")

    @property
    def read_lately(self) -> str:
        return _(", ").join(self.reasons)

    @property
    def reasons(self) -> list[str]:
        return [read.page for read in self.reads]

    @property
    def last_act_at(self) -> datetime | None:
        return self.reads[0].at if self.reads else None

    @property
    def shows_step(self) -> bool:
        """Whether the planned step is what is due: a running clock goes before it."""
        return self.clock is None and self.lead.next_step_at is not None

    @property
    def is_late(self) -> bool:
        due_at = self.clock.due_at if self.clock is not None else self.lead.next_step_at
        return due_at is not None and due_at <= self.at


@dataclass(frozen=True)
class Rows:
    """A page of the inbox. ``next`` is the cursor of the following page."""

    rows: list[Row]
    total: int
    is_estimate: bool
    next: str | None
    is_first: bool
    """Whether these rows are the first, be it that the cursor was too old."""


@dataclass(frozen=True)
class Standing:
    """A list that was drawn a while ago, as it is now."""

    here: Collection[UUID]
    """Which leads stand in it."""
    new: int
    """How many of them have come since."""


def inbox_of(
    staff: Staff,
    *,
    view: str,
    narrow: Narrow = WIDE,
    after: str | None = None,
    at: datetime | None = None,
    total: Total | None = None,
    most: int | None = None,
) -> Rows:
    """A page of the leads of ``view``, in its order.

    An ``after`` that is not one of our cursors, or an old one, is treated as none.

    Args:
        total: how many there are, when the caller has counted already.
        most: how many rows a page has, :data:`PAGE` unless told.
    """
    now = at or timezone.now()
    most = most or PAGE
    cursor = Cursor.read(after, now=now)
    places = places_in(staff, view, at=now, after=cursor, most=most + 1, narrow=narrow)
    # First which leads, then what belongs to them: else thousands are joined with it before the first few are known.
    found = {lead.pk: lead for lead in _to_draw([place.pk for place in places[:most]])}
    rows = rows_of([found[place.pk] for place in places[:most] if place.pk in found])
    following = str(places[most - 1]) if len(places) > most else None
    if cursor is None and following is None:
        total = Total(len(rows))  # all of them are here
    elif total is None:
        total = counts_of(staff, [view], at=now, narrow=narrow)[view]
    return Rows(rows, total.n, total.is_estimate, following, is_first=cursor is None)


def standing(
    staff: Staff,
    *,
    view: str,
    narrow: Narrow,
    after: str | None,
    shown: Collection[UUID],
    more: str | None,
    at: datetime,
) -> Standing:
    """What has become of a list of which the leads ``shown`` were drawn.

    Args:
        more: the cursor of what stood below the last one shown, if anything did. That is not new, now as then.
    """
    cursor, below = Cursor.read(after, now=at), Cursor.read(more, now=at)
    places = places_in(staff, view, at=at, after=cursor, most=min(len(shown) + _NEWS, MOST), narrow=narrow)
    leads = Lead.objects.filter(pk__in=[place.pk for place in places]).values_list("pk", "public_id", "created_at")
    found = {pk: (public_id, created_at) for pk, public_id, created_at in leads}
    here = [found[place.pk] for place in places if place.pk in found]
    last = max((place for place, (one, _created_at) in enumerate(here) if one in shown), default=len(here))
    new = [
        one
        for place, (one, created_at) in enumerate(here)
        if one not in shown and (below is None or place < last or created_at > below.drawn_at)
    ]
    return Standing({one for one, _created_at in here}, 0 if after else len(new))


def counts_of(
    staff: Staff, views: Iterable[str], *, at: datetime, narrow: Narrow = WIDE, afresh: bool = False
) -> dict[str, Total]:
    """How many leads there are in each of ``views``, by one question for those that are not remembered.

    Args:
        afresh: count all of them, since something is known to have changed.
    """
    names = {view + narrow.name: view for view in views}
    figures = Figures(staff)
    known: dict[str, Total] = {} if afresh else figures.recall(names)
    lists = {
        name: _parts_of(staff, view, leads_of_view(staff, view, narrow), at=at)
        for name, view in names.items()
        if name not in known
    }
    counted = iter(totals_of([part for parts in lists.values() for part in parts]))
    for name, parts in lists.items():
        known[name] = Total.sum(islice(counted, len(parts)))
        figures.keep(name, known[name], n=known[name].n)
    return {view: known[name] for name, view in names.items()}


def _parts_of(staff: Staff, view: str, leads: QuerySet[Lead], *, at: datetime) -> list[QuerySet[Any]]:
    """What a view of ``leads`` holds, in parts that share no lead."""
    match view:
        case "todo":
            return parts_to_do(leads, staff.pk, at=at)
        case "accept":  # as the list, by the clocks: MQLs have no index of their own
            among = leads.order_by().values("pk")
            return [Clock.objects.filter(kind=Clock.Kind.ACCEPTANCE, stopped_at=None, lead__in=among)]
        case _:
            return [leads]


def waiting_count(staff: Staff) -> int:
    """How many leads in sight wait for their first contact."""
    return total_of(leads_of_view(staff, "waiting")).n


def taken_from(staff: Staff, public_ids: Iterable[UUID]) -> dict[str, str]:
    """Who has taken leads that ``staff``, who sees only own and nobody's, could see until then: names by public id."""
    wanted = list(public_ids)
    if not wanted or staff.data_scope != DataScope.OWN or staff.team_id is None or not staff.is_active:
        return {}
    taken = Lead.objects.filter(public_id__in=wanted, team=staff.team_id, owner__isnull=False)
    scopes = staff.own_scopes()
    if scopes:
        taken = taken.filter(scope__in=scopes)
    named = taken.exclude(pk__in=Lead.objects.visible_to(staff).values("pk")).values_list(
        "public_id", "owner__full_name"
    )
    return {str(public_id): name for public_id, name in named}


def row_of(lead: Lead) -> Row:
    """One lead alone as the list shows it."""
    return rows_of([lead])[0]


def rows_of(leads: Sequence[Lead]) -> list[Row]:
    """``leads`` as the list shows them, by a fixed number of queries."""
    now = timezone.now()
    running: dict[int, Clock] = {}
    first: dict[int, Clock] = {}
    for clock in _clocks_of([lead.pk for lead in leads]) if leads else ():
        if clock.stopped_at is None:
            running.setdefault(clock.lead_id, clock)
        if clock.kind == Clock.Kind.FIRST_CONTACT:
            first[clock.lead_id] = clock
    told = told_of([clock for clock in running.values() if clock.escalated_to_minutes and clock.due_at <= now])
    pages = _lately_read([lead.person_id for lead in leads])
    statuses = status_names(leads)
    handed = [lead for lead in leads if lead.stage == Stage.MQL and lead.accountable == Accountable.SALES]
    waiting = HandOver.objects.filter(lead__in=handed, decided_at=None).select_related("sent_by", "sent_to")
    given = {one.lead_id: one for one in waiting} if handed else {}
    return [
        Row(
            lead=lead,
            clock=running.get(lead.pk),
            first_contact=first.get(lead.pk),
            score=round(_score(lead.person)),
            code=getattr(getattr(lead.person, "score", None), "code", ""),
            contact_status=status_in_words(lead, statuses),
            given=given.get(lead.pk),
            told=told.get(running[lead.pk].pk, "") if lead.pk in running else "",
            reads=pages.get(lead.person_id, []),
            at=now,
        )
        for lead in leads
    ]


@ready_made
def _to_draw(leads: list[int]) -> QuerySet[Lead]:
    return Lead.objects.filter(pk__among=leads).select_related("person__score", "account").only(*_DRAWN)


@ready_made
def _clocks_of(leads: list[int]) -> QuerySet[Clock]:
    """Running ones and those of the first contact, by when they run out."""
    wanted = Clock.objects.filter(Q(stopped_at=None) | Q(kind=Clock.Kind.FIRST_CONTACT), lead__among=leads)
    return wanted.order_by("due_at")


def _score(person: Person) -> float:
    score = getattr(person, "score", None)
    return score.value if score is not None else 0.0


def _lately_read(people: Sequence[int]) -> dict[int, list[Read]]:
    """The last distinct pages of each person, in one query that walks each person's newest events only."""
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, e.title, min(e.url), max(e.occurred_at) AS at
            FROM unnest(%s::bigint[]) AS p(id)
            CROSS JOIN LATERAL (
                SELECT coalesce(props->>'title', '') AS title, url, occurred_at
                FROM event
                WHERE person_id = p.id AND name = 'page_viewed' AND occurred_at > now() - make_interval(secs => %s)
                ORDER BY occurred_at DESC LIMIT 20
            ) e
            GROUP BY p.id, e.title, CASE WHEN e.title = '' THEN e.url END ORDER BY p.id, at DESC
            """,
            [list(set(people)), _LATELY.total_seconds()],
        )
        found: dict[int, list[Read]] = {}
        for person_id, title, url, at in cursor.fetchall():
            if len(found.setdefault(person_id, [])) < _REASONS:
                found[person_id].append(Read(page_name(title, url), at))
    return found
