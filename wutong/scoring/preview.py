"""What a draft would change, before it is published."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from wutong.people.models import Person, Reach
from wutong.scoring.behaviour import Curve, Sum
from wutong.scoring.definition import Definition
from wutong.scoring.fit import Profile, fit, profiles_of
from wutong.scoring.in_force import Model, Models, measures_of, models_in_force
from wutong.scoring.recount import acts_of
from wutong.scoring.score import summed, sums_of

PEOPLE = 3_000
"""So many people are compared, those who were here last; a company with fewer is compared whole."""
_PIECE = 500


@dataclass(frozen=True)
class Move:
    """Somebody whose cell of the matrix would change."""

    person_id: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What would change: moves in the order in which people were here last, latest first."""

    compared: int
    is_sample: bool
    moves: list[Move]
    before: Counter[str]
    """People in each cell by the model in force."""
    after: Counter[str]
    entering: list[int]
    """People who would meet the gate and do not now."""
    leaving: list[int]


def compare(draft: Definition, *, product_line: str, at: datetime) -> Comparison:
    """Score known people by the model in force and by ``draft``. Writes nothing.

    What only the draft counts is counted from the events of the hot store.
    """
    models = models_in_force()
    now = models.of_line(product_line).definition
    trial = Models(Model(version=0, definition=draft), {})
    uncounted = {key: one for key, one in measures_of(draft).items() if key not in models.measures}
    known = Person.objects.current().filter(is_own=False).exclude(reach=Reach.VISITOR).order_by("-last_seen_at", "-pk")
    people = list(known[: PEOPLE + 1])
    compared = people[:PEOPLE]
    moves: list[Move] = []
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    entering: list[int] = []
    leaving: list[int] = []
    for start in range(0, len(compared), _PIECE):
        piece = compared[start : start + _PIECE]
        ids = [person.pk for person in piece]
        profiles, sums = profiles_of(piece), sums_of(ids)
        if uncounted:
            for term in summed(acts_of(ids, uncounted), trial):
                if term.measure in uncounted:
                    sums.setdefault(term.person_id, []).append(
                        Sum(term.measure, term.value, term.as_of, term.n, term.day)
                    )
        for id in ids:
            was = _cell(now, profiles[id], sums.get(id, []), at=at)
            will = _cell(draft, profiles[id], sums.get(id, []), at=at)
            before[was] += 1
            after[will] += 1
            if was != will:
                moves.append(Move(id, was, will))
            is_in, will_be_in = was in now.gate, will in draft.gate
            if is_in != will_be_in:
                (entering if will_be_in else leaving).append(id)
    return Comparison(
        compared=len(compared),
        is_sample=len(people) > PEOPLE,
        moves=moves,
        before=before,
        after=after,
        entering=entering,
        leaving=leaving,
    )


def _cell(definition: Definition, profile: Profile, sums: list[Sum], *, at: datetime) -> str:
    letter = definition.letter(fit(definition, profile))
    return f"{letter}{definition.digit(Curve(definition, sums, at=at).now)}"
