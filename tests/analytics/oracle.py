"""The funnel by hand: loops over plain rows, written from the definitions and not from the code under test."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from wutong.analytics.funnel import STEPS, Scope, Step

Row = Mapping[str, Any]
Reached = dict[tuple[int, int], tuple[str, datetime, int | None]]  # (person, step) → channel, at, microseconds taken


def level(acts: Sequence[tuple[datetime, int]], steps: int, window: timedelta, *, strictly: bool) -> int:
    """The deepest step of one person, from the (instant, step) of all acts."""
    return max((len(_walk(at, acts, steps, window, strictly)) for at, step in acts if step == 1), default=0)


def reached(
    events: Iterable[Row], visits: Iterable[Row], moves: Iterable[Row], *, scope: Scope, window: timedelta, method: str
) -> Reached:
    """Who reached what; the keys and values say which."""
    today = {move["subject_id"]: move["person_id"] for move in sorted(moves, key=lambda move: move["id"])}
    acts = list(_acts(list(events), list(visits), today, scope))
    by_person: dict[int, list[tuple[datetime, int, str]]] = defaultdict(list)
    for person, at, step, channel in acts:
        by_person[person].append((at, step, channel))
    found: Reached = {}
    for person, theirs in by_person.items():
        starts = sorted((at, channel == "", channel) for at, step, channel in theirs if step == 1 and at < scope.until)
        channel = starts[0][2] if starts else ""
        if method == "period":
            for number in range(1, len(STEPS) + 1):
                within = [at for at, step, _ in theirs if step == number and scope.since <= at < scope.until]
                if within:
                    found[person, number] = (channel, min(within), None)
        elif starts and starts[0][0] >= scope.since:
            times = _walk(starts[0][0], [(at, step) for at, step, _ in theirs], len(STEPS), window, strictly=True)
            for number, at in enumerate(times, start=1):
                taken = (at - times[number - 2]) // timedelta(microseconds=1) if number > 1 else None
                found[person, number] = (channel, at, taken)
    return found


def figures(found: Reached) -> list[dict[str, Any]]:
    """As ``funnel.figures``, sorted as the engines' answers are."""
    groups: dict[tuple[bool, str, int], list[int | None]] = defaultdict(list)
    for (_, step), (channel, _, taken) in found.items():
        groups[False, channel, step].append(taken)
        groups[True, "", step].append(taken)
    rows = []
    for (is_total, channel, step), taken in sorted(groups.items()):
        times = [time for time in taken if time is not None]
        middle = float(median(times)) if times else None
        rows.append({"is_total": is_total, "channel": channel, "step": step, "n": len(taken), "median_us": middle})
    return rows


def _walk(
    start: datetime, acts: Sequence[tuple[datetime, int]], steps: int, window: timedelta, strictly: bool
) -> list[datetime]:
    times = [start]
    for number in range(2, steps + 1):
        following = [
            at
            for at, step in acts
            if step == number and (at > times[-1] if strictly else at >= times[-1]) and at - start <= window
        ]
        if not following:
            break
        times.append(min(following))
    return times


def _acts(
    events: list[Row], visits: list[Row], today: Mapping[int, int], scope: Scope
) -> Iterable[tuple[int, datetime, int, str]]:
    seen = [event for event in events if max(event["occurred_at"], event["received_at"]) <= scope.as_of]
    seen = [event for event in seen if event["subject_id"] is not None]
    flagged = {(event["subject_id"], event["occurred_at"]) for event in seen if _is_flagged(event, scope)}
    for event in seen:
        for number, step in enumerate(STEPS, start=1):
            if event["name"] in step.events and not _is_flagged(event, scope):
                person = today.get(event["subject_id"], event["person_id"])
                if _is_ours(person, scope):
                    continue
                yield person, event["occurred_at"], number, event["channel"]
    for visit in visits:
        for number, step in enumerate(STEPS, start=1):
            is_known = visit["entered_at"] <= scope.as_of
            if is_known and _is_entered(visit, step) and (visit["subject_id"], visit["entered_at"]) not in flagged:
                person = today.get(visit["subject_id"], visit["person_id"])
                if _is_ours(person, scope):
                    continue
                yield person, visit["entered_at"], number, visit["channel"]


def _is_entered(visit: Row, step: Step) -> bool:
    return (visit["machine"], visit["stage"]) in step.stages


def _is_flagged(event: Row, scope: Scope) -> bool:
    return bool(event["is_machine"] and not scope.with_machines)


def _is_ours(person: int, scope: Scope) -> bool:
    return person in scope.own_people and not scope.with_own
