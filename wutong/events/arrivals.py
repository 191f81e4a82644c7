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
    site_id: int | None  # None: through no website
    source: str  # the door: web, server or api
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
    form_version: int = 0  # by which the answers were judged
    consent_given: bool = False
    consent_version: str = ""
    suspicions: list[str] = []  # codes of edge.suspicions: with any it is set aside until a colleague releases it


class Capture(Arrival, frozen=True, kw_only=True, omit_defaults=True, tag="c"):
    """An interest in buying that another system of the company tells of, or a colleague."""

    api_key: str = ""  # the public id of the key by which it was told
    staff: str = ""  # or of the colleague who entered it
    is_kept: bool = False  # the colleague takes the lead, if nobody owns it
    team_id: int
    scope_id: int
    product_line_id: int | None = None
    channel: str = ""
    campaign: str = ""
    answers: dict[str, str]  # by the names of a form's questions
    identifiers: list[str] = []  # "kind:value" or "openid@APP:value"
    assurance: str = "typed"
    consent_given: bool | None = None  # None: nothing was said about it
    consent_version: str = ""


AnyArrival = Hit | FormPost | Capture

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
