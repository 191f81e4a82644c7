"""The funnel as a page and a spreadsheet show it: by channel and step, with rates, times and what is still open."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from wutong.analytics.ask import ask
from wutong.analytics.definitions import NAMES, definition
from wutong.analytics.periods import Period
from wutong.analytics.questions import Exported, FunnelQuestion, FunnelRow, Method
from wutong.analytics.rates import Rate
from wutong.events.touch import CHANNELS
from wutong.people.own import own_people
from wutong.platform.audit import record
from wutong.platform.audit_trail import neutral
from wutong.platform.format import number, percent
from wutong.platform.models import Staff

STEPS = ("visitor", "form", "contact")
WINDOW = timedelta(days=30)
_UNKNOWN = pgettext_lazy("channel", "Unknown")
_BY_PERIOD = gettext_lazy(
    "In this period %(visited)s people visited, %(submitted)s submitted a form, and %(contacted)s had their first"
    " contact. This is workload: the same people need not be in all three."
)
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the machine's own encoding


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a reader asks the funnel. ``channel`` None is all of them, the empty one is the unknown one."""

    period: Period
    method: Method
    as_of: datetime
    channel: str | None = None
    with_own: bool = False

    @property
    def question(self) -> FunnelQuestion:
        return FunnelQuestion(
            method=self.method,
            since=self.period.since,
            until=self.period.until,
            as_of=self.as_of,
            with_own=self.with_own,
            own_people=[] if self.with_own else own_people(),
        )


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One step of one row. ``rate`` is None at the first step."""

    step: int
    code: str
    n: int
    rate: Rate | None
    median: timedelta | None
    width: float
    """Per cent of the largest step, for a bar."""
    meaning: Promise

    @property
    def name(self) -> Promise:
        return NAMES[self.code]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One channel, or all of them (``channel`` None)."""

    channel: str | None
    cells: list[Cell]

    @property
    def name(self) -> str | Promise:
        return channel_name(self.channel)


@dataclass(frozen=True, kw_only=True)
class FunnelReport:
    """The whole answer. ``complete_until`` is the moment up to which everything that arrived is counted."""

    wanted: Wanted
    total: Line
    lines: list[Line]
    complete_until: datetime

    @property
    def is_empty(self) -> bool:
        return not any(cell.n for cell in self.total.cells)

    @property
    def open_until(self) -> datetime | None:
        """When the youngest of the cohort will have had their 30 days; None when they have, and by period."""
        if self.wanted.method == "period":
            return None
        closes = min(self.wanted.period.until, self.wanted.as_of) + WINDOW
        return closes if closes > self.wanted.as_of else None

    @property
    def sentence(self) -> str:
        """The answer in words."""
        visited, submitted, contacted = self.total.cells
        figures = {
            "visited": number(visited.n),
            "submitted": number(submitted.n),
            "contacted": number(contacted.n),
            "share": percent(Rate(submitted.n, visited.n).share),
            "contacted_share": percent(Rate(contacted.n, submitted.n).share),
        }
        if self.wanted.method == "period":
            return str(_BY_PERIOD) % figures
        sentence = ngettext(
            "Of %(visited)s new visitor, %(submitted)s submitted a form (%(share)s). Of those, %(contacted)s had a"
            " first contact (%(contacted_share)s).",
            "Of %(visited)s new visitors, %(submitted)s submitted a form (%(share)s). Of those, %(contacted)s had a"
            " first contact (%(contacted_share)s).",
            visited.n,
        )
        return sentence % figures


def funnel_report(wanted: Wanted) -> FunnelReport:
    """Ask the analyst and arrange its answer.

    Raises:
        Refusal: the analyst gives none, see :func:`wutong.analytics.ask.ask`.
    """
    answer = ask(wanted.question)
    by_channel: dict[str | None, dict[int, FunnelRow]] = {}
    for row in answer.rows:
        by_channel.setdefault(None if row.is_total else row.channel, {})[row.step] = row
    most = max((row.n for row in answer.rows if row.is_total), default=0)
    lines = [_line(channel, rows, wanted.method, most) for channel, rows in by_channel.items() if channel is not None]
    lines.sort(key=lambda line: (-line.cells[0].n, line.channel or ""))
    total = _line(None, by_channel.get(None, {}), wanted.method, most)
    if wanted.channel is not None:
        lines = [line for line in lines if line.channel == wanted.channel]
        rows = by_channel.get(wanted.channel, {})
        total = _line(wanted.channel, rows, wanted.method, max((row.n for row in rows.values()), default=0))
    until = complete_until(answer.exported, at=wanted.as_of)
    return FunnelReport(wanted=wanted, total=total, lines=lines, complete_until=until)


def complete_until(exported: Exported, *, at: datetime) -> datetime:
    """Until when everything that arrived is in the lake: now, unless something waits for its export."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(received_at) FROM event WHERE xid >= %s::text::xid8", [str(exported.xid)])
        waiting = cursor.fetchone()[0]
    return at if waiting is None else min(waiting, at)


def export_csv(wanted: Wanted, *, by: Staff, at: datetime) -> str:
    """The table as a file for a spreadsheet, raw figures, one row a channel and step. Leaves an audit entry.

    Raises:
        Refusal: as :func:`funnel_report`.
    """
    report = funnel_report(wanted)
    head = [
        _("Channel"),
        _("Step"),
        pgettext("figure", "People"),
        pgettext("denominator", "Of"),
        _("Rate"),
        _("Rate from"),
        _("Rate to"),
        _("Median seconds"),
    ]
    rows = [_row(line, cell) for line in [*report.lines, report.total] for cell in line.cells]
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    csv.writer(text).writerows([neutral(value) for value in row] for row in [head, *rows])
    period = wanted.period
    record("analytics.funnel_exported", actor=by, at=at, rows=len(rows), first=f"{period.first}", last=f"{period.last}")
    return text.getvalue()


def channel_name(channel: str | None) -> str | Promise:
    """What people read for a channel; None stands for all of them."""
    if channel is None:
        return _("All channels")
    return CHANNELS.get(channel, channel) or _UNKNOWN


def _line(channel: str | None, rows: dict[int, FunnelRow], method: Method, most: int) -> Line:
    counts = [rows[step].n if step in rows else 0 for step in range(1, len(STEPS) + 1)]
    cells = []
    for step, code in enumerate(STEPS, start=1):
        median_us = rows[step].median_us if step in rows else None
        cells.append(
            Cell(
                step=step,
                code=code,
                n=counts[step - 1],
                rate=Rate(counts[step - 1], counts[step - 2]) if step > 1 and method == "cohort" else None,
                median=None if median_us is None else timedelta(microseconds=median_us),
                meaning=definition(code, method=method),
                width=round(100 * counts[step - 1] / most, 2) if most else 0.0,
            )
        )
    return Line(channel=channel, cells=cells)


def _row(line: Line, cell: Cell) -> list[str]:
    rate = cell.rate
    low, high = (rate and rate.interval) or ("", "")
    share = "" if rate is None or rate.share is None else f"{rate.share:.6f}"
    median = "" if cell.median is None else f"{cell.median.total_seconds():.0f}"
    of = "" if rate is None else str(rate.of)
    return [
        str(line.name), str(cell.name), str(cell.n), of, share,
        f"{low:.6f}" if low != "" else "", f"{high:.6f}" if high != "" else "", median,
    ]  # fmt: skip
