"""What a certificate says was erased, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.people.holdings import holdings
from wutong.privacy.models import Erasure

PLACES: dict[str, str | Promise] = {
    "people_observation": _("What was seen together"),
    "answers kept for repeated requests": _("Answers kept for repeated requests of systems"),
    "suspected submissions": _("Suspected submissions"),
    "parked arrivals": _("Arrivals that could not be worked through"),
    "notices": _("Notices to colleagues"),
    "audit texts": _("Texts in the audit trail"),
    "mails": _("Mails in the outbox"),
    "faulty rows of imports": _("Faulty rows of imported files"),
    "files of imports": _("Files of imports"),
    "files of exports": _("Files of exports"),
    "blocked values": _("Blocked values"),
    "custom fields of others": _("Custom fields of companies and other people"),
    "rules of own people": _("Rules about own people"),
    "searches in saved views": _("Searches in saved views"),
    "files about them": _("Files about them, with what is in them"),
    "conditions in rules of tags": _("Conditions in rules of tags"),
    "lake.events": _("Archive: what they did"),
    "lake.stage_visits": _("Archive: stages they went through"),
    "lake.moves": _("Archive: moves from person to person"),
}


@dataclass(frozen=True)
class Line:
    """One place, and how much was erased there."""

    place: str
    n: int


def lines_of(erasure: Erasure) -> list[Line]:
    """The lines of a certificate, most first."""
    titles = {one.table: one.title for one in reversed(holdings())} | PLACES
    lines = [Line(str(titles.get(name, name)), n) for name, n in erasure.counts.items()]
    return sorted(lines, key=lambda line: (-line.n, line.place))
