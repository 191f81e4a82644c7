"""What a scoring model says: its rules, thresholds and gate, as one typed value that is parsed at the door.

Source: ``algorithms.md`` 3.1. A definition is stored whole, as JSON, with each version of a model; see ``docs/adr/``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args
from urllib.parse import unquote

import msgspec
from msgspec import Meta, Struct

Code = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}$")]
Name = Annotated[str, Meta(max_length=60)]
Word = Annotated[str, Meta(min_length=1, max_length=60)]
Words = Annotated[tuple[Word, ...], Meta(max_length=60)]
Points = Annotated[float, Meta(ge=-100, le=100)]
Cap = Annotated[float, Meta(gt=0, le=100)]
Days = Annotated[float, Meta(ge=0.1, le=3_650)]
Threshold = Annotated[float, Meta(gt=0, le=100)]

Attribute = Literal[
    "title", "department", "company", "company_name", "industry", "company_size", "region", "email", "contact"
]
"""What a fit rule looks at. The rules of one attribute form a group, of which the best counts."""
ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)
STATES: Mapping[str, tuple[str, ...]] = {
    "company": ("known",),
    "email": ("company", "free", "free_without_company"),
    "contact": ("complete",),
}
"""Attributes that are in one of a few states; all others are text in which words are looked for."""

LETTERS, DIGITS = "ABCD", "1234"
MOST_RULES = 80


class BadDefinition(Exception):
    """A definition has the wrong form; the message names the field."""


class FitRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points for a fact about somebody. Negative ones are always added, beside the best of the group."""

    code: Code
    attribute: Attribute
    any_of: Words = ()
    points: Points
    name: Name = ""
    """What people read; empty for a rule that ships with the product and is named in the reader's language."""
    is_on: bool = True


class ActRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points for one kind of act. Negative ones are summed apart, so that a cap on positives cannot hide them."""

    code: Code
    event: Annotated[str, Meta(min_length=1, max_length=40)]
    paths: Words = ()
    """The address of the page contains one of these; empty: any page."""
    about: Words = ()
    """What the event is about (the form's key, the kind of link) contains one of these; empty: anything."""
    points: Points
    half_life_days: Days | None = 30.0
    """None: the points last for good."""
    cap: Cap | None = None
    """The most that this rule counts for, after decay."""
    day_cap: Cap | None = None
    """The most that the acts of one day count for, before decay."""
    name: Name = ""
    is_on: bool = True

    @property
    def measure(self) -> "Measure":
        return _measure(self.event, self.paths, self.about, self.half_life_days, self.day_cap is not None)


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model: fit decides the letter, behaviour the digit, and the gate says which of both make an MQL."""

    fit: Annotated[tuple[FitRule, ...], Meta(max_length=MOST_RULES)]
    acts: Annotated[tuple[ActRule, ...], Meta(max_length=MOST_RULES)]
    fit_from: tuple[Threshold, Threshold, Threshold] = (75.0, 50.0, 25.0)
    """Lowest fit of A, B and C; the bound belongs to the better letter."""
    behaviour_from: tuple[Threshold, Threshold, Threshold] = (75.0, 50.0, 25.0)
    """Lowest behaviour of 1, 2 and 3."""
    gate: tuple[Annotated[str, Meta(pattern="^[A-D][1-4]$")], ...] = ("A1", "A2", "A3", "B1", "B2")
    hysteresis_days: Annotated[int, Meta(ge=0, le=365)] = 7
    """Who falls below the gate leaves it only after so many days."""

    def letter(self, fit: float) -> str:
        return next((letter for letter, lowest in zip(LETTERS, self.fit_from, strict=False) if fit >= lowest), "D")

    def digit(self, behaviour: float) -> int:
        return next((n for n, lowest in enumerate(self.behaviour_from, start=1) if behaviour >= lowest), 4)


@dataclass(frozen=True)
class Measure:
    """What must be counted for a rule: which acts, and how fast they fade. Rules that differ in points share one.

    ``key`` names it in the sums. It is made of what is counted, so that a model that is brought back finds its sums.
    """

    key: str
    event: str
    paths: tuple[str, ...]
    about: tuple[str, ...]
    half_life: timedelta | None
    by_day: bool

    def counts(self, event: str, path: str, about: str = "") -> bool:
        """Whether an act counts. ``path`` is as the address has it, with its percent signs."""
        return (
            event == self.event
            and (not self.paths or self._in_path.search(unquote(path)) is not None)
            and (not self.about or self._in_about.search(about) is not None)
        )

    @cached_property
    def _in_path(self) -> re.Pattern[str]:
        return _any_of(self.paths)

    @cached_property
    def _in_about(self) -> re.Pattern[str]:
        return _any_of(self.about)


def parsed(given: Mapping[str, Any]) -> Definition:
    """A definition from JSON.

    Raises:
        BadDefinition: a field is missing, unknown, out of range, or two rules have one code.
    """
    try:
        definition = msgspec.convert(given, Definition)
    except msgspec.ValidationError as error:
        raise BadDefinition(str(error)) from error
    for codes in ([rule.code for rule in definition.fit], [rule.code for rule in definition.acts]):
        if len(set(codes)) < len(codes):
            raise BadDefinition("Two rules have one code.")
    for bounds in (definition.fit_from, definition.behaviour_from):
        if any(low >= high for high, low in pairwise(bounds)):
            raise BadDefinition("Each grade begins below the one before it.")
    for rule in definition.fit:
        if rule.attribute in STATES and not set(rule.any_of) <= set(STATES[rule.attribute]):
            raise BadDefinition(f"{rule.code}: {rule.attribute} is one of {', '.join(STATES[rule.attribute])}.")
    return definition


def as_json(definition: Definition) -> dict[str, Any]:
    """The form in which :func:`parsed` reads it again."""
    built: dict[str, Any] = msgspec.to_builtins(definition)
    return built


def has_word(words: tuple[str, ...], text: str) -> bool:
    """Whether ``text`` has one of ``words``: Latin ones stand alone (“intern” is not in “international”)."""
    return bool(words) and _words(words).search(text) is not None


@lru_cache(maxsize=2_000)
def _measure(
    event: str, paths: tuple[str, ...], about: tuple[str, ...], half_life_days: float | None, by_day: bool
) -> Measure:
    paths, about = tuple(sorted(set(paths))), tuple(sorted(set(about)))
    fades = None if half_life_days is None else float(half_life_days)
    said = msgspec.msgpack.encode((event, paths, about, fades, by_day))
    key = f"{event}:{blake2b(said, digest_size=6).hexdigest()}"
    half_life = None if half_life_days is None else timedelta(days=half_life_days)
    return Measure(key, event, paths, about, half_life, by_day)


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)


@lru_cache(maxsize=500)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = (rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(parts), re.IGNORECASE)
