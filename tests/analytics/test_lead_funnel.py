"""The manager's funnel, against an independent count over the raw history."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import make_lead, make_person
from wutong.analytics.leads.funnel import figures, leads_behind
from wutong.analytics.leads.question import STEPS, WINDOW, LeadQuestion
from wutong.analytics.periods import Period
from wutong.lifecycle.models import Clock, Lead, Stage, StageVisit
from wutong.people.models import Person

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD = Period(first=date(2026, 3, 1), last=date(2026, 3, 31), zone=ZONE)
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
START = PERIOD.since - timedelta(days=10)
ALL = [stage.value for stage in Stage]

pytestmark = pytest.mark.django_db

History = tuple[str, int, list[tuple[str, int]]]  # channel, hours after START, then (stage, hours after the one before)
histories = st.lists(
    st.tuples(
        st.sampled_from(["search", "direct", ""]),
        st.integers(0, 24 * 50),
        st.lists(st.tuples(st.sampled_from(ALL), st.integers(0, 24 * 100)), max_size=7),
    ),
    max_size=12,
)


def question(viewer: Any, **given: Any) -> LeadQuestion:
    return LeadQuestion(**({"viewer": viewer, "period": PERIOD, "as_of": AS_OF} | given))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=histories)
def test_random_histories_give_what_counting_by_hand_gives(wang: Any, person: Person, histories: list[History]) -> None:
    for old in (Clock, StageVisit, Lead):
        old.objects.all().delete()
    raw = [(channel, *stored(person, channel, hours, steps)) for channel, hours, steps in histories]

    for method in ("cohort", "period"):
        found = figures(question(wang, method=method))
        assert {(one.part, one.step): one.n for one in found} == by_hand(raw, method=method)
        for one in found:
            behind = leads_behind(question(wang, method=method, part=one.part), step=one.step)
            assert len(behind) == one.n

    medians = {one.step: one.median for one in figures(question(wang)) if one.part is None and one.step > 1}
    for step, median in medians.items():
        assert median == median_by_hand(raw, step), step


@pytest.fixture
def person(company: Any) -> Person:
    return make_person()


def stored(
    person: Person, channel: str, hours: int, steps: list[tuple[str, int]]
) -> tuple[Lead, list[tuple[str, Any]]]:
    """A lead with this history in the tables, and the history as plain (stage, instant)."""
    at = START + timedelta(hours=hours)
    lead = make_lead(person=person, at=at, channel=channel, stage="new")
    history = [("new", at)]
    for stage, later in steps:
        at += timedelta(hours=later)
        history.append((stage, at))
    lead.stage_visits.update(left_at=at)
    StageVisit.objects.bulk_create(
        StageVisit(
            machine="lead", stage=stage, subject=lead.subject, person=person, lead=lead, entered_at=entered, left_at=at
        )
        for stage, entered in history[1:]
    )
    return lead, history


def first_entries(history: list[tuple[str, datetime]]) -> dict[str, datetime]:
    entries: dict[str, datetime] = {}
    for stage, at in history:
        if at <= AS_OF:
            entries[stage] = min(at, entries.get(stage, at))
    return entries


def passed(history: list[tuple[str, datetime]]) -> list[datetime | None]:
    """When each step was reached, or passed by reaching a later one; None after the window."""
    entries, start = first_entries(history), history[0][1]
    times: list[datetime | None] = [start]
    for number in range(1, len(STEPS)):
        later = [entries[stage] for stage in STEPS[number:] if stage in entries]
        at = min(later) if later else None
        times.append(at if at is not None and at <= start + WINDOW else None)
    return times


def by_hand(raw: list[Any], *, method: str) -> dict[tuple[str | None, int], int]:
    counts: dict[tuple[str | None, int], int] = defaultdict(int)
    for channel, _, history in raw:
        if method == "cohort":
            is_of_it = PERIOD.since <= history[0][1] < PERIOD.until
            steps = [step for step, at in enumerate(passed(history), start=1) if at is not None and is_of_it]
        else:
            entries = first_entries(history)
            steps = [
                number
                for number, stage in enumerate(STEPS, start=1)
                if stage in entries and PERIOD.since <= entries[stage] < PERIOD.until
            ]
        for step in steps:
            counts[None, step] += 1
            counts[channel, step] += 1
    return dict(counts)


def median_by_hand(raw: list[Any], step: int) -> timedelta | None:
    """Kaplan and Meier by their product, over every lead that came to the step before."""
    waits = []
    for _, _, history in raw:
        start = history[0][1]
        times = passed(history)
        before = times[step - 2]
        if not PERIOD.since <= start < PERIOD.until or before is None:
            continue
        entries = first_entries(history)
        ends = [entries[stage] for stage in ("lost", "disqualified") if stage in entries]
        seen = min([AS_OF, start + WINDOW, *ends])
        at = times[step - 1]
        waits.append((max(at or seen, before) - before, at is not None))
    surviving = 1.0
    for instant in sorted({wait for wait, is_done in waits if is_done}):
        at_risk = sum(1 for wait, _ in waits if wait >= instant)
        surviving *= 1 - sum(1 for wait, is_done in waits if is_done and wait == instant) / at_risk
        if surviving <= 0.5 + 1e-9:
            return instant
    return None


def test_own_people_are_left_out_unless_asked_for(wang: Any) -> None:
    lead = make_lead(at=PERIOD.since)
    Person.objects.filter(pk=lead.person_id).update(is_own=True)
    assert figures(question(wang)) == []
    assert figures(question(wang, with_own=True))[0].n == 1


def test_figures_end_where_the_readers_sight_ends(mei: Any, zhou: Any) -> None:
    make_lead(at=PERIOD.since, team=zhou.team)
    make_lead(at=PERIOD.since, team=mei.team)
    assert figures(question(mei))[0].n == 1


@pytest.mark.parametrize("by", ["channel", "campaign", "form", "team", "owner", "sender", "line"])
def test_leads_can_be_split_by_everything_named(wang: Any, by: str) -> None:
    make_lead(at=PERIOD.since)
    whole, part = (one for one in figures(question(wang, by=by)) if one.step == 1)
    assert (whole.part, whole.n, part.n) == (None, 1, 1)
    assert leads_behind(question(wang, by=by, part=part.part), step=1)


def test_the_period_before_has_the_same_length_and_age(wang: Any) -> None:
    before = question(wang).before
    assert (before.period.first, before.period.last) == (date(2026, 1, 29), date(2026, 2, 28))
    assert before.as_of == AS_OF - timedelta(days=31)
