"""What changed in a deal: the audit trail's entries about it, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.people.models import Affiliation
from wutong.platform import format as formats
from wutong.platform.audit_labels import ACTIONS
from wutong.platform.models import AuditEntry
from wutong.platform.ready_made import ready_made
from wutong.sales.deal_rules import REASONS
from wutong.sales.models import Opportunity, OpportunityStage

SHOWN = 30


@dataclass(frozen=True)
class Change:
    """One act on a deal."""

    at: datetime
    who: str
    what: str | Promise
    details: list[str]


def changes_of(deal: Opportunity, *, language: str) -> list[Change]:
    """The latest :data:`SHOWN` changes, newest first."""
    return [
        Change(
            at=entry.at,
            who=entry.actor.full_name if entry.actor is not None else "",
            what=ACTIONS.get(entry.action, entry.action),
            details=_details(entry.detail, deal, language),
        )
        for entry in _entries_about(str(deal.public_id))
    ]


@ready_made
def _entries_about(public_id: str) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.filter(subject_kind="opportunity", subject_id=public_id)
    return entries.select_related("actor").order_by("-at", "-id")[:SHOWN]


def _details(detail: dict[str, Any], deal: Opportunity, language: str) -> list[str]:
    lines = []
    if stage := detail.get("after"):
        lines.append(_from_to(_stage(detail.get("before")), _stage(stage)))
        if reason := REASONS.get(OpportunityStage(stage), {}).get(detail.get("reason", "")):
            lines.append(str(reason))
    figures = detail.get("figures", {})
    for field in detail.get("fields", []):
        name = str(_field_names().get(field, field))
        if field in figures:
            before, after = (_figure(field, told, deal.currency, language) for told in figures[field])
            name = _("%(field)s: %(change)s") % {"field": name, "change": _from_to(before, after)}
        lines.append(name)
    if detail.get("role"):
        lines.append(str(Affiliation.BuyingRole(detail["role"]).label))
    return lines


def _field_names() -> dict[str, str]:
    return {
        "name": pgettext("opportunity", "Name"),
        "amount": pgettext("opportunity", "Amount"),
        "close_on": _("Expected close"),
        "next_step": _("Next step"),
        "next_step_at": pgettext("next step", "When"),
        "competitor": _("Competitor"),
    }


def _from_to(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after


def _stage(code: str | None) -> str:
    return str(OpportunityStage(code).label) if code in OpportunityStage.values else ""


def _figure(field: str, told: str | None, currency: str, language: str) -> str:
    try:
        if told is None:
            return formats.EMPTY
        return (
            formats.money(Decimal(told), currency)
            if field == "amount"
            else formats.day(date.fromisoformat(told), language=language)
        )
    except (InvalidOperation, ValueError):
        return told or formats.EMPTY
