"""How far leads get, from captured to won, and in what time. ``definitions`` tells readers what that means.

Computed in PostgreSQL and not in the lake, since a manager's figures end where the reader's sight ends and must hold
what was done a second ago. Source of the definitions: ``algorithms.md`` 5.
"""
# ruff: noqa: S608  # every statement is made of this module's own texts and of a queryset; what readers say is a value

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from wutong.analytics.leads.question import PARTS, STEPS, WINDOW, LeadQuestion


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One step of one part: how many leads reached it, and how long that took from the step before."""

    part: str | None
    """None stands for all of them."""
    step: int
    """1 is the first."""
    n: int
    median: timedelta | None = None
    p80: timedelta | None = None


@dataclass(frozen=True)
class ReachedLead:
    """One lead behind a figure, and when it reached the step."""

    lead_id: int
    at: datetime


def figures(question: LeadQuestion) -> list[Figure]:
    """How many leads reached each step, by part and altogether (part None); how long that took altogether, by cohort.

    Times are estimates by Kaplan and Meier, in which leads that have not gone on yet count as still waiting.
    """
    kept, params = _kept(question)
    with_times = question.method == "cohort"
    rows = _fetched(
        f"WITH {kept} {_TIMES if with_times else ''} SELECT (grouping(part) = 1) AS is_total, part,"
        f" {'(SELECT json_object_agg(step, times) FROM times)' if with_times else 'NULL'}, {_COUNTS}"
        " FROM kept GROUP BY GROUPING SETS ((part), ())",
        params,
    )
    found = []
    for is_total, part, told, *numbers in rows:
        times = {int(step): both for step, both in (told or {}).items()} if is_total else {}
        for step, n in enumerate(numbers, start=1):
            median, p80 = times.get(step, (None, None))
            if n:
                took = {"median": _seconds(median), "p80": _seconds(p80)}
                found.append(Figure(part=None if is_total else part, step=step, n=n, **took))
    return sorted(found, key=lambda one: (one.part is not None, one.part or "", one.step))


def counts(question: LeadQuestion) -> list[int]:
    """How many leads reached each step, altogether."""
    kept, params = _kept(question)
    ((*numbers,),) = _fetched(f"WITH {kept} SELECT {_COUNTS} FROM kept", params)
    return numbers


def leads_behind(
    question: LeadQuestion, *, step: int, after: ReachedLead | None = None, limit: int = 50
) -> list[ReachedLead]:
    """A page of the leads that a figure counts, latest first, from the one that comes ``after``."""
    if step not in _NUMBERS:
        raise ValueError(step)
    kept, params = _kept(question)
    beyond = ""
    if after is not None:
        beyond = f"AND (at_{step}, id) < (%(after_at)s, %(after_id)s)"
        params |= {"after_at": after.at, "after_id": after.lead_id}
    rows = _fetched(
        f"WITH {kept} SELECT id, at_{step} FROM kept WHERE at_{step} IS NOT NULL {beyond}"
        f" ORDER BY at_{step} DESC, id DESC LIMIT %(limit)s",
        params | {"limit": limit},
    )
    return [ReachedLead(*row) for row in rows]


_NUMBERS = range(1, len(STEPS) + 1)
_COUNTS = ", ".join(f"count(at_{number})" for number in _NUMBERS)


_STAYS = " UNION ALL ".join(
    f"SELECT {step} AS step, at_{step} IS NOT NULL AS is_done,"
    f" extract(epoch FROM greatest(coalesce(at_{step}, seen_until), at_{step - 1}) - at_{step - 1})::float8 AS took"
    f" FROM kept WHERE at_{step - 1} IS NOT NULL"
    for step in _NUMBERS[1:]
)
_TIMES = f""",
stays AS ({_STAYS}),
instants AS (
    SELECT step, took, count(*) FILTER (WHERE is_done) AS done, count(*) AS n FROM stays GROUP BY 1, 2
),
risks AS (SELECT *, sum(n) OVER (PARTITION BY step ORDER BY took DESC) AS at_risk FROM instants),
surviving AS (
    SELECT step, took, exp(sum(ln(greatest(1 - done::float8 / at_risk::float8, 1e-300)))
        OVER (PARTITION BY step ORDER BY took)) AS s
    FROM risks WHERE done > 0
),
times AS (
    SELECT step, json_build_array(
        min(took) FILTER (WHERE s <= 0.5 + 1e-12), min(took) FILTER (WHERE s <= 0.2 + 1e-12)) AS times
    FROM surviving GROUP BY step
)
"""
"""For each step but the first the time by which half, and four of five, have come to it from the step before.

