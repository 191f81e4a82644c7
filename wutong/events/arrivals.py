"""What the doors put into the inbox and the stream takes out: parsed, bounded, not yet believed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct


class Arrival(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k"):
    """What every arrival carries.

    ``sender_key`` is set when the sender's own id could not be used as the event's: the stream then looks the id up in
    the ledger of sender keys, and ``id`` is what it gets if the key is new.
    """

    id: UUID
    site_id: int
    source: str  # the door: web or server
    occurred_at: datetime
    received_at: datetime
    visitor: str | None = None  # our own cookie, only with consent
    view: UUID | None = None
    url: str = ""
    ref: str = ""
    sender_key: str | None = None
    is_machine: bool = False


class Hit(Arrival, frozen=True, kw_only=True, omit_defaults=True, tag="h"):
    """One event of the taxonomy."""

    name: str
    props: dict[str, Any] = {}
    identifiers: list[str] = []  # "kind:value" or "openid@APP:value"; from the server door only
    assurance: str = "browser"


class FormPost(Arrival, frozen=True, kw_only=True, omit_defaults=True, tag="f"):
    """One filled-in form."""

    form: str
    answers: dict[str, str]
    consent_given: bool = False
    consent_version: str = ""


AnyArrival = Hit | FormPost

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnyArrival])


def pack(arrivals: list[AnyArrival]) -> bytes:
    """The body of one inbox block."""
    return _encoder.encode(arrivals)


def unpack(body: bytes | memoryview) -> list[AnyArrival]:
    """What :func:`pack` wrote.

    Raises:
        msgspec.DecodeError: the block is broken.
    """
    return _decoder.decode(body)
