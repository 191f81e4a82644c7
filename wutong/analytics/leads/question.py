"""What a manager asks about leads: which of them, in which period, split by what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.periods import Period
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.models.lead import LeadQuerySet
from wutong.platform.models import Staff

Method = Literal["cohort", "period"]
STEPS: tuple[Stage, ...] = (Stage.NEW, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.WON)
WINDOW = timedelta(days=180)
"""How long a lead of the cohort is followed from its creation."""


@dataclass(frozen=True)
class Part:
    """A way to split leads: what it is called, and its key as text in SQL over ``l`` (the lead)."""

    name: Promise
    key: str
    joins: str = ""


PARTS: Mapping[str, Part] = {
    "channel": Part(pgettext_lazy("report", "Channel"), "l.channel"),
    "campaign": Part(pgettext_lazy("report", "Campaign"), "l.campaign"),
    "form": Part(
        _("Form"),
        "coalesce(s.form_id::text, '')",
        "LEFT JOIN content_formsubmission s ON s.id = l.created_by_event_id",
    ),
    "team": Part(
        _("Team"),
        "coalesce(f.team_id, l.team_id)::text",
        # The team that captured it: a hand-over takes a lead to the team of the salesperson.
        "LEFT JOIN LATERAL (SELECT v.team_id FROM lifecycle_stagevisit v WHERE v.lead_id = l.id"
        " ORDER BY v.id LIMIT 1) f ON true",
    ),
    "owner": Part(pgettext_lazy("report", "Owner"), "coalesce(l.owner_id::text, '')"),
    "sender": Part(_("Handed over by"), "coalesce(l.sent_by_id::text, '')"),
    "line": Part(_("Product line"), "l.product_line_id::text"),
}
"""All ways to split; the texts are ours, nothing of a reader's reaches SQL."""


@dataclass(frozen=True, kw_only=True)
class LeadQuestion:
    """Leads in the sight of ``viewer``, of a period, split ``by`` one of :data:`PARTS`."""

    viewer: Staff
    period: Period
    as_of: datetime
    method: Method = "cohort"
    by: str = "channel"
    part: str | None = None
    """One key of the split alone; None is all of them."""
    with_own: bool = False

    @property
    def before(self) -> "LeadQuestion":
        """The same of the period just before, of the same length, as it stood at the same age."""
        length = self.period.last - self.period.first + timedelta(days=1)
        earlier = replace(self.period, first=self.period.first - length, last=self.period.last - length)
        return replace(self, period=earlier, as_of=min(self.as_of, self.as_of - length))

    @property
    def since(self) -> datetime:
        return self.period.since

    @property
    def until(self) -> datetime:
        return self.period.until

    def leads(self) -> LeadQuerySet:
        """All leads that may be counted at all."""
        leads = Lead.objects.visible_to(self.viewer)
        return leads if self.with_own else leads.of_the_market()

    def leads_captured(self) -> LeadQuerySet:
        """Of these the ones that a funnel looks at: a cohort's of the period, else all that were there by then."""
        known = self.leads().filter(created_at__lte=self.as_of)
        return known if self.method == "period" else known.filter(created_at__gte=self.since, created_at__lt=self.until)
