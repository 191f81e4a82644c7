"""The leads behind a figure of the manager's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.analytics.leads.counted import leads_counted
from wutong.analytics.leads.funnel import counts, leads_behind
from wutong.analytics.leads.question import LeadQuestion
from wutong.lifecycle.models import Lead

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class BehindLead:
    """A lead, and when it reached the step or was captured."""

    lead: Lead
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BehindPage:
    """One page of the leads of a figure, latest first."""

    page: Sequence[BehindLead]
    total: int
    """As the figure says."""
    before: str | None
    after: str | None


def of_step(question: LeadQuestion, *, step: int, offset: int = 0) -> BehindPage:
    """Who is behind a step of the funnel."""
    found = leads_behind(question, step=step, offset=offset, limit=PAGE)
    leads = Lead.objects.select_related("person", "account", "owner").in_bulk([one.lead_id for one in found])
    rows = [BehindLead(lead=leads[one.lead_id], at=one.at) for one in found]
    return _page(rows, total=counts(question)[step - 1], offset=offset)


def of_figure(question: LeadQuestion, *, figure: str, colleague: int | None, offset: int = 0) -> BehindPage:
    """Who is behind a number of leads; of one colleague alone where one is named, 0 standing for nobody."""
    leads = leads_counted(question, figure, colleague=colleague).order_by("-created_at", "-pk")
    shown = leads.select_related("person", "account", "owner")[offset : offset + PAGE]
    rows = [BehindLead(lead=lead, at=lead.created_at) for lead in shown]
    return _page(rows, total=leads.order_by().count(), offset=offset)


def _page(rows: list[BehindLead], *, total: int, offset: int) -> BehindPage:
    return BehindPage(
        page=rows,
        total=total,
        before=str(max(offset - PAGE, 0)) if offset else None,
        after=str(offset + PAGE) if offset + PAGE < total else None,
    )
