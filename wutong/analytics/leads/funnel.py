"""How far leads get, from captured to won, and in what time. ``definitions`` tells readers what that means.

Computed in PostgreSQL and not in the lake, since a manager's figures end where the reader's sight ends and must hold
what was done a second ago. Source of the definitions: ``algorithms.md`` 5.
"""
# ruff: noqa: S608  # every statement is made of this module's own texts and of a queryset; what readers say is a value

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

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
    """How many leads reached each step, by part and altogether (part None); times only of a cohort.

    Times are estimates by Kaplan and Meier, in which leads that have not gone on yet count as still waiting.
    """
    reached, params = _reached(question)
    if question.method == "period":
        statement = f"""
            WITH {reached}
            SELECT (grouping(part) = 1) AS is_total, part, step, count(*), NULL, NULL FROM reached
            GROUP BY GROUPING SETS ((part, step), (step))
        """
    else:
        # Both the parts and the whole, then each instant at which somebody went on or was last seen waiting.
        statement = f"""
            WITH {reached},
            waits AS (
                SELECT is_total, CASE WHEN is_total THEN '' ELSE part END AS part, step, took, is_done
                FROM stays, (VALUES (true), (false)) AS both_(is_total)
            ),
            instants AS (
                SELECT is_total, part, step, took, count(*) FILTER (WHERE is_done) AS done, count(*) AS n
                FROM waits WHERE took IS NOT NULL GROUP BY 1, 2, 3, 4
            ),
            risks AS (
                SELECT *, sum(n) OVER (PARTITION BY is_total, part, step ORDER BY took DESC) AS at_risk FROM instants
            ),
            surviving AS (
                SELECT is_total, part, step, took, done,
                    exp(sum(ln(greatest(1 - done::float8 / at_risk::float8, 1e-300)))
                        OVER (PARTITION BY is_total, part, step ORDER BY took)) AS s
                FROM risks
            ),
            times AS (
                SELECT is_total, part, step, min(took) FILTER (WHERE s <= 0.5 + 1e-12 AND done > 0) AS median,
                    min(took) FILTER (WHERE s <= 0.2 + 1e-12 AND done > 0) AS p80
                FROM surviving GROUP BY 1, 2, 3
            ),
            counts AS (
                SELECT (grouping(part) = 1) AS is_total, coalesce(part, '') AS part, step, count(*) AS n FROM reached
                GROUP BY GROUPING SETS ((part, step), (step))
            )
            SELECT c.is_total, c.part, c.step, c.n, t.median, t.p80 FROM counts c
            LEFT JOIN times t ON t.is_total = c.is_total AND t.part = c.part AND t.step = c.step
        """
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    found = [
        Figure(part=None if is_total else part, step=step, n=n, median=_seconds(median), p80=_seconds(p80))
        for is_total, part, step, n, median, p80 in rows
    ]
    return sorted(found, key=lambda one: (one.part is not None, one.part or "", one.step))


def leads_behind(question: LeadQuestion, *, step: int, offset: int = 0, limit: int = 50) -> list[ReachedLead]:
    """A page of the leads that a figure counts, latest first."""
    reached, params = _reached(question)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {reached} SELECT id, at FROM reached WHERE step = %(step)s"
            " ORDER BY at DESC, id DESC OFFSET %(offset)s LIMIT %(limit)s",
            params | {"step": step, "offset": offset, "limit": limit},
        )
        return [ReachedLead(*row) for row in cursor.fetchall()]


def _reached(question: LeadQuestion) -> tuple[str, dict[str, Any]]:
    """Common tables ``reached`` (id, part, step, at) and, of a cohort, ``stays`` (part, step, took, is_done)."""
    split = PARTS[question.by]
    in_sight, values = question.leads().order_by().values("pk").query.sql_with_params()
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
    chosen = f"""
        chosen AS (
            SELECT l.id, l.created_at, {split.key} AS part FROM lifecycle_lead l {split.joins}
            WHERE l.id IN ({in_sight}) AND l.created_at <= %(as_of)s {{period}} {only}
        ),
        entries AS (
            SELECT v.lead_id, v.stage, min(v.entered_at) AS at FROM lifecycle_stagevisit v
            JOIN chosen c ON c.id = v.lead_id
            WHERE v.machine = 'lead' AND v.entered_at <= %(as_of)s GROUP BY 1, 2
        )"""
    if question.method == "period":
        stages = ", ".join(f"('{stage.value}', {number})" for number, stage in enumerate(STEPS, start=1))
        return (
            chosen.format(period="")
            + f""",
            reached AS (
                SELECT c.id, c.part, w.step, e.at FROM chosen c JOIN entries e ON e.lead_id = c.id
                JOIN (VALUES {stages}) AS w(stage, step) ON w.stage = e.stage
                WHERE e.at >= %(since)s AND e.at < %(until)s
            )""",
            params,
        )
    wide = ", ".join(
        f"min(e.at) FILTER (WHERE e.stage = '{stage.value}') AS at_{number}"
        for number, stage in enumerate(STEPS, start=1)
        if number > 1
    )
    # A stage that was skipped counts as passed at the moment of the next one that was not.
    passed = ", ".join(
        f"least({', '.join(f'at_{later}' for later in range(number, len(STEPS) + 1))}) AS at_{number}"
        for number in range(2, len(STEPS) + 1)
    )
    kept = ", ".join(
        f"CASE WHEN at_{number} <= created_at + %(window)s THEN at_{number} END AS at_{number}"
        for number in range(2, len(STEPS) + 1)
    )
    rows = ", ".join(
        f"({number}, at_{number}, {f'at_{number - 1}' if number > 1 else 'NULL::timestamptz'})"
        for number in range(1, len(STEPS) + 1)
    )
    return (
        chosen.format(period="AND l.created_at >= %(since)s AND l.created_at < %(until)s")
        + f""",
        wide AS (
            SELECT c.id, c.part, c.created_at, {wide},
                min(e.at) FILTER (WHERE e.stage IN ('lost', 'disqualified')) AS ended_at
            FROM chosen c LEFT JOIN entries e ON e.lead_id = c.id GROUP BY 1, 2, 3
        ),
        passed AS (SELECT id, part, created_at, ended_at, {passed} FROM wide),
        kept AS (SELECT id, part, created_at, ended_at, created_at AS at_1, {kept} FROM passed),
        steps AS (
            SELECT k.id, k.part, s.step, s.at, s.before,
                least(%(as_of)s, k.created_at + %(window)s, k.ended_at) AS seen_until
            FROM kept k CROSS JOIN LATERAL (VALUES {rows}) AS s(step, at, before)
        ),
        reached AS (SELECT id, part, step, at FROM steps WHERE at IS NOT NULL),
        stays AS (
            SELECT part, step, at IS NOT NULL AS is_done,
                extract(epoch FROM greatest(coalesce(at, seen_until), before) - before)::float8 AS took
            FROM steps WHERE step > 1 AND before IS NOT NULL
        )""",
        params,
    )


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)


def totals(found: Sequence[Figure]) -> list[int]:
    """The counts of all parts together, one a step."""
    counts = {one.step: one.n for one in found if one.part is None}
    return [counts.get(step, 0) for step in range(1, len(STEPS) + 1)]
