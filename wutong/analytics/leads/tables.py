"""Speed, acceptance, the SDRs' board and workload: tables of figures by colleague, by channel or by reason.

Every number opens what it counts: ``counted`` holds both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wutong.analytics.leads.counted import COUNTED, HAND_OVERS, NOBODY, PEOPLE, count_parts, rows_counted
from wutong.analytics.leads.names import part_names
from wutong.analytics.leads.question import LeadQuestion
from wutong.analytics.rates import Rate
from wutong.lifecycle.models import HandOver
from wutong.lifecycle.speed import censored_median, speed_of
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff

ALL = None
"""Stands for all parts of a table together."""
Medians = Mapping[str | None, timedelta | None]
"""By part, with :data:`ALL`."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of figures: a number; with ``of`` a rate of two of them; with ``median`` a time of its table."""

    figure: str
    of: str = ""
    median: str = ""
    name: Promise | None = None
    """None: as the figure is called."""
    meaning: Promise | None = None
    is_minor: bool = False
    """Left out where there is little room."""

    @property
    def head(self) -> str:
        return str(self.name if self.name is not None else COUNTED[self.figure].name)

    @property
    def explained(self) -> str:
        return str(self.meaning if self.meaning is not None else COUNTED[self.figure].meaning)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is told of each part: its title, what its rows are, its columns."""

    title: Promise
    part: Promise
    split: str
    columns: Sequence[Column]
    pictured: int
    """The column that a picture of the table shows."""
    medians: Callable[[LeadQuestion], Mapping[str, Medians]] | None = None


@dataclass(frozen=True, kw_only=True)
class Value:
    """What stands in a cell: one of the three, or nothing."""

    n: int | None = None
    rate: Rate | None = None
    time: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One part, or all together, with a value for each column."""

    key: str | None
    name: str
    values: list[Value]


def rows_of(table: Table, question: LeadQuestion) -> list[Row]:
    """All together first, then each part that has something."""
    wanted = {figure for column in table.columns for figure in (column.figure, column.of) if figure}
    counts = count_parts(question, sorted(wanted), split=table.split)
    medians = table.medians(question) if table.medians is not None else {}
    keys = {key for found in counts.values() for key in found}
    names = part_names(table.split, sorted(keys))
    if table.split in PEOPLE:
        ordered = _by_name(keys)
    else:
        first = counts[table.columns[0].figure]
        ordered = sorted(keys, key=lambda key: (-first.get(key, 0), names[key]))
    return [
        Row(
            key=key,
            name=_("All together") if key is ALL else names[key],
            values=[_value(column, key, counts, medians) for column in table.columns],
        )
        for key in (ALL, *ordered)
    ]


def _value(
    column: Column, key: str | None, counts: Mapping[str, Mapping[str, int]], medians: Mapping[str, Medians]
) -> Value:
    def n(figure: str) -> int:
        return sum(counts[figure].values()) if key is ALL else counts[figure].get(key, 0)

    if column.median:
        return Value(time=medians[column.median].get(key))
    if column.of:
        return Value(rate=Rate(n(column.figure), n(column.of)))
    return Value(n=n(column.figure))


def _by_name(keys: Iterable[str]) -> list[str]:
    """Colleagues as lists sort them; nobody comes last."""
    known = [int(key) for key in keys if key != NOBODY]
    sort_keys = dict(Staff.objects.filter(pk__in=known).values_list("pk", "sort_key"))
    return sorted(keys, key=lambda key: (key == NOBODY, sort_keys.get(int(key), "") if key else "", key))


def _speeds(question: LeadQuestion) -> dict[str, Medians]:
    everybody, each = speed_of(
        question.leads(), since=question.since, until=min(question.until, question.as_of), at=question.as_of
    )
    by_key = {ALL: everybody} | {str(one.pk) if one else NOBODY: speed for one, speed in each.items()}
    return {
        "arrival": {key: speed.median for key, speed in by_key.items()},
        "given": {key: speed.median_since_given for key, speed in by_key.items()},
    }


def _answers(question: LeadQuestion) -> dict[str, Medians]:
    """Working time until sales answered; what was taken back had waited until then, without an answer."""
    rows = rows_counted(question, "sent").annotate(part=HAND_OVERS.splits["colleague"])
    calendar = WorkingCalendar.load()
    waits: dict[str | None, list[tuple[timedelta, bool]]] = {}
    for part, outcome, at, decided_at in rows.values_list("part", "outcome", "at", "decided_at"):
        took = calendar.working_between(at, decided_at or max(question.as_of, at))
        is_answered = outcome in (HandOver.Outcome.ACCEPTED, HandOver.Outcome.RETURNED)
        for key in (ALL, str(part)):
            waits.setdefault(key, []).append((took, is_answered))
    return {"answer": {key: censored_median(told) for key, told in waits.items()}}


