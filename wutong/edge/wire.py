"""What senders put on the wire, and what makes one hit good or bad.

A request is decoded once, straight into types built from the taxonomy: that is the whole check of a good request. Only
when this fails, or when the body holds an escape that could hide a NUL, is each hit looked at by itself, so that a bad
one costs its neighbours nothing; both ways take the same hits.
"""

import functools
import operator
from collections.abc import Callable
from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from wutong.edge.drops import Drop
from wutong.events.taxonomy import TAXONOMY, Door, Props
from wutong.platform.loose_json import LONGEST_TEXT, NotAnObject, flaw, loosely_decoded

HITS_MAX = 500
ADDRESS_MAX = LONGEST_TEXT  # a longer one is no page's; it is scrubbed and cut to 2,000 afterwards
STORED_TEXT_MAX = 2_000

VisitorId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{20,64}$")]
Address = Annotated[str, Meta(max_length=ADDRESS_MAX)]
SenderId = Annotated[str, Meta(min_length=1, max_length=200)]
IdentifierText = Annotated[str, Meta(min_length=3, max_length=320, pattern=r"^[a-z_]+(@[\w.-]+)?:\S")]


class WireHit(Struct, frozen=True, kw_only=True, gc=False):
    """One event as a sender tells it: well-formed, not yet believed. Its subtypes add the name and its properties."""

    id: SenderId  # chosen by the sender, so that a retry is not a second event
    at: Annotated[datetime, Meta(tz=True)] | None = None  # the sender's clock
    view: UUID | None = None
    url: Address | None = None
    ref: Address | None = None
    props: Props


class ServerHit(WireHit, frozen=True, kw_only=True, gc=False):
    """A hit from a server of the company, which knows who acted."""

    identifiers: Annotated[list[IdentifierText], Meta(max_length=20)] = []


class Envelope(Struct, frozen=True, kw_only=True):
    """What is said once for all hits of a request. A reader's own type of it adds the hits."""

    site: Annotated[str, Meta(min_length=1, max_length=40)]
    sent_at: Annotated[datetime, Meta(tz=True)] | None = None
    visitor: VisitorId | None = None


class BadEnvelope(Exception):
    """The request as a whole has the wrong form; the message says where."""


class TooManyHits(Exception):
    """More hits than one request may bring."""


class Letter(Struct, frozen=True, kw_only=True):
    """A request, read: its good hits with their places, and why the others are bad."""

    site: str
    sent_at: datetime | None
    visitor: str | None
    hits: list[tuple[int, WireHit]]
    dropped: list[tuple[int, Drop]]


class Reader:
    """Reads the requests of one door."""

    def __init__(self, door: Door, base: type[WireHit]) -> None:
        self._names: dict[type, str] = {}
        for name, event in TAXONOMY.items():
            if door in event.doors:
                self._names[_hit_type(base, name, event.props)] = name
        self._hit: Any = functools.reduce(operator.or_, self._names)
        self.schema = msgspec.defstruct(
            f"Request{base.__name__}", [("hits", GenericAlias(list, (self._hit,)))], bases=(Envelope,), kw_only=True
        )
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(self.schema).decode

    def name_of(self, hit: WireHit) -> str:
        return self._names[type(hit)]

    def read(self, body: bytes, *, depth_max: int) -> Letter:
        """Take a request apart.

        Raises:
            BadEnvelope: it is no JSON object with a site and a list of hits.
            TooManyHits: it holds more than 500.
        """
        if b"\\u0000" not in body:
            try:
                whole = self._decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # one of the hits, or all of it: looked at below
            else:
                if len(whole.hits) > HITS_MAX:
                    raise TooManyHits
                hits = list(enumerate(whole.hits))
                return Letter(site=whole.site, sent_at=whole.sent_at, visitor=whole.visitor, hits=hits, dropped=[])
        return self._read_one_by_one(body, depth_max=depth_max)

    def _read_one_by_one(self, body: bytes, *, depth_max: int) -> Letter:
        try:
            content = loosely_decoded(body)
        except NotAnObject as error:
            raise BadEnvelope(str(error)) from error
        envelope = _envelope(content)
        given = content.get("hits")
        if not isinstance(given, list):
            raise BadEnvelope("Expected `hits`, a list of events.")
        if len(given) > HITS_MAX:
            raise TooManyHits
        hits: list[tuple[int, WireHit]] = []
        dropped: list[tuple[int, Drop]] = []
        for place, raw in enumerate(given):
            known = {name: raw[name] for name in _HIT_FIELDS if name in raw} if isinstance(raw, dict) else raw
            found = flaw(known, depth_max=depth_max + 1)
            reason = None if found is None else Drop(found.value)
            if reason is None:
                try:
                    hits.append((place, msgspec.convert(known, self._hit)))
                    continue
                except msgspec.ValidationError as error:
                    reason = self._reason(known, str(error))
            dropped.append((place, reason))
        return Letter(
            site=envelope.site, sent_at=envelope.sent_at, visitor=envelope.visitor, hits=hits, dropped=dropped
        )

    def _reason(self, raw: object, message: str) -> Drop:
        if isinstance(raw, dict) and isinstance(raw.get("name"), str) and raw["name"] not in self._names.values():
            return Drop.UNKNOWN_EVENT
        _, _, path = message.partition("`$.")
        field = path.strip("`").partition(".")[0].partition("[")[0]
        return _REASONS.get(field, Drop.MALFORMED)


_HIT_FIELDS = ("id", "name", "at", "view", "url", "ref", "props", "identifiers")
_REASONS = {
    "id": Drop.BAD_ID,
    "at": Drop.BAD_TIME,
    "url": Drop.TOO_LONG,
    "ref": Drop.TOO_LONG,
    "props": Drop.BAD_PROPS,
    "identifiers": Drop.BAD_IDENTIFIER,
}


def _envelope(content: dict[str, Any]) -> Envelope:
    known = {name: content[name] for name in ("site", "sent_at", "visitor") if name in content}
    if flaw(known, depth_max=1) is not None:
        raise BadEnvelope("Expected plain text in `site`, `sent_at` and `visitor`.")
    try:
        return msgspec.convert(known, Envelope)
    except msgspec.ValidationError as error:
        raise BadEnvelope(str(error)) from error


def _hit_type(base: type[WireHit], name: str, props: type[Props]) -> type[WireHit]:
    is_optional = not any(field.required for field in msgspec.structs.fields(props))
    field: Any = ("props", props, msgspec.field(default_factory=props)) if is_optional else ("props", props)
    made = msgspec.defstruct(
        "".join(part.title() for part in name.split("_")) + base.__name__,
        [field],
        bases=(base,),
        tag=name,
        tag_field="name",
        frozen=True,
        kw_only=True,
        gc=False,
    )
    return cast(type[WireHit], made)
