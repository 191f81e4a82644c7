"""What this capability holds about people: arrivals that could not be worked through, parked for an administrator."""

from collections.abc import Iterator

import msgspec

from wutong.events.arrivals import AnyArrival, Capture, FormPost, Hit, unpack
from wutong.people.holdings import Whom, sweep
from wutong.platform.models import ParkedItem
from wutong.stream.recognise import given_identifier, typed_identifiers


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    sweep("parked arrivals", _parked)


def _parked(whom: Whom) -> int:
    values = set(whom.values)
    theirs = [one.pk for one in ParkedItem.objects.iterator() if values.intersection(_values(bytes(one.body), values))]
    return ParkedItem.objects.filter(pk__in=theirs).delete()[0]


def _values(body: bytes, known: set[str]) -> Iterator[str]:
    """What an arrival names somebody by; in a body of another kind, what stands there as it is."""
    try:
        arrivals = unpack(body)
    except msgspec.DecodeError:
        yield from (value for value in known if value.encode() in body)
        return
    for arrival in arrivals:
        yield from _names(arrival)


def _names(arrival: AnyArrival) -> Iterator[str]:
    if arrival.visitor is not None:
        yield arrival.visitor
    if isinstance(arrival, FormPost | Capture):
        yield from (key.value for key in typed_identifiers(arrival.answers))
    if isinstance(arrival, Hit | Capture):
        yield from (key.value for text in arrival.identifiers if (key := given_identifier(text)) is not None)
