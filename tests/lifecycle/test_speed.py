"""How fast first contacts are made, beside an independent count."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NINE, make_lead, make_staff
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Lead, Stage
from wutong.lifecycle.speed import censored_median, speed
from wutong.lifecycle.stages import move_lead
from wutong.platform.models import Staff

MINUTE = timedelta(minutes=1)
waits = st.lists(st.tuples(st.integers(0, 30).map(lambda n: n * MINUTE), st.booleans()), max_size=30)


def survivors(told: Sequence[tuple[timedelta, bool]], at: timedelta) -> Fraction:
    """The product-limit estimate of the share that still waits after ``at``, in exact fractions."""
    share = Fraction(1)
    for moment in sorted({wait for wait, is_done in told if is_done and wait <= at}):
        at_risk = sum(wait >= moment for wait, _ in told)
        done = sum(wait == moment and is_done for wait, is_done in told)
        share *= Fraction(at_risk - done, at_risk)
    return share


@given(told=waits)
def test_the_median_is_the_first_time_by_which_half_are_done(told: list[tuple[timedelta, bool]]) -> None:
    moments = sorted({wait for wait, is_done in told if is_done})
    expected = next((moment for moment in moments if survivors(told, moment) <= Fraction(1, 2)), None)
    assert censored_median(told) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], None),
        ([(5, False)], None),
        ([(5, True)], 5),
        ([(1, True), (2, True), (9, True)], 2),
        ([(1, True), (2, True)], 1),
        ([(1, True), (1, False), (1, False)], None),  # who still waits counts as at least as long
        ([(0, False), (3, True)], 3),
    ],
)
def test_who_still_waits_counts_as_at_least_that_long(told, expected) -> None:
    found = censored_median([(n * MINUTE, is_done) for n, is_done in told])
    assert found == (expected if expected is None else expected * MINUTE)


def contact(lead: Lead, by: Staff, *, after: timedelta) -> None:
    record_follow_up(lead=lead, by=by, at=NINE + after, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED)


def close(lead: Lead, by: Staff, *, after: timedelta) -> None:
    move_lead(lead=lead, to=Stage.DISQUALIFIED, by=by, at=NINE + after, reason="duplicate")


@pytest.mark.django_db
def test_attainment_counts_what_is_due_and_nothing_else(mei, lin) -> None:
    contact(make_lead(), mei, after=3 * MINUTE)  # met
    contact(make_lead(), mei, after=20 * MINUTE)  # late
    contact(make_lead(), lin, after=5 * MINUTE)  # met, at the very deadline
    make_lead(owner=lin)  # late and open, on Lin's desk
    make_lead(at=NINE + 28 * MINUTE)  # open, not yet due
    close(make_lead(), mei, after=2 * MINUTE)  # closed in time without a contact: never due
    close(make_lead(), mei, after=12 * MINUTE)  # closed late without a contact: closing it hides nothing
    make_lead(at=NINE - timedelta(days=1))  # before the period

    everything, by_colleague = speed(mei, since=NINE, at=NINE + 30 * MINUTE)

    assert (everything.started, everything.contacted, everything.waiting, everything.late) == (7, 3, 2, 2)
    assert (everything.met, everything.due) == (2, 5)
    assert everything.attainment == 0.4
    told = [(3, True), (20, True), (5, True), (30, False), (2, False), (2, False), (12, False)]
    assert everything.median == censored_median([(n * MINUTE, is_done) for n, is_done in told]) == 20 * MINUTE
    counted = {one and one.full_name: (own.contacted, own.met, own.due) for one, own in by_colleague.items()}
    assert counted == {"Lin": (1, 1, 2), "Mei": (2, 1, 3), None: (0, 0, 0)}


@pytest.mark.django_db
def test_leads_that_a_colleague_lets_wait_are_in_their_own_figures(mei, lin) -> None:
    """Two of three are late on Mei's desk: her own attainment and median say so, not only everybody's."""
    contact(make_lead(owner=mei), mei, after=2 * MINUTE)
    for _ in range(2):
        make_lead(owner=mei)
    contact(make_lead(owner=lin), lin, after=4 * MINUTE)

    everything, by_colleague = speed(lin, since=NINE, at=NINE + 30 * MINUTE)

    assert (by_colleague[mei].attainment, by_colleague[mei].median, by_colleague[mei].late) == (1 / 3, None, 2)
    assert by_colleague[lin].attainment == 1
    assert sum(own.due for own in by_colleague.values()) == everything.due


@pytest.mark.django_db
def test_nothing_due_is_no_rate(mei) -> None:
    everything, by_colleague = speed(mei, since=NINE, at=NINE + MINUTE)
    assert (everything.attainment, everything.median, everything.started) == (None, None, 0)
    assert by_colleague == {}


@pytest.mark.django_db
def test_time_outside_working_hours_does_not_count(mei) -> None:
    evening = NINE + timedelta(hours=12)  # nine in the evening; the office opens twelve hours later
    lead = make_lead(at=evening)
    contact(lead, mei, after=timedelta(hours=24, minutes=2))
    everything, _ = speed(mei, since=NINE, at=NINE + timedelta(days=2))
    assert everything.median == 2 * MINUTE


@pytest.mark.django_db
def test_figures_hold_what_their_reader_may_see(mei, zhou) -> None:
    make_lead()
    boss = make_staff("Boss", role="manager", data_scope="all")
    assert [speed(reader, since=NINE, at=NINE + MINUTE)[0].started for reader in (mei, zhou, boss)] == [1, 0, 1]
