"""The acts of a timeline that events tell: what people read, sent and allowed, and how their deals went."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.events.pages import page_name
from wutong.events.taxonomy import TAXONOMY, label
from wutong.events.touch import CHANNELS
from wutong.lifecycle.acts import KINDS, Act, LeadInSight, Wanted
from wutong.lifecycle.models import Contract, Stage
from wutong.lifecycle.reasons import reason_in_words
from wutong.people.models import FieldValue, IdentifierKind, Person, TagSource
from wutong.platform.models import BusinessScope, Staff

_OF_KIND = {
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
_OF_DEALS = tuple(name for name in TAXONOMY if name.startswith("opportunity_"))
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
    "opportunity_opened": "briefcase",
    "opportunity_moved": "briefcase",
    "opportunity_closed": "briefcase",
    "contract_started": "file-text",
    "tag_added": "flag",
    "tag_removed": "flag",
}
_DEAL_STAGES = {
    "discover": pgettext_lazy("opportunity stage", "Discover"),
    "confirm": pgettext_lazy("opportunity stage", "Confirm"),
    "propose": pgettext_lazy("opportunity stage", "Propose"),
    "negotiate": pgettext_lazy("opportunity stage", "Negotiate"),
    "won": pgettext_lazy("opportunity stage", "Won"),
    "lost": pgettext_lazy("opportunity stage", "Lost"),
    "invalid": pgettext_lazy("opportunity stage", "Invalid"),
}
"""Stages of deals as events name them; deals themselves are a package above."""
_EVENTS = """
SELECT e.id, e.name, e.occurred_at, e.person_id, e.view_id, e.channel, e.url, e.props::text, i.kind
FROM event e LEFT JOIN people_identifier i ON i.id = e.subject_id
WHERE e.person_id = ANY(%(people)s) AND e.name <> ALL(%(hidden)s)
"""
_NEWEST = """
ORDER BY e.occurred_at DESC, (e.name = ANY(%(ours)s)) DESC, e.id DESC LIMIT %(most)s
"""
_WITHIN_SCOPES = """
AND (e.site_id IS NULL OR e.site_id IN (SELECT id FROM events_site WHERE scope_id = ANY(%(scopes)s)))
AND NOT (e.name = 'lead_submitted' AND coalesce(e.props->>'key', '') IN (
    SELECT public_id::text FROM platform_apikey WHERE scope_id <> ALL(%(scopes)s)))
