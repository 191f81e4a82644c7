"""The funnel from lead to won as the page shows it, with what each of its figures means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wutong.analytics.leads.funnel import Figure, counts, figures
from wutong.analytics.leads.names import part_names
from wutong.analytics.leads.question import STEPS, WINDOW, LeadQuestion
from wutong.analytics.rates import Rate
from wutong.lifecycle.models import Stage
from wutong.platform.format import number, percent

REFERENCES: Mapping[Stage, tuple[Stage, float]] = {
    Stage.MQL: (Stage.NEW, 0.15),
    Stage.SAL: (Stage.MQL, 0.50),
    Stage.OPPORTUNITY: (Stage.SAL, 0.41),
    Stage.WON: (Stage.OPPORTUNITY, 0.37),
}
"""Of which stage a published rate is taken, and the rate; shown only beside our own of the same definition.

Source: ``product.md`` 3.
"""
MOST_PARTS = 30

MEANINGS: Mapping[str, Promise] = {
    "cohort": gettext_lazy(
        "Leads captured in the period, each followed for 180 days. A stage that was skipped counts as passed."
    ),
    "period": gettext_lazy(
        "First entries into each stage in the period, whenever the lead was captured. Not the same leads in each row,"
        " so no rates."
    ),
    "rate": gettext_lazy("Leads of this step ÷ leads of the step before. Totals are computed from sums."),
    "interval": gettext_lazy("Below 100 leads chance weighs: with 95% certainty the true rate lies here (Wilson)."),
    "before": gettext_lazy("The same rate of the period just before, of the same length, as it stood at the same age."),
    "reference": gettext_lazy(
        "A published rate of the same definition: lead to MQL 15%, MQL to SAL 50%, SAL to opportunity 41%, opportunity"
        " to won 37%."
    ),
    "median": gettext_lazy(
        "Half of the leads went on within this time; those that have not yet count as still waiting (Kaplan-Meier)."
    ),
    "p80": gettext_lazy("Four of five leads went on within this time, estimated in the same way."),
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One step of one line."""

    step: int
    stage: Stage
    n: int
    rate: Rate | None
    before: Rate | None
    """The same rate in the period before; None by period and in parts."""
    reference: tuple[Rate, Stage, float] | None
    """Our rate of the published definition, the stage it is taken of, and the published one."""
    median: timedelta | None
    p80: timedelta | None
    width: float

    @property
    def name(self) -> str:
        return str(self.stage.label) if self.step > 1 else _("Leads")

    @property
    def is_reference_of_another(self) -> bool:
        """Whether the published rate is taken of another stage than the one before."""
        return self.reference is not None and self.reference[1] != STEPS[self.step - 2]

    @property
    def change(self) -> float | None:
        """In rates, not in per cent; None where one of the two is missing."""
        ours = self.rate.share if self.rate else None
        theirs = self.before.share if self.before else None
        return None if ours is None or theirs is None else ours - theirs


@dataclass(frozen=True, kw_only=True)
class Line:
    """One part, or all of them (``part`` None)."""

    part: str | None
    name: str
    cells: list[Cell]


@dataclass(frozen=True, kw_only=True)
class LeadReport:
    """The funnel as a page shows it."""

    question: LeadQuestion
    total: Line
    lines: list[Line]
    hidden_lines: int
    """Parts beyond the largest :data:`MOST_PARTS`."""

    @property
    def is_empty(self) -> bool:
        return not any(cell.n for cell in self.total.cells)

    @property
    def open_until(self) -> datetime | None:
        """When the youngest lead of the cohort will have been followed to its end; None when it has, and by period."""
        if self.question.method == "period":
            return None
        closes = min(self.question.until, self.question.as_of) + WINDOW
        return closes if closes > self.question.as_of else None

    @property
    def sentence(self) -> str:
        """The answer in words."""
        counts = {cell.stage: cell.n for cell in self.total.cells}
        given = {
            "leads": number(counts[Stage.NEW]),
            "mql": number(counts[Stage.MQL]),
            "opportunities": number(counts[Stage.OPPORTUNITY]),
            "won": number(counts[Stage.WON]),
            "share": percent(Rate(counts[Stage.WON], counts[Stage.NEW]).share),
        }
        if self.question.method == "period":
            return (
                _(
                    "In this period %(leads)s leads were captured, %(mql)s became an MQL, %(opportunities)s an"
                    " opportunity, and %(won)s were won."
                )
                % given
            )
        return (
            ngettext(
                "Of %(leads)s lead, %(mql)s became an MQL, %(opportunities)s an opportunity, and %(won)s were won"
                " (%(share)s).",
                "Of %(leads)s leads, %(mql)s became an MQL, %(opportunities)s an opportunity, and %(won)s were won"
                " (%(share)s).",
                counts[Stage.NEW],
            )
            % given
        )


def lead_report(question: LeadQuestion) -> LeadReport:
    """The funnel of ``question``, by part and altogether, beside the period before."""
    found = figures(question)
    earlier = counts(question.before) if question.method == "cohort" else None
    by_part: dict[str | None, dict[int, Figure]] = {}
    for one in found:
        by_part.setdefault(one.part, {})[one.step] = one
    most = max((one.n for one in found if one.part is None), default=0)
    total = _line(None, by_part.pop(None, {}), question, most, earlier)
    names = part_names(question.by, [part for part in by_part if part is not None])
    ordered = sorted(by_part.items(), key=lambda item: (-sum(one.n for one in item[1].values()), item[0] or ""))
    lines = [_line(part, steps, question, most, None, name=names[part or ""]) for part, steps in ordered]
    return LeadReport(
        question=question, total=total, lines=lines[:MOST_PARTS], hidden_lines=max(len(lines) - MOST_PARTS, 0)
    )


def _line(
    part: str | None,
    steps: Mapping[int, Figure],
    question: LeadQuestion,
    most: int,
    earlier: Sequence[int] | None,
    *,
    name: str = "",
) -> Line:
    counts = [steps[step].n if step in steps else 0 for step in range(1, len(STEPS) + 1)]
    is_cohort = question.method == "cohort"
    cells = []
    for step, stage in enumerate(STEPS, start=1):
        has_rate = is_cohort and step > 1
        reference = None
        if is_cohort and part is None and stage in REFERENCES:
            of, published = REFERENCES[stage]
            reference = (Rate(counts[step - 1], counts[STEPS.index(of)]), of, published)
        cells.append(
            Cell(
                step=step,
                stage=stage,
                n=counts[step - 1],
                rate=Rate(counts[step - 1], counts[step - 2]) if has_rate else None,
                before=Rate(earlier[step - 1], earlier[step - 2]) if has_rate and earlier else None,
                reference=reference,
                median=steps[step].median if step in steps else None,
                p80=steps[step].p80 if step in steps else None,
                width=round(100 * counts[step - 1] / most, 2) if most else 0.0,
            )
        )
    return Line(part=part, name=name or _("All leads"), cells=cells)
