"""The models in force, parsed once a process and version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from wutong.platform.organisation import our_zone
from wutong.platform.ready_made import ready_made
from wutong.scoring.definition import Definition, Measure, parsed
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED

_REMEMBERED = 20_000
"""Kinds of acts whose measures are remembered: a website has few paths and many readers."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A version in force; version 0 is the shipped model of a company that has stored none yet."""

    version: int
    definition: Definition
    product_line: str = ""


class Models:
    """What counts now: the company's model and those of product lines. An immutable value but for its memory."""

    def __init__(self, company: Model, lines: Mapping[str, Model]) -> None:
        self.company = company
        self.lines = lines
        self.measures = measures_of(*(model.definition for model in self.all))
        self._by_event: dict[str, list[Measure]] = {}
        for measure in self.measures.values():
            self._by_event.setdefault(measure.event, []).append(measure)
        self._known: dict[tuple[str, str, str], tuple[Measure, ...]] = {}
        self._zone = our_zone() if any(measure.by_day for measure in self.measures.values()) else None

    @property
    def all(self) -> tuple[Model, ...]:
        return (self.company, *self.lines.values())

    def of_line(self, product_line: str) -> Model:
        """The line's own model, else the company's."""
        return self.lines.get(product_line, self.company)

    def measures_for(self, event: str, path: str, about: str) -> tuple[Measure, ...]:
        """The measures that count an act."""
        act = (event, path, about)
        found = self._known.get(act)
        if found is None:
            found = tuple(one for one in self._by_event.get(event, ()) if one.counts(event, path, about))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[act] = found
        return found

    def day_of(self, measure: Measure, at: datetime) -> date | None:
        """The day in the organisation's zone for a measure that counts days apart."""
        return at.astimezone(self._zone).date() if measure.by_day else None


_latest: tuple[tuple[UUID, ...], Models] | None = None


def models_in_force() -> Models:
    """As they stand now: one small query, and parsing only when something was published since."""
    global _latest
    key = tuple(_published())
    if _latest is None or _latest[0] != key:
        _latest = (key, _read(key))
    return _latest[1]


@ready_made
def _published() -> QuerySet[ScoreModel, UUID]:
    published = ScoreModel.objects.filter(state=ScoreModel.State.PUBLISHED).order_by("product_line")
    return published.values_list("public_id", flat=True)


def measures_of(*definitions: Definition) -> dict[str, Measure]:
    """What must be counted for models, by key. A rule that is switched off needs nothing."""
    measures = (rule.measure for definition in definitions for rule in definition.acts if rule.is_on)
    return {measure.key: measure for measure in measures}


def _read(ids: tuple[UUID, ...]) -> Models:
    company = Model(version=0, definition=SHIPPED)
    lines = {}
    for row in ScoreModel.objects.filter(public_id__in=ids).order_by("product_line"):
        model = Model(version=row.version, definition=parsed(row.definition), product_line=row.product_line)
        if row.product_line:
            lines[row.product_line] = model
        else:
            company = model
    return Models(company, lines)
