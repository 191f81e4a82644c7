"""What packages above us put on our pages: a deal's next step on the day's page, deals on a person's, how somebody came
on a lead's, lists of leads behind figures.

Our pages may not know of deals or reports, so whoever has something to show says so once, when it is loaded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from wutong.lifecycle.models import Lead
from wutong.people.models import Person
from wutong.platform.models import Staff

Context = dict[str, Any]
HomeCard = Callable[[Staff], Context | None]
PersonCard = Callable[[Staff, Person], Context | None]
LeadCard = Callable[[Staff, Lead], Context | None]
FigureAddress = Callable[[str, date, date, str | None], str]
"""Of a figure's code, the first and last day of its leads, and a colleague's key: None is all, empty is nobody's."""


@dataclass(frozen=True)
class Panel:
    """A card ready to be drawn: its template and what that needs."""

    template: str
    context: Context


class Place(StrEnum):
    """Where on a person's page a card stands."""

    FACTS = "facts"
    """Beside the timeline, below what is known of them."""
    WORK = "work"
    """With their leads."""
    REST = "rest"
    """Below everything that is asked for daily; drawn when somebody gets there."""


_home: dict[str, HomeCard] = {}
_person: dict[str, tuple[Place, PersonCard]] = {}
_lead: dict[str, LeadCard] = {}
_figures: list[FigureAddress] = []


def register_home(template: str, card: HomeCard) -> None:
    """Show ``template`` on the day's page with what ``card(staff)`` gives, unless that is None."""
    _home[template] = card


def register_person(template: str, card: PersonCard, *, place: Place = Place.REST) -> None:
    """Show ``template`` on a person's page with what ``card(staff, person)`` gives, unless that is None."""
    _person[template] = (place, card)


def register_lead(template: str, card: LeadCard) -> None:
    """Show ``template`` in a lead's work area with what ``card(staff, lead)`` gives, unless that is None."""
    _lead[template] = card


def register_figures(address: FigureAddress) -> None:
    """Let figures of first contacts lead to the leads that they count."""
    _figures[:] = [address]


def figure_address(figure: str, first: date, last: date, colleague: str | None = None) -> str:
    """Where the leads behind a figure are listed; empty where nobody lists them."""
    return _figures[0](figure, first, last, colleague) if _figures else ""


def home_panels(staff: Staff) -> list[Panel]:
    return _ready((template, card(staff)) for template, card in _home.items())


def person_panels(staff: Staff, person: Person, *places: Place) -> dict[str, list[Panel]]:
    """The cards of a person's page by the :class:`Place` where they stand."""
    return {
        place.value: _ready((template, card(staff, person)) for template, (at, card) in _person.items() if at == place)
        for place in places
    }


def lead_panels(staff: Staff, lead: Lead) -> list[Panel]:
    return _ready((template, card(staff, lead)) for template, card in _lead.items())


def _ready(cards: Iterable[tuple[str, Context | None]]) -> list[Panel]:
    return [Panel(template, context) for template, context in cards if context is not None]
