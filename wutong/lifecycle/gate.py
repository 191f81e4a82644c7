"""The score gate: who reaches it becomes an MQL at once; who stays below it for days goes back to nurturing.

Entering is immediate and needs permission to contact. Leaving takes the model's days, and happens only to leads that
the gate itself made MQL and that wait for nobody in sales: falling scores take nothing back from them.
Source: ``algorithms.md`` 3.1, matrix.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from wutong.lifecycle.models import Accountable, HandOver, Lead, Machine, Stage
from wutong.lifecycle.stages import step_many
from wutong.scoring.in_force import Model, models_in_force
from wutong.scoring.models import LineScore, PersonScore

REASON, REASON_BACK = "score_gate", "below_score_gate"
"""Why the machine moved a lead; kept with the stay."""
_AT_ONCE = 500
_BEFORE_THE_GATE = (Stage.NEW, Stage.NURTURE, Stage.RETURNED)

# A lead is judged by its product line's model where the line has one.
_SCORE = """
LATERAL (
    SELECT s.is_in_gate, s.below_since, s.last_counted_at FROM scoring_linescore s
    WHERE s.person_id = l.person_id AND s.product_line = p.code
    UNION ALL
    SELECT s.is_in_gate, s.below_since, s.last_counted_at FROM scoring_personscore s
    WHERE s.person_id = l.person_id AND NOT p.code = ANY(%(lines)s)
) s
"""
# Of each address what stands counts, and one denial beats every grant. Source: ``algorithms.md`` 1.1.
_MAY_BE_CONTACTED = """
(SELECT bool_and(c.state = 'granted' AND (c.expires_at IS NULL OR c.expires_at > %(at)s)) FROM people_consentstanding c
 WHERE c.person_id = l.person_id AND c.kind = 'general' AND c.purpose IN ('contact', 'any'))
"""
# The last time that somebody who knew the score decided against it: returned, or put aside after it had been an MQL.
_DECIDED = """
LATERAL (
    SELECT max(v.entered_at) AS at FROM lifecycle_stagevisit v
    WHERE v.lead_id = l.id AND v.machine = 'lead'
      AND (v.stage = 'returned' OR v.stage = 'nurture' AND v.entered_by_id IS NOT NULL AND EXISTS (
          SELECT FROM lifecycle_stagevisit b
          WHERE b.lead_id = l.id AND b.machine = 'lead' AND b.stage NOT IN ('new', 'nurture')
            AND b.entered_at <= v.entered_at
      ))
) decided
"""
_STAY = """
JOIN lifecycle_stagevisit v ON v.lead_id = l.id AND v.machine = 'lead' AND v.left_at IS NULL
"""


def enter_gate(people: Iterable[int], *, at: datetime) -> list[Lead]:
    """Make MQLs of the leads of ``people`` who meet the gate. Opens no transaction.

    A lead enters at once, whether an act, a fact or a new model brought it there. One that was returned, or that a
    colleague has put aside as an MQL, needs an act that counted since, wherever it has been moved meanwhile: whoever
    decided so knew the score.
    """
    rows = _keys(
        f"""
        SELECT l.id FROM lifecycle_lead l
        JOIN lifecycle_productline p ON p.id = l.product_line_id
        CROSS JOIN {_SCORE} CROSS JOIN {_DECIDED}
        WHERE l.person_id = ANY(%(people)s) AND l.stage IN ('new', 'nurture', 'returned') AND s.is_in_gate
          AND (decided.at IS NULL OR s.last_counted_at > decided.at)
          AND {_MAY_BE_CONTACTED}
        """,  # noqa: S608  # made of constants
        people=sorted(set(people)),
        lines=_lines(),
        at=at,
    )
    leads = _locked(rows, *_BEFORE_THE_GATE)
    step_many(leads, to=Stage.MQL, by=None, at=at, reason=REASON)
    return leads


def leave_gate(*, at: datetime, limit: int = _AT_ONCE) -> int:
    """Send back to nurturing what the gate made MQL and has been below it for the model's days; returns how many.

    Opens no transaction.
    """
    rows = _keys(
        f"""
        SELECT l.id FROM lifecycle_lead l
        JOIN lifecycle_productline p ON p.id = l.product_line_id
        {_STAY} CROSS JOIN {_SCORE}
        WHERE l.stage = 'mql' AND l.accountable = 'sdr' AND v.entered_by_id IS NULL AND v.reason = %(reason)s
          AND NOT EXISTS (SELECT FROM lifecycle_handover h WHERE h.lead_id = l.id AND h.decided_at IS NULL)
          AND s.below_since <= (%(before)s::jsonb ->> CASE WHEN p.code = ANY(%(lines)s) THEN p.code ELSE '' END)
              ::timestamptz
        ORDER BY l.id LIMIT %(limit)s
        """,  # noqa: S608  # made of constants
        reason=REASON,
        lines=_lines(),
        before=json.dumps({model.product_line: _left_by(model, at=at) for model in models_in_force().all}),
        limit=limit,
    )
    leads = _locked(rows, Stage.MQL)
    step_many(leads, to=Stage.NURTURE, by=None, at=at, reason=REASON_BACK)
    return len(leads)


def lately_in_gate(*, since: datetime) -> Iterable[list[int]]:
    """People in the gate whose score was redone since then, some hundreds at a time."""
    for scores in (PersonScore.objects, LineScore.objects):
        met = scores.filter(is_in_gate=True, computed_at__gte=since).order_by("person_id")
        people = list(met.values_list("person_id", flat=True))
        yield from (people[start : start + _AT_ONCE] for start in range(0, len(people), _AT_ONCE))


def that_would_enter(people: Iterable[int], *, product_line: str) -> int:
    """How many leads of ``people`` stand before the gate."""
    return _of_line(people, product_line).filter(stage__in=_BEFORE_THE_GATE).count()


def that_would_leave(people: Iterable[int], *, product_line: str) -> int:
    """How many leads of ``people`` the gate has made MQL and nobody in sales waits for."""
    made = _of_line(people, product_line).filter(stage=Stage.MQL, accountable=Accountable.SDR)
    stays = {"stage_visits__left_at": None, "stage_visits__machine": Machine.LEAD, "stage_visits__reason": REASON}
    return made.filter(**stays).exclude(hand_overs__in=HandOver.objects.filter(decided_at=None)).distinct().count()


def _of_line(people: Iterable[int], product_line: str) -> QuerySet[Lead]:
    """Leads that are judged by the model of ``product_line``; by the company's those of lines without one."""
    leads = Lead.objects.filter(person__in=list(people))
    if product_line:
        return leads.filter(product_line__code=product_line)
    return leads.exclude(product_line__code__in=_lines())


def _lines() -> list[str]:
    """Product lines that have a model of their own."""
    return list(models_in_force().lines)


def _left_by(model: Model, *, at: datetime) -> str:
    """Who has been below since then or longer leaves."""
    return (at - timedelta(days=model.definition.hysteresis_days)).isoformat()


def _keys(statement: str, **values: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [key for (key,) in cursor.fetchall()]


def _locked(keys: list[int], *stages: Stage) -> list[Lead]:
    """The leads that are still in one of ``stages``, their rows locked."""
    found = Lead.objects.select_for_update(no_key=True).filter(pk__in=keys, stage__in=stages)
    return list(found.order_by("pk")) if keys else []