Each instant at which somebody went on or was last seen waiting comes with how many were still waiting then.
"""


def _kept(question: LeadQuestion) -> tuple[str, dict[str, Any]]:
    """A common table ``kept``, one row a lead: id, part, at_1, at_2 … (null where not reached), seen_until."""
    split = PARTS[question.by]
    in_sight, values = question.leads_captured().order_by().values("pk").query.sql_with_params()
    params: dict[str, Any] = {f"v{place}": value for place, value in enumerate(values)}
    in_sight = in_sight % tuple(f"%(v{place})s" for place in range(len(values)))
    params |= {
        "since": question.since,
        "until": question.until,
        "as_of": question.as_of,
        "window": WINDOW,
        "part": question.part,
    }
    only = f"AND {split.key} = %(part)s" if question.part is not None else ""
    firsts = ", ".join(
        f"min(v.entered_at) FILTER (WHERE v.stage = '{stage.value}') AS at_{number}"
        for number, stage in zip(_NUMBERS, STEPS, strict=True)
    )
    return (
        f"""
        chosen AS (
            SELECT l.id, l.created_at, {split.key} AS part FROM lifecycle_lead l {split.joins}
            WHERE l.id IN ({in_sight}) {only}
        ),
        firsts AS MATERIALIZED (
            SELECT c.id, c.part, c.created_at, {firsts},
                min(v.entered_at) FILTER (WHERE v.stage IN ('lost', 'disqualified')) AS ended_at
            FROM chosen c LEFT JOIN lifecycle_stagevisit v
                ON v.lead_id = c.id AND v.machine = 'lead' AND v.entered_at <= %(as_of)s
            GROUP BY 1, 2, 3
        ),
        {_ENTRIES if question.method == "period" else _FOLLOWED}""",
        params,
    )


_ENTRIES = (
    "kept AS MATERIALIZED (SELECT id, part, "
    + ", ".join(
        f"CASE WHEN at_{number} >= %(since)s AND at_{number} < %(until)s THEN at_{number} END AS at_{number}"
        for number in _NUMBERS
    )
    + " FROM firsts)"
)
"""By period: the first entries of the period."""
_FOLLOWED = (
    # A stage that was skipped counts as passed at the moment of the next one that was not.
    "passed AS MATERIALIZED (SELECT id, part, created_at, ended_at, "
    + ", ".join(
        f"least({', '.join(f'at_{n}' for n in _NUMBERS[number - 1 :])}) AS at_{number}" for number in _NUMBERS[1:]
    )
    + " FROM firsts), kept AS MATERIALIZED (SELECT id, part, created_at AS at_1, "
    + ", ".join(
        f"CASE WHEN at_{number} <= created_at + %(window)s THEN at_{number} END AS at_{number}"
        for number in _NUMBERS[1:]
    )
    + ", least(%(as_of)s, created_at + %(window)s, ended_at) AS seen_until FROM passed)"
)
"""By cohort: each lead from its creation, for as long as it is followed."""


def _fetched(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling took 2.5 of 3.6 s on 300,000 leads
        cursor.execute("SET LOCAL work_mem = '64MB'")  # one row a lead; else it goes through temporary files
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)
