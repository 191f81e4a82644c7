"""What colleagues did with the leads of a timeline: contacts, stages, hand-overs, who got them."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from wutong.lifecycle.acts import Act, LeadInSight, Wanted
from wutong.lifecycle.assignment_told import why
from wutong.lifecycle.models import FollowUp, HandOver, Lead
from wutong.lifecycle.person_leads import latest_hand_overs
from wutong.lifecycle.reasons import reason_in_words

_FOLLOW_UPS = """
SELECT 'f', f.id, f.at, f.lead_id, f.person_id, f.kind, f.outcome, f.note, who.full_name, '', f.is_first_contact
FROM lifecycle_followup f JOIN platform_staff who ON who.id = f.by_id
WHERE f.lead_id = ANY(%(leads)s) AND (%(until)s::timestamptz IS NULL OR f.at <= %(until)s)
  AND (NOT %(no_notes)s OR f.kind <> 'note') AND (NOT %(notes_only)s OR f.kind = 'note')
"""
_STAGES = """
SELECT 's', v.id, v.entered_at, v.lead_id, v.person_id, v.stage, v.reason, '', who.full_name, '', false
FROM lifecycle_stagevisit v LEFT JOIN platform_staff who ON who.id = v.entered_by_id
WHERE v.lead_id = ANY(%(leads)s) AND v.machine = 'lead'
  AND (%(until)s::timestamptz IS NULL OR v.entered_at <= %(until)s)
"""
_ASSIGNMENTS = """
SELECT 'a', a.id, a.at, a.lead_id, l.person_id, '', a.reason, a.rule_name, who.full_name, whom.full_name,
    a.by_id IS NOT DISTINCT FROM a.to_id
FROM lifecycle_assignment a JOIN lifecycle_lead l ON l.id = a.lead_id JOIN platform_staff whom ON whom.id = a.to_id
LEFT JOIN platform_staff who ON who.id = a.by_id
WHERE a.lead_id = ANY(%(leads)s) AND (%(until)s::timestamptz IS NULL OR a.at <= %(until)s)
"""
_BY = "AND who.public_id = %(by)s"
_NEWEST = "ORDER BY 3 DESC, 2 DESC LIMIT %(most)s"
_ICONS = {"call": "phone", "chat": "message", "mail": "mail", "visit": "map-pin", "note": "note"}


class _Done(NamedTuple):
    """A row of one of the statements above."""

    part: str
    id: int
    at: datetime
    lead_id: int
    person_id: int
    code: str
    reason: str
    text: str
    who: str | None
    whom: str
    flag: bool


def acts_of_ours(leads: Mapping[int, LeadInSight], wanted: Wanted) -> list[Act]:
    """What we did with ``leads``, in two questions at most."""
    only = wanted.only
    if not leads or wanted.which == "theirs" or only.channel:
        return []
    parts = [_FOLLOW_UPS] if only.takes("contacts", "notes") else []
    acts = []
    if only.takes("stages"):
        parts += [_STAGES, _ASSIGNMENTS]
        acts = [_hand_over(one, leads) for one in _hand_overs(leads, wanted)]
    if parts:
        names = dict(Lead._meta.get_field("stage").flatchoices)
        acts += [_act(done, names) for done in _done(parts, leads, wanted)]
    return acts


def _done(parts: list[str], leads: Mapping[int, LeadInSight], wanted: Wanted) -> list[_Done]:
    by = _BY if wanted.only.by is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({part} {by} {_NEWEST})" for part in parts),
            {
                "leads": list(leads),
                "until": wanted.until,
                "by": wanted.only.by,
                "most": wanted.most,
                "no_notes": wanted.only.kind == "contacts",
                "notes_only": wanted.only.kind == "notes",
            },
        )
        return [_Done(*row) for row in cursor.fetchall()]


def _act(done: _Done, stages: Mapping[str, object]) -> Act:
    match done.part:
        case "f":
            icon, title, body, who = _ICONS[done.code], _contact(done), done.text, done.who or ""
        case "s":
            icon, title = "flag", _("Lead stage: %(stage)s") % {"stage": stages.get(done.code, done.code)}
            body, who = reason_in_words(done.code, done.reason), done.who or _("The system")
        case _:
            icon, title = "user-plus", _("Given to %(name)s") % {"name": done.whom}
            body = why(done.reason, to=done.whom, by=done.who or "", is_own_act=done.flag, rule=done.text)
            who = done.who or ""
    key = f"{done.part}{done.id:020}"
    return Act(at=done.at, key=key, icon=icon, title=title, body=body, who=who, is_ours=True, person_id=done.person_id)


def _contact(done: _Done) -> str:
    kind = FollowUp.Kind(done.code)
    if kind == FollowUp.Kind.NOTE:
        return str(kind.label)
    said = {"kind": kind.label, "outcome": FollowUp.Outcome(done.reason).label}
    if done.flag:
        return _("First contact: %(kind)s, %(outcome)s") % said
    return _("%(kind)s: %(outcome)s") % said


def _hand_overs(leads: Mapping[int, LeadInSight], wanted: Wanted) -> list[HandOver]:
    if wanted.until is None and wanted.only.by is None:
        return latest_hand_overs(frozenset(leads))
    given = HandOver.objects.filter(lead__in=leads).select_related("sent_by", "sent_to")
    if wanted.only.by is not None:
        given = given.filter(sent_by__public_id=wanted.only.by)
    if wanted.until is not None:
        given = given.filter(at__lte=wanted.until)
    return list(given.order_by("-at", "-pk")[: wanted.most])


def _hand_over(one: HandOver, leads: Mapping[int, LeadInSight]) -> Act:
    return Act(
        at=one.at,
        key=f"h{one.pk:020}",
        icon="arrow-right",
        title=_("Handed over to %(name)s") % {"name": one.sent_to.full_name},
        body=f"{one.need} · {one.pain}",
        who=one.sent_by.full_name,
        is_ours=True,
        person_id=leads[one.lead_id].person_id,
    )
