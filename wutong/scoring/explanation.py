"""Why somebody's score is what it is, and what would raise it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from wutong.people.models import Person
from wutong.scoring.behaviour import Curve, Line
from wutong.scoring.definition import ActRule, Definition
from wutong.scoring.fit import fit, fit_lines, profile_of, unmet
from wutong.scoring.in_force import models_in_force
from wutong.scoring.score import sums_of
from wutong.scoring.shipped import name_of

_CHANCES = 3


@dataclass(frozen=True)
class Chance:
    """Something that would raise the score: by how much at most, and into which cell of the matrix."""

    label: str
    points: float
    code: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Both halves of a score with their lines, which add up to them, and what would raise each."""

    fit: float
    letter: str
    fit_lines: list[Line]
    behaviour: float
    digit: int
    lines: list[Line]
    acts_to_come: list[Chance]
    facts_to_learn: list[Chance]
    version: int

    @property
    def code(self) -> str:
        return f"{self.letter}{self.digit}"

    @property
    def rounded(self) -> int:
        return round(self.behaviour)


def explanation(person: Person, *, at: datetime, product_line: str = "") -> Explanation:
    """The person's score at ``at`` by the line's model, else the company's. Our own people's acts count for nothing."""
    model = models_in_force().of_line(product_line)
    definition = model.definition
    profile = profile_of(person)
    curve = Curve(definition, [] if person.is_own else sums_of([person.pk]).get(person.pk, []), at=at)
    fits, behaves = fit(definition, profile), curve.now
    letter, digit = definition.letter(fits), definition.digit(behaves)
    return Explanation(
        fit=fits,
        letter=letter,
        fit_lines=fit_lines(definition, profile),
        behaviour=behaves,
        digit=digit,
        lines=curve.lines(),
        acts_to_come=list(islice(_acts_to_come(definition, curve, letter), _CHANCES)),
        facts_to_learn=[
            Chance(name_of(rule), rule.points, f"{definition.letter(min(fits + rule.points, 100))}{digit}")
            for rule in unmet(definition, profile)[:_CHANCES]
        ],
        version=model.version,
    )


def _acts_to_come(definition: Definition, curve: Curve, letter: str) -> Iterable[Chance]:
    """The rules that would add most if their act happened once more."""
    now = curve.now
    rooms = [(_room(rule, curve), rule) for rule in definition.acts if rule.is_on and rule.points > 0]
    for room, rule in sorted(rooms, key=lambda pair: (-pair[0], pair[1].code)):
        gain = min(room, 100.0 - now)
        if gain >= 1:
            yield Chance(name_of(rule), gain, f"{letter}{definition.digit(now + gain)}")


def _room(rule: ActRule, curve: Curve) -> float:
    """What one more act would add under the rule's cap."""
    if rule.cap is None:
        return rule.points
    return max(0.0, min(rule.points, rule.cap - curve.worth_of(rule.code)))
