"""The ordered funnel: who went how far, in what time. ``definitions`` tells readers what that means.

Every function takes and returns Ibis tables and computes nothing; DuckDB runs them on the lake, and any other engine
that Ibis speaks runs the same. Instants are UTC, to the microsecond.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import ibis
from ibis import _

Method = Literal["cohort", "period"]
Tables: TypeAlias = Mapping[str, ibis.Table]
"""``events``, ``stage_visits`` and ``moves``, with the columns of the lake."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What counts as one step: any of these events, or entering any of these (machine, stage)."""

    code: str
    events: tuple[str, ...] = ()
    stages: tuple[tuple[str, str], ...] = ()


VISITOR = Step(code="visitor", events=("page_viewed",), stages=(("reach", "visitor"),))
FORM = Step(code="form", events=("form_submitted",))
CONTACT = Step(code="contact", events=("first_contact",))
STEPS = (VISITOR, FORM, CONTACT)
WINDOW = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which acts a report looks at."""

    since: datetime
    """Start of the period; it belongs to it."""
    until: datetime
    """End of the period; it does not belong to it."""
    as_of: datetime
    """The moment whose knowledge counts: later acts, and acts received later, are not seen."""
    own_people: Sequence[int] = ()
    """Colleagues, partners and test people as known today: their acts are not the market's, whenever they happened."""
    with_own: bool = False
    """Also acts of these."""
    with_machines: bool = False
    """Also acts of crawlers and monitors."""


def ordered_levels(
    starts: ibis.Table, later: Sequence[ibis.Table], *, window: timedelta, strictly: bool = True
) -> ibis.Table:
    """How far each person came from any of their starts, each following step within ``window`` of the start.

    Greedy per start: the earliest next step is never worse than a later one. The best start counts, and of equally good
    ones the earliest.

    Args:
        starts: one row a start: person_id (int64), channel (string), at (timestamp). A start stands once.
        later: the acts of steps 2, 3 …: person_id, at. May repeat.
        strictly: a later step needs a later instant. Otherwise equal instants count in the order of the steps.

    Returns:
        one row a person: person_id, channel, level (1 is the start), at_1, at_2 … (null where not reached).
        Source: ClickHouse's ``windowFunnel``, default and ``strict_increase``.
    """
    walk = starts.select("person_id", "channel", at_1="at")
    for number, acts in enumerate(later, start=2):
        walk = _one_step_further(walk, acts, number=number, window=window, strictly=strictly)
    levels = [walk[f"at_{number}"].notnull().ifelse(1, 0) for number in range(1, len(later) + 2)]
    walk = walk.mutate(level=sum(levels[1:], levels[0]).cast("int64"))
    best = ibis.row_number().over(group_by="person_id", order_by=[_.level.desc(), _.at_1])
    return walk.mutate(place=best).filter(_.place == 0).drop("place")


def reached(
    tables: Tables, *, method: Method, scope: Scope, window: timedelta = WINDOW, steps: Sequence[Step] = STEPS
) -> ibis.Table:
    """Who reached which step.

    Returns:
        one row for each person and step: person_id, channel (of the person's first start; empty when unknown), step
        (1 is the first), at, taken_us (microseconds since the step before; null at the first and by period).
    """
    firsts = _first_starts(tables, steps[0], scope)
    if method == "period":
        return _entries_of_the_period(tables, steps, scope, firsts)
    starts = firsts.filter(_.at >= scope.since, _.at < scope.until)
    later = [_acts(tables, step, scope).filter(_.at > scope.since, _.at <= scope.until + window) for step in steps[1:]]
    return _long(ordered_levels(starts, later, window=window), len(steps))


def figures(reached_steps: ibis.Table) -> ibis.Table:
    """People and median time of each step, by channel and, where ``is_total``, over all channels.

    Returns:
        is_total, channel, step, n (int64), median_us (float64, null without a time). No order.
    """
    by_channel = reached_steps.mutate(is_total=ibis.literal(False))
    totals = reached_steps.mutate(is_total=ibis.literal(True), channel=ibis.literal("", "string"))
    both = by_channel.select(*_FIGURE_COLUMNS).union(totals.select(*_FIGURE_COLUMNS))
    counted = both.group_by("is_total", "channel", "step").agg(n=_.count())
    medians = _medians(both.filter(_.taken_us.notnull()))
    joined = counted.left_join(medians, ["is_total", "channel", "step"])
    return joined.select("is_total", "channel", "step", "n", "median_us")


def people_behind(reached_steps: ibis.Table, *, step: int, channel: str | None) -> ibis.Table:
    """The people of one figure, latest first: person_id, channel, at. ``channel`` None is all of them."""
    chosen = reached_steps.filter(_.step == step)
    if channel is not None:
        chosen = chosen.filter(_.channel == channel)
    return chosen.select("person_id", "channel", "at").order_by(_.at.desc(), _.person_id)


_FIGURE_COLUMNS = ("is_total", "channel", "step", "person_id", "taken_us")


def _one_step_further(
    walk: ibis.Table, acts: ibis.Table, *, number: int, window: timedelta, strictly: bool
) -> ibis.Table:
    """``walk`` with the instant at which its step ``number`` was reached."""
    # One aggregation over all acts of the person, not a join back of the hits: each mention of ``walk`` would double
    # the query on engines that put common tables in where they are named, as ClickHouse does.
    so_far = walk.columns
    before = walk[f"at_{number - 1}"]
    theirs = acts.select(actor="person_id", acted_at="at")
    both = walk.left_join(theirs, walk.person_id == theirs.actor)
    is_later = both.acted_at > before if strictly else both.acted_at >= before
    in_window = both.acted_at <= walk.at_1 + ibis.interval(seconds=int(window.total_seconds()))
    hit = (is_later & in_window).ifelse(both.acted_at, ibis.null("timestamp('UTC', 6)"))
    return both.mutate(hit=hit).group_by(*so_far).agg(**{f"at_{number}": _.hit.min()})


