"""SQLs that sales let lie: a warning each day before, then back to the SDR who sent them. Source: ``product.md`` 3."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from wutong.lifecycle.clocks import time_limits
from wutong.lifecycle.models import FollowUp, Lead, Machine, Stage, StageVisit
from wutong.lifecycle.stages import Through, step_many
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, announce, notify_many

REASON = "silent"
"""Why the machine returned a lead; kept with the stay."""
WARNED_BEFORE = timedelta(days=3)
_AT_ONCE = 500


def return_silent_sqls(*, at: datetime) -> int:
    """Return SQLs that nobody followed up for the company's days, and warn of those that are near; how many returned.

    Safe to run twice. A company that has set no days is left alone.
    """
    days = time_limits().sql_silent_days
    if not days:
        return 0
    with transaction.atomic():
        silent = _silent_since(at - timedelta(days=days))
        found = list(silent.values_list("pk", flat=True)[:_AT_ONCE])
        rows = Lead.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=found).order_by("pk")
        locked = [lead.pk for lead in rows]
        # Asked again under the lock: whoever recorded a contact in between held the row, and has followed up.
        still = silent.filter(pk__in=locked).order_by("pk")
        leads = list(still.select_related("person", "owner", "sent_by"))
        sellers = {lead.pk: lead.owner for lead in leads}
        step_many(leads, to=Stage.RETURNED, by=None, at=at, reason=REASON, through=Through.RETURN)
        told = [
            _notice("sql_returned", lead, staff, days=days)
            for lead in leads
            for staff in _two(sellers[lead.pk], lead.owner)
        ]
        soon = _silent_since(at - timedelta(days=days) + WARNED_BEFORE).select_related("person", "owner")
        told += [
            _notice("sql_silent", lead, lead.owner, days=days)
            for lead in soon[:_AT_ONCE]
            if lead.owner is not None and lead.owner.is_active
        ]
        notify_many(told, at=at)
        if leads:
            announce([(0, 0, "lead_changed", ["inbox"])])
    return len(leads)


def _silent_since(instant: datetime) -> QuerySet[Lead]:
    """SQLs without a contact since then, that were SQLs by then."""
    contacts = FollowUp.objects.filter(lead=OuterRef("pk")).exclude(kind=FollowUp.Kind.NOTE)
    stays = StageVisit.objects.filter(lead=OuterRef("pk"), machine=Machine.LEAD, left_at=None)
    return (
        Lead.objects.filter(stage=Stage.SQL)
        .of_the_market()
        .annotate(
            contacted_at=Subquery(contacts.order_by("-at").values("at")[:1]),
            entered_at=Subquery(stays.values("entered_at")[:1]),
        )
        .annotate(silent_since=Greatest(F("contacted_at"), F("entered_at")))  # PostgreSQL leaves NULL out
        .filter(silent_since__lte=instant)
        .order_by("silent_since", "pk")
    )


def _two(*staff: Staff | None) -> Iterable[Staff]:
    """Those of ``staff`` who are there, each once."""
    return {one.pk: one for one in staff if one is not None and one.is_active}.values()


def _notice(kind: str, lead: Lead, to: Staff, *, days: int) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind=kind,
        group=f"silent:{lead.public_id}",
        url=f"/inbox/?view=all&lead={lead.public_id}",
        params={
            "name": lead.person.full_name,
            "company": lead.person.company_name,
            "days": days,
            "owner": lead.owner.full_name if lead.owner else "—",
        },
        topics=("inbox",),
    )
