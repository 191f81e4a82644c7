"""What a colleague has in hand (leads, deals, contracts …), and handing all of it over to one or several others.

The platform knows none of these: each capability registers what it holds, how it is counted and how it is moved.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, announce, notify_many
from wutong.platform.refusal import Refusal

AT_ONCE = 500
"""So many of a kind move in one transaction; what a colleague has beyond that, a job moves piece by piece."""


class NobodyToTakeIt(Refusal):
    code = "nobody_to_take_it"
    message = _("Choose at least one colleague who is active and not %(name)s.")


class NothingChosen(Refusal):
    code = "nothing_chosen"
    message = _("Choose what is to be handed over.")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Who gives what to whom."""

    source: Staff
    takers: Sequence[Staff]
    by: Staff
    at: datetime
    limit: int


Count = Callable[[Staff], int]
Move = Callable[[Batch], dict[int, int]]
"""Moves up to ``limit`` in turns, opens no transaction; returns how many each taker (by id) got. Whatever no taker may
hold stays where it is: then nobody gets anything, and moving ends."""


@dataclass(frozen=True, kw_only=True)
class InHand:
    """One kind of thing that colleagues have in hand."""

    code: str
    label: str | Promise
    count: Count
    move: Move


@dataclass(frozen=True)
class Held:
    """One line of the page."""

    kind: InHand
    n: int


_kinds: dict[str, InHand] = {}
_Row = TypeVar("_Row", bound=models.Model)


def register(kind: InHand) -> None:
    """Let ``kind`` be counted and handed over with everything else a colleague has."""
    _kinds[kind.code] = kind


def held_by(staff: Staff) -> list[Held]:
    """What ``staff`` has in hand, kinds with nothing included."""
    return [Held(kind, kind.count(staff)) for kind in _kinds.values()]


def hand_over_all(*, source: Staff, takers: Iterable[Staff], codes: Iterable[str], by: Staff, at: datetime) -> int:
    """Give everything of the kinds ``codes`` that ``source`` has to ``takers``, in turns.

    Returns:
        how many were moved at once; what is left is moved by a job.

    Raises:
        NobodyToTakeIt, NothingChosen: see there.
    """
    able = [one for one in takers if one.is_active and one.pk != source.pk]
    if not able:
        raise NobodyToTakeIt(name=source.full_name)
    chosen = [code for code in codes if code in _kinds]
    if not chosen:
        raise NothingChosen
    names = [str(one.public_id) for one in able]
    with transaction.atomic(durable=True):
        record("staff.work_handed_over", actor=by, subject=source, at=at, to=names, kinds=chosen)
        moved, is_done = _move_piece(source, able, chosen, by=by, at=at)
        if not is_done:
            move_rest_later.defer(source_id=source.pk, taker_ids=[one.pk for one in able], codes=chosen, by_id=by.pk)
    return moved


def move_rest(*, source: Staff, takers: Sequence[Staff], codes: Sequence[str], by: Staff, at: datetime) -> None:
    """Go on until nothing is left that a taker may hold; each piece commits by itself, so that a stop loses nothing."""
    is_done = False
    while not is_done:
        with transaction.atomic(durable=True):
            _moved, is_done = _move_piece(source, takers, codes, by=by, at=at)


def in_turns(
    rows: Sequence[_Row], takers: Sequence[Staff], fits: Callable[[_Row, Staff], bool]
) -> list[tuple[_Row, Staff]]:
    """Each row with the fitting taker who has got fewest of them so far."""
    got = dict.fromkeys([taker.pk for taker in takers], 0)
    given = []
    for row in rows:
        taker = min((one for one in takers if fits(row, one)), key=lambda one: got[one.pk])
        got[taker.pk] += 1
        given.append((row, taker))
    return given


def tally(given: Sequence[tuple[Any, Staff]]) -> dict[int, int]:
    """How many each taker got."""
    counted: dict[int, int] = {}
    for _row, taker in given:
        counted[taker.pk] = counted.get(taker.pk, 0) + 1
    return counted


def _move_piece(
    source: Staff, takers: Sequence[Staff], codes: Sequence[str], *, by: Staff, at: datetime
) -> tuple[int, bool]:
    """How many were moved, and whether that was all."""
    got: dict[int, int] = {}
    is_done = True
    for code in codes:
        batch = Batch(source=source, takers=takers, by=by, at=at, limit=AT_ONCE)
        moved = _kinds[code].move(batch)
        is_done = is_done and sum(moved.values()) < AT_ONCE
        for pk, n in moved.items():
            got[pk] = got.get(pk, 0) + n
    notices = [
        Notice(
            staff_id=pk,
            kind="work_handed",
            group=f"handed:{source.pk}",
            url="/",
            params={"by": by.full_name, "name": source.full_name},
        )
        for pk in got
        if got[pk] and pk != by.pk
    ]
    notify_many(notices, at=at)
    announce([(0, 0, "lead_changed", ["inbox"])])
    return sum(got.values()), is_done


@app.task(name="platform.move_rest", queue="upkeep")
def move_rest_later(source_id: int, taker_ids: list[int], codes: list[str], by_id: int) -> None:
    everybody = Staff.objects.select_related("team").in_bulk([source_id, by_id, *taker_ids])
    takers = [everybody[pk] for pk in taker_ids if everybody[pk].is_active]
    move_rest(source=everybody[source_id], takers=takers, codes=codes, by=everybody[by_id], at=timezone.now())