def _first_starts(tables: Tables, step: Step, scope: Scope) -> ibis.Table:
    """Each person's first start ever: person_id, channel, at."""
    # Subjects come first: joining the moves to a few million subjects, not to all events, is what makes this fast.
    acts = _raw_acts(tables, step, scope).filter(_.at < scope.until)
    by_subject = acts.group_by("subject_id", "person_id", "channel").agg(at=_.at.min())
    people = _of_the_market(_as_today(by_subject, tables["moves"]), scope)
    # Of starts at one instant the one that knows its channel counts, then the alphabet decides.
    known = people.mutate(is_unknown=(people.channel == "").ifelse(1, 0))
    first = ibis.row_number().over(group_by="person_id", order_by=[known.at, known.is_unknown, known.channel])
    return known.mutate(place=first).filter(_.place == 0).select("person_id", "channel", "at")


def _entries_of_the_period(tables: Tables, steps: Sequence[Step], scope: Scope, firsts: ibis.Table) -> ibis.Table:
    channels = firsts.select("person_id", "channel")
    entries = []
    for number, step in enumerate(steps, start=1):
        acts = _acts(tables, step, scope).filter(_.at >= scope.since, _.at < scope.until)
        first = acts.group_by("person_id").agg(at=_.at.min())
        entry = first.left_join(channels, "person_id")
        entries.append(
            entry.select(
                "person_id",
                "at",
                channel=ibis.coalesce(entry.channel, ibis.literal("")),
                step=ibis.literal(number, "int64"),
                taken_us=ibis.null("int64"),
            ).select(*_REACHED_COLUMNS)
        )
    return ibis.union(*entries)


_REACHED_COLUMNS = ("person_id", "channel", "step", "at", "taken_us")


def _long(levels: ibis.Table, steps: int) -> ibis.Table:
    """One row a person and step from one row a person."""
    numbers = range(1, steps + 1)
    each = levels.mutate(step=ibis.array([ibis.literal(number, "int64") for number in numbers]).unnest())
    each = each.filter(each.step <= each.level)
    before = {
        number: each[f"at_{number - 1}"] if number > 1 else ibis.null("timestamp('UTC', 6)") for number in numbers
    }
    at = ibis.cases(*((each.step == number, each[f"at_{number}"]) for number in numbers))
    previous = ibis.cases(*((each.step == number, before[number]) for number in numbers))
    taken = at.delta(previous, unit="microsecond").cast("int64")
    return each.mutate(at=at, taken_us=taken).select(*_REACHED_COLUMNS)


def _acts(tables: Tables, step: Step, scope: Scope) -> ibis.Table:
    """The acts of a step, by who did them as known today: person_id, channel, at."""
    return _of_the_market(_as_today(_raw_acts(tables, step, scope), tables["moves"]), scope)


def _raw_acts(tables: Tables, step: Step, scope: Scope) -> ibis.Table:
    """The acts of a step as exported: subject_id, person_id, channel, at."""
    seen = tables["events"].filter(_.subject_id.notnull(), _.occurred_at <= scope.as_of, _.received_at <= scope.as_of)
    kept = seen.filter(_.name.isin(step.events))
    if not scope.with_machines:
        kept = kept.filter(~_.is_machine)
    columns = ("subject_id", "person_id", "channel", "at")
    acts = kept.mutate(at="occurred_at").select(*columns)
    if not step.stages:
        return acts
    visits = tables["stage_visits"].filter(_.entered_at <= scope.as_of)
    is_entered = ibis.or_(*((visits.machine == machine) & (visits.stage == stage) for machine, stage in step.stages))
    entries = visits.filter(is_entered).mutate(at="entered_at").select(*columns)
    if not scope.with_machines:
        # A stay has no flag of its own. The act that began it has the same subject and instant, and carries one.
        machines = seen.filter(_.is_machine).select("subject_id", at="occurred_at")
        entries = entries.anti_join(machines, ["subject_id", "at"])
    return acts.union(entries)


def _of_the_market(acts: ibis.Table, scope: Scope) -> ibis.Table:
    """``acts`` without those of our own people.

    Who is one of ours is asked of the person as known today, not of the flag that the event took along: somebody may be
    recognised as a colleague, or as no colleague, long after the act.
    """
    if scope.with_own or not scope.own_people:
        return acts
    return acts.filter(acts.person_id.notin(list(scope.own_people)))


def _as_today(acts: ibis.Table, moves: ibis.Table) -> ibis.Table:
    """``acts`` with the person that each subject belongs to today."""
    latest = ibis.row_number().over(group_by="subject_id", order_by=_.id.desc())
    today = moves.mutate(place=latest).filter(_.place == 0).select(moved="subject_id", today="person_id")
    joined = acts.left_join(today, acts.subject_id == today.moved)
    return joined.mutate(person_id=ibis.coalesce(joined.today, joined.person_id)).drop("moved", "today")


def _medians(taken: ibis.Table) -> ibis.Table:
    """The exact median by counting places: engines differ in what they call a median."""
    group = ["is_total", "channel", "step"]
    placed = taken.mutate(
        place=ibis.row_number().over(group_by=group, order_by=[_.taken_us, _.person_id]) + 1,
        n=_.count().over(group_by=group),
    )
    middle = placed.filter(_.place * 2 >= _.n, _.place * 2 <= _.n + 2)
    return middle.group_by(group).agg(median_us=_.taken_us.mean())