_COLLEAGUE = gettext_lazy("Colleague")
_ACCEPTANCE = Column(
    figure="accepted",
    of="answered",
    name=gettext_lazy("Acceptance rate"),
    meaning=gettext_lazy("Accepted ÷ (accepted + returned) of the hand-overs of the period, each by itself."),
)
_ANSWERS = (Column(figure="sent"), Column(figure="accepted"), Column(figure="returned"), _ACCEPTANCE)
"""What became of hand-overs."""
_DUE = gettext_lazy(
    "Timers met ÷ timers due. Due are those whose deadline has passed and those met; open ones not yet due are in"
    " neither."
)

TABLES: Mapping[str, Table] = {
    "speed": Table(
        title=gettext_lazy("Speed to lead"),
        part=_COLLEAGUE,
        split="colleague",
        medians=_speeds,
        pictured=5,
        columns=(
            Column(figure="received"),
            Column(figure="contacted"),
            Column(figure="late"),
            Column(
                figure="received",
                median="arrival",
                name=pgettext_lazy("time to first contact", "From arrival"),
                meaning=gettext_lazy(
                    "Median working time from a lead's arrival to its first human contact; those still waiting count as"
                    " at least as long as they have waited (Kaplan-Meier). Taken over the latest 20,000 leads at most."
                ),
            ),
            Column(
                figure="received",
                median="given",
                name=pgettext_lazy("time to first contact", "From assignment"),
                meaning=gettext_lazy(
                    "The same from the moment at which the lead was last given to a colleague before that contact."
                    " Leads that nobody was given are not in it."
                ),
                is_minor=True,
            ),
            Column(figure="met", of="due", name=gettext_lazy("In time"), meaning=_DUE),
            Column(figure="came_back", is_minor=True),
            Column(
                figure="back_met",
                of="back_due",
                name=pgettext_lazy("people who came back", "Answered in time"),
                meaning=gettext_lazy("The same as “In time”, of the timers of people who came back."),
                is_minor=True,
            ),
        ),
    ),
    "acceptance": Table(
        title=gettext_lazy("Accepted by sales"),
        part=gettext_lazy("Salesperson"),
        split="colleague",
        medians=_answers,
        pictured=5,
        columns=(
            Column(figure="sent"),
            Column(figure="accepted"),
            Column(figure="returned"),
            Column(figure="to_answer"),
            Column(figure="overdue_answer"),
            _ACCEPTANCE,
            Column(
                figure="sent",
                median="answer",
                name=gettext_lazy("Median answer"),
                meaning=gettext_lazy(
                    "Working time from the hand-over until sales accepted or returned it; half were faster. Open ones,"
                    " and those that were taken back, count as waiting without an answer."
                ),
            ),
            Column(
                figure="fed_back",
                of="accepted",
                name=pgettext_lazy("figure", "Feedback"),
                meaning=gettext_lazy(
                    "Accepted hand-overs with feedback ÷ accepted ones. Feedback is a contact that sales recorded"
                    " since, and a next step or a later stage."
                ),
                is_minor=True,
            ),
        ),
    ),
    "sdr": Table(
        title=gettext_lazy("SDRs' board"),
        part=pgettext_lazy("role", "SDR"),
        split="worker",
        pictured=5,
        columns=(
            Column(figure="with_sdr"),
            Column(figure="sdr_new", is_minor=True),
            Column(figure="sdr_nurture", is_minor=True),
            Column(figure="sdr_mql", is_minor=True),
            Column(figure="sdr_back", is_minor=True),
            *_ANSWERS,
        ),
    ),
    "sources": Table(
        title=gettext_lazy("SDRs' board by channel"),
        part=pgettext_lazy("report", "Channel"),
        split="channel",
        pictured=1,
        columns=(
            Column(figure="with_sdr"),
            *_ANSWERS,
        ),
    ),
    "returns": Table(
        title=gettext_lazy("Why leads came back"),
        part=pgettext_lazy("report", "Reason"),
        split="reason",
        pictured=0,
        columns=(Column(figure="returned"),),
    ),
    "workload": Table(
        title=gettext_lazy("Workload"),
        part=_COLLEAGUE,
        split="colleague",
        pictured=0,
        columns=(
            Column(figure="open"),
            Column(figure="uncontacted"),
            Column(figure="overdue"),
            Column(figure="to_answer"),
            Column(figure="contacts"),
        ),
    ),
}
