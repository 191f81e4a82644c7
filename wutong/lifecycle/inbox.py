"""The lead inbox: what waits for whom, in the order in which to act."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import connection
from django.db.models import F, Q, QuerySet

from wutong.events.pages import page_name
from wutong.lifecycle.models import UNCONTACTED, Clock, Lead
from wutong.people.models import Person
from wutong.platform.models import Staff
from wutong.platform.totals import total_of

PAGE = 50
VIEWS = ("waiting", "mine", "all")
"""waiting: nobody of us has been in contact yet; mine: owned by the reader; all: every open lead in sight."""
_REASONS = 3
_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """One lead as the list shows it."""

    lead: Lead
    clock: Clock | None
    score: int
    reasons: list[str]
    """Pages lately read, latest first."""
    last_act_at: datetime | None


@dataclass(frozen=True)
class Rows:
    """A page of the inbox. ``next`` is the cursor of the following page."""

    rows: list[Row]
    total: int
    is_estimate: bool
    next: str | None


def inbox_of(staff: Staff, *, view: str, after: str | None = None) -> Rows:
    """The open leads that wait for ``staff``: first contacts by their deadline, the others by their last act.

    An ``after`` that is not one of our cursors is treated as none.
    """
    leads = leads_of_view(staff, view)
    total = total_of(leads)
    cursor = _read(after)
    if view == "waiting":
        # By the running clocks, which an index holds in this order, rather than by all leads that wait.
        clocked = leads.filter(clocks__kind=Clock.Kind.FIRST_CONTACT, clocks__stopped_at=None)
        ordered = clocked.annotate(due_at=F("clocks__due_at")).order_by("due_at", "pk")
        if cursor:
            ordered = ordered.filter(Q(due_at__gt=cursor[0]) | Q(due_at=cursor[0], pk__gt=cursor[1]))
    else:
        ordered = leads.annotate(due_at=F("last_touch_at")).order_by("-last_touch_at", "-pk")
        if cursor:
            ordered = ordered.filter(Q(last_touch_at__lt=cursor[0]) | Q(last_touch_at=cursor[0], pk__lt=cursor[1]))
    # First which leads, then what belongs to them: else thousands are joined with it before the first fifty are known.
    keys = list(ordered.values_list("pk", flat=True)[: PAGE + 1])
    shown = ordered.filter(pk__in=keys).select_related("person__score", "account", "owner", "product_line", "team")
    found = list(shown)
    page = found[:PAGE]
    following = _cursor(page[-1].due_at, page[-1].pk) if len(found) > PAGE else None
    return Rows(_rows(page), total.n, total.is_estimate, following)


def leads_of_view(staff: Staff, view: str) -> QuerySet[Lead]:
    """The open leads of one of :data:`VIEWS`."""
    leads = Lead.objects.visible_to(staff).open()
    if view == "waiting":
        return leads.filter(UNCONTACTED)
    if view == "mine":
        return leads.filter(owner=staff)
    return leads


def waiting_count(staff: Staff) -> int:
    """How many leads in sight wait for their first contact."""
    return total_of(leads_of_view(staff, "waiting")).n


def row_of(lead: Lead) -> Row:
    """One lead alone as the list shows it."""
    return _rows([lead])[0]


def _rows(leads: Sequence[Lead]) -> list[Row]:
    clocks = {clock.lead_id: clock for clock in Clock.objects.filter(lead__in=leads, kind=Clock.Kind.FIRST_CONTACT)}
    pages = _lately_read([lead.person_id for lead in leads])
    rows = []
    for lead in leads:
        read = pages.get(lead.person_id, [])
        rows.append(
            Row(
                lead=lead,
                clock=clocks.get(lead.pk),
                score=round(_score(lead.person)),
                reasons=[title for title, _ in read],
                last_act_at=read[0][1] if read else None,
            )
        )
    return rows


def _score(person: Person) -> float:
    score = getattr(person, "score", None)
    return score.value if score is not None else 0.0


def _lately_read(people: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
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
        found: dict[int, list[tuple[str, datetime]]] = {}
        for person_id, title, url, at in cursor.fetchall():
            if len(found.setdefault(person_id, [])) < _REASONS:
                found[person_id].append((page_name(title, url), at))
    return found


def _cursor(at: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((at, pk))).decode()


def _read(cursor: str | None) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    try:
        at, pk = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[datetime, int])
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
    return (at, pk) if at.tzinfo is not None else None
