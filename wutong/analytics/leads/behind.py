"""The leads behind a figure of the manager's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.analytics.leads.counted import COUNTED, rows_counted
from wutong.analytics.leads.funnel import ReachedLead, counts, leads_behind
from wutong.analytics.leads.question import LeadQuestion
from wutong.lifecycle.models import Lead
from wutong.platform.keyset import PAGE, slice_of

_NEEDED = ("person", "account", "owner")


@dataclass(frozen=True, kw_only=True)
class BehindLead:
    """A lead, and when it reached the step, was captured, handed over or contacted."""

    lead: Lead
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BehindPage:
    """One page of what a figure counts, latest first."""

    page: Sequence[BehindLead]
    total: int
    """As the figure says."""
    next: str | None


def of_step(question: LeadQuestion, *, step: int, after: str = "") -> BehindPage:
    """Who is behind a step of the funnel."""
    found = leads_behind(question, step=step, after=_read(after), limit=PAGE + 1)
    shown = found[:PAGE]
    leads = Lead.objects.select_related(*_NEEDED).in_bulk([one.lead_id for one in shown])
    return BehindPage(
        page=[BehindLead(lead=leads[one.lead_id], at=one.at) for one in shown],
        total=counts(question)[step - 1],
        next=f"{shown[-1].at.isoformat()}_{shown[-1].lead_id}" if len(found) > PAGE else None,
    )


def of_figure(question: LeadQuestion, *, figure: str, split: str = "", key: str = "", after: str = "") -> BehindPage:
    """Who is behind a counted figure; of one part alone where ``split`` says by what."""
    base = COUNTED[figure].base
    rows = rows_counted(question, figure, split=split, key=key)
    needed = [f"{base.lead}__{name}" if base.lead else name for name in _NEEDED]
    found = slice_of(rows.select_related(*needed), by=base.at, after=after, is_down=True)
    return BehindPage(
        page=[
            BehindLead(lead=getattr(row, base.lead) if base.lead else row, at=getattr(row, base.at))
            for row in found.rows
        ],
        total=rows.order_by().count(),
        next=found.next,
    )


def _read(after: str) -> ReachedLead | None:
    """What an address says a page comes after; None where that was cut or made up."""
    at, _, lead_id = after.rpartition("_")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    is_known = lead_id.isdecimal() and lead_id.isascii() and len(lead_id) <= 18
    return ReachedLead(int(lead_id), instant) if is_known and instant.tzinfo is not None else None
