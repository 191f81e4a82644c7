"""The manager's answer: the funnel from lead to won, speed, acceptance and workload, each with its definition."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from wutong.analytics.leads.counted import ACCEPTANCE, SPEED, WORKLOAD, count_by_colleague
from wutong.analytics.leads.funnel import Figure, counts, figures
from wutong.analytics.leads.question import PARTS, STEPS, WINDOW, LeadQuestion
from wutong.analytics.rates import Rate
from wutong.content.models import Form
from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import HandOver, ProductLine, Stage
from wutong.lifecycle.speed import Speed, censored_median, speed_of
from wutong.lifecycle.stages import REASONS
from wutong.platform.audit import record
from wutong.platform.audit_trail import neutral
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.format import number, percent
from wutong.platform.models import Staff, Team

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
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the machine's own encoding

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
    "acceptance": gettext_lazy("Accepted ÷ (accepted + returned) of the leads handed over in the period."),
    "answer": gettext_lazy("Working time from the hand-over until sales answered; open ones count as still waiting."),
    "attainment": gettext_lazy(
        "Timers met ÷ timers due. Due are those whose deadline has passed and those met; open ones not yet due are in"
        " neither."
    ),
    "speed": gettext_lazy("Working time from a lead's arrival to its first human contact; half were faster."),
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """One colleague (None: nobody), or all (``is_total``), with a number for each figure."""

    colleague: Staff | None
    counts: list[tuple[str, int]]
    is_total: bool = False
    speed: Speed | None = None
    rate: Rate | None = None
    median: timedelta | None = None


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


def speed_rows(question: LeadQuestion) -> list[Row]:
    """How fast first contacts were made: all together first, then by colleague."""
    everybody, each = speed_of(
        question.leads(), since=question.since, until=min(question.until, question.as_of), at=question.as_of
    )
    return [
        replace(row, speed=everybody if row.is_total else each.get(row.colleague) if row.colleague else None)
        for row in _rows(question, SPEED)
    ]


def acceptance_rows(question: LeadQuestion) -> list[Row]:
    """What sales did with what was handed over: all together first, then by who was asked."""
    sent = HandOver.objects.filter(lead__in=question.leads(), at__gte=question.since, at__lt=question.until)
    answers = list(sent.values_list("sent_to_id", "outcome", "at", "decided_at"))
    calendar = WorkingCalendar.load()
    waits: dict[int | None, list[tuple[timedelta, bool]]] = {}
    outcomes: dict[int | None, list[str]] = {}
    for seller, outcome, at, decided_at in answers:
        took = calendar.working_between(at, decided_at or max(question.as_of, at))
        for key in (None, seller):
            waits.setdefault(key, []).append((took, decided_at is not None))
            outcomes.setdefault(key, []).append(outcome)
    rows = []
    for row in _rows(question, ACCEPTANCE):
        key = None if row.is_total else row.colleague.pk if row.colleague else 0
        accepted = outcomes.get(key, []).count(HandOver.Outcome.ACCEPTED)
        returned = outcomes.get(key, []).count(HandOver.Outcome.RETURNED)
        answered = Rate(accepted, accepted + returned)
        rows.append(replace(row, rate=answered, median=censored_median(waits.get(key, []))))
    return rows


def return_reasons(question: LeadQuestion) -> list[tuple[str, int]]:
    """Why leads handed over in the period came back, most frequent first."""
    sent = HandOver.objects.filter(
        lead__in=question.leads(), at__gte=question.since, at__lt=question.until, outcome=HandOver.Outcome.RETURNED
    )
    counts: dict[str, int] = {}
    for reason in sent.values_list("reason", flat=True):
        counts[reason] = counts.get(reason, 0) + 1
    words = REASONS[Stage.RETURNED]
    return sorted(((str(words.get(code, code)), n) for code, n in counts.items()), key=lambda one: (-one[1], one[0]))


def workload_rows(question: LeadQuestion) -> list[Row]:
    """What lies on whose desk: all together first, then by colleague."""
    return _rows(question, WORKLOAD)


def export_csv(question: LeadQuestion, *, by: Staff, at: datetime) -> str:
    """The funnel's table as a file for a spreadsheet, raw figures, one row a part and step. Leaves an audit entry."""
    report = lead_report(question)
    head = [
        str(PARTS[question.by].name), _("Step"), _("Leads"), pgettext("denominator", "Of"), _("Rate"), _("Rate from"),
        _("Rate to"), _("Median seconds"), _("80% within seconds"),
    ]  # fmt: skip
    rows = [_cells(line, cell) for line in [*report.lines, report.total] for cell in line.cells]
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    csv.writer(text).writerows([neutral(value) for value in row] for row in [head, *rows])
    period = question.period
    record("analytics.leads_exported", actor=by, at=at, rows=len(rows), first=f"{period.first}", last=f"{period.last}")
    return text.getvalue()


def part_names(by: str, keys: Sequence[str]) -> dict[str, str]:
    """What people read for the keys of a split."""
    ids = [int(key) for key in keys if key.isdecimal()]
    if by == "channel":
        return {key: str(CHANNELS.get(key, key) or pgettext_lazy("channel", "Unknown")) for key in keys}
    if by == "campaign":
        return {key: key or _("No campaign") for key in keys}
    found: dict[int, str] = {}
    if by == "form":
        found = dict(Form.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif by == "team":
        found = dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif by in ("owner", "sender"):
        found = dict(Staff.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    elif by == "line":
        found = dict(ProductLine.objects.filter(pk__in=ids).values_list("pk", "name"))
    nothing = {"form": _("No form"), "owner": _("Nobody yet"), "sender": _("Not handed over")}
    return {key: found.get(int(key), key) if key.isdecimal() else nothing.get(by, "—") for key in keys}


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


def _rows(question: LeadQuestion, wanted: Sequence[str]) -> list[Row]:
    counts = {figure: count_by_colleague(question, figure) for figure in wanted}
    ids = {id for found in counts.values() for id in found}
    people = Staff.objects.in_bulk([id for id in ids if id])
    ordered = sorted(ids, key=lambda id: (id == 0, people[id].sort_key if id else "", id))
    total = Row(colleague=None, is_total=True, counts=[(figure, sum(counts[figure].values())) for figure in wanted])
    return [
        total,
        *(Row(colleague=people.get(id), counts=[(f, counts[f].get(id, 0)) for f in wanted]) for id in ordered),
    ]


def _cells(line: Line, cell: Cell) -> list[str]:
    rate = cell.rate
    low, high = (rate and rate.interval) or (None, None)
    return [
        line.name,
        str(cell.name),
        str(cell.n),
        "" if rate is None else str(rate.of),
        "" if rate is None or rate.share is None else f"{rate.share:.6f}",
        "" if low is None else f"{low:.6f}",
        "" if high is None else f"{high:.6f}",
        "" if cell.median is None else f"{cell.median.total_seconds():.0f}",
        "" if cell.p80 is None else f"{cell.p80.total_seconds():.0f}",
    ]