AND (e.name <> 'lead_entered' OR e.props->>'scope' = ANY(%(scope_names)s))
"""
"""Websites and keys of other parts of the business, and what was entered for them, are out of sight."""


class _Event(NamedTuple):
    """A row of the statement above."""

    id: UUID
    name: str
    at: datetime
    person_id: int
    view_id: UUID | None
    channel: str
    url: str
    props_json: str
    known_by: str | None

    @property
    def props(self) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.json.decode(self.props_json)
        return told


def acts_of_events(
    people: Sequence[Person], leads: Mapping[int, LeadInSight], wanted: Wanted, *, viewer: Staff, language: str
) -> list[Act]:
    """What events tell of ``people``, as far as ``viewer`` may know of it. Bounded queries, whatever the history."""
    kinds = (kind for kind, names in _OF_KIND.items() if names)
    if wanted.only.by is not None or not wanted.only.takes(*kinds):
        return []
    # Events know their person, not who may see the deal: that is told by the leads and contracts in sight.
    has_deals = any(lead.stage in (Stage.OPPORTUNITY, Stage.WON, Stage.LOST) for lead in leads.values())
    hidden = (*_HIDDEN, *(() if has_deals else _OF_DEALS))
    scopes = viewer.own_scopes()
    found = _events(people, wanted, hidden=hidden, scopes=scopes)
    if any(event.name == "contract_started" for event in found):
        contracts = Contract.objects.visible_to(viewer).filter(person__in=people)
        if not contracts.exists():
            found = _events(people, wanted, hidden=(*hidden, "contract_started"), scopes=scopes)
    read = _reading(people, [event.view_id for event in found if event.view_id and event.name == "page_viewed"])
    said = _messages([event.id for event in found if event.name in _TOLD])
    names = _names([str(event.props["by"]) for event in found if event.name == "lead_entered"])
    return [_act(event, read, said, names, language) for event in found]


def _events(
    people: Sequence[Person], wanted: Wanted, *, hidden: Sequence[str], scopes: Sequence[BusinessScope]
) -> list[_Event]:
    """The newest that a page may need, in the order in which they are shown."""
    conditions = [_EVENTS]
    if wanted.which == "ours":
        conditions.append("AND e.name = ANY(%(ours)s)")
    elif wanted.which == "theirs":
        conditions.append("AND e.name <> ALL(%(ours)s)")
    if wanted.only.channel:
        conditions.append("AND e.channel = %(channel)s")
    if wanted.only.kind in KINDS:
        conditions.append("AND e.name = ANY(%(of_kind)s)")
    if wanted.until is not None:
        conditions.append("AND e.occurred_at <= %(until)s")
    if scopes:
        conditions.append(_WITHIN_SCOPES)
    with connection.cursor() as cursor:
        cursor.execute(
            " ".join((*conditions, _NEWEST)),
            {
                "people": [person.pk for person in people],
                "hidden": list(hidden),
                "ours": _OURS,
                "channel": wanted.only.channel,
                "of_kind": list(_OF_KIND.get(wanted.only.kind, ())),
                "until": wanted.until,
                "scopes": [scope.pk for scope in scopes],
                "scope_names": [str(scope.pk) for scope in scopes],
                "most": wanted.most,
            },
        )
        return [_Event(*row) for row in cursor.fetchall()]


def _act(
    event: _Event,
    read: Mapping[UUID, tuple[float, float]],
    said: Mapping[UUID, str],
    names: Mapping[str, str],
    language: str,
) -> Act:
    kind = TAXONOMY.get(event.name)
    title, body, fold = label(event.name, language), "", ""
    if event.name == "page_viewed":
        page = page_name(str(event.props.get("title", "")), event.url)
        title = _("Viewed “%(page)s”") % {"page": page}
        fold = f"page {page}"
        if event.view_id is not None and event.view_id in read:
            seconds, depth = read[event.view_id]
            body = _("Read for %(seconds)d s, %(depth)d%% of the page") % {
                "seconds": round(seconds),
                "depth": round(depth * 100),
            }
    elif event.name in _TOLD:
        body = said.get(event.id, "")
    elif event.name in ("tag_added", "tag_removed"):
        body = _tag_in_words(event.props)
    elif event.name == "link_clicked":
        body = str(event.props.get("href", ""))
    elif event.name.startswith("opportunity_"):
        stage = str(event.props.get("stage", ""))
        told = (str(_DEAL_STAGES.get(stage, "")), reason_in_words(stage, str(event.props.get("reason", ""))))
        body = " · ".join(filter(None, told))
    if event.channel:
        came = _("Came by: %(channel)s") % {"channel": CHANNELS.get(event.channel, event.channel)}
        body = f"{body} · {came}" if body else came
    return Act(
        at=event.at,
        key=str(event.id),
        icon=_ICONS.get(event.name, "point"),
        title=title,
        body=body,
        who=names.get(str(event.props["by"]), "") if event.name == "lead_entered" else "",
        is_ours=kind is not None and kind.ours,
        is_anonymous=event.known_by is not None and IdentifierKind(event.known_by).is_weak,
        fold=fold,
        person_id=event.person_id,
    )


def _tag_in_words(props: Mapping[str, Any]) -> str:
    """Which tag, and who or what it was if no colleague."""
    word, by = str(props.get("word", "")), str(props.get("by", ""))
    if by in TagSource.values and by != TagSource.HAND:
        return f"{word} · {TagSource(by).label}"
    return word


def _messages(events: Sequence[UUID]) -> dict[UUID, str]:
    """What people wrote, as other systems told it."""
    if not events:
        return {}
    told = FieldValue.objects.filter(event_id__in=events, field="message")
    return {id: text for id, text in told.values_list("event_id", "value") if id is not None}


def _names(colleagues: Sequence[str]) -> dict[str, str]:
    """The names of colleagues, by their public ids."""
    if not colleagues:
        return {}
    found = Staff.objects.filter(public_id__in=colleagues).values_list("public_id", "full_name")
    return {str(public_id): name for public_id, name in found}


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
