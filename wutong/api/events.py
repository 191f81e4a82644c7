"""Events: telling what people did."""

import functools
import operator
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct
from uuid_utils.compat import uuid7

from wutong.api.ledger import Kept, keep_answer, kept_answer
from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Flawed, Problem
from wutong.api.reading import ERRORS_MAX, errors_in, pointer_to
from wutong.api.shapes import Address, IdentifierText, Instant
from wutong.config import config
from wutong.events.arrivals import Hit, pack
from wutong.events.clocks import AbsurdTime, Receipt
from wutong.events.scrub import scrubbed, scrubbed_path
from wutong.events.taxonomy import TAXONOMY, Door, Props
from wutong.platform.models import ApiKey, ApiRight
from wutong.platform.sender_keys import Keyed, first_ids
from wutong.stream.recognise import given_identifier

EVENTS_MAX = 500
DOOR: Door = "server"


class EventIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that a person did."""

    identifiers: Annotated[
        list[IdentifierText],
        Meta(
            min_length=1,
            max_length=20,
            description=gettext_noop("Who: phone:…, email:…, crm_id:…, openid@APP:… and others."),
        ),
    ]
    id: Annotated[
        str,
        Meta(
            max_length=180,
            description=gettext_noop(
                "Your own id of the event, or a UUIDv7; an event that comes again with it counts once."
            ),
        ),
    ] = ""
    at: Annotated[
        Instant | None, Meta(description=gettext_noop("When; empty: now. Older than 7 days counts as now."))
    ] = None
    url: Address = ""
    referrer: Address = ""


def _type_of(name: str, props: type[Props]) -> type[EventIn]:
    is_optional = not any(field.required for field in msgspec.structs.fields(props))
    field: Any = ("props", props, msgspec.field(default_factory=props)) if is_optional else ("props", props)
    made = msgspec.defstruct(
        "".join(part.title() for part in name.split("_")) + "In",
        [field],
        bases=(EventIn,),
        tag=name,
        tag_field="name",
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        namespace={"__doc__": props.__doc__},
    )
    return cast(type[EventIn], made)


TYPES = {name: _type_of(name, kind.props) for name, kind in TAXONOMY.items() if DOOR in kind.doors}
AnyEvent: Any = functools.reduce(operator.or_, TYPES.values())
EventsIn: Any = msgspec.defstruct(
    "EventsIn",
    [("events", Annotated[list[AnyEvent], Meta(min_length=1, max_length=EVENTS_MAX)])],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    namespace={"__doc__": "What people did: up to 500 events, all taken or none."},
)


class EventsTaken(Struct, frozen=True, kw_only=True):
    """The events that were taken."""

    accepted: int
    ids: Annotated[
        list[UUID], Meta(description=gettext_noop("The id of each event, in the order in which they were sent."))
    ]


def read_events(content: dict[str, Any]) -> Any:
    """A body's events, each in the type that its name has in the taxonomy.

    Raises:
        Problem: something in it has another form; every event is looked at.
    """
    try:
        return msgspec.convert(content, EventsIn)
    except msgspec.ValidationError as error:
        given = content.get("events")
        errors = []
        if isinstance(given, list) and 1 <= len(given) <= EVENTS_MAX:
            errors = [flawed for place, one in enumerate(given) for flawed in _errors_of(one, place)]
        errors += errors_in({name: value for name, value in content.items() if name != "events"}, _Others)
        errors = errors or [_whole(str(error))]
        raise Problem("invalid", errors=errors[:ERRORS_MAX]) from error


class _Others(Struct, forbid_unknown_fields=True):
    """What may stand beside the events: nothing."""


def _whole(message: str) -> Flawed:
    detail = f"Send events, a list of 1 to {EVENTS_MAX}. {message.partition(' - at `')[0]}."
    return Flawed(pointer="#/events", code="wrong_form", detail=detail)


def _errors_of(content: object, position: int) -> list[Flawed]:
    place = ("events", position)
    if not isinstance(content, dict):
        return [Flawed(pointer=pointer_to(place), code="wrong_type", detail="Expected an object.")]
    name = content.get("name")
    if not isinstance(name, str) or name not in TYPES:
        detail = "Is no event that other systems may send. Known are: " + ", ".join(TYPES) + "."
        return [Flawed(pointer=pointer_to((*place, "name")), code="unknown_event", detail=detail)]
    return errors_in(content, TYPES[name], place=place)


def send_events(call: Call) -> Answer:
    """Put events into the inbox; answers once they are on disk."""
    receipt = Receipt(call.at, sent_at=None)
    hits, keyed = _hits(call.body.events, call.key, receipt)
    with transaction.atomic(durable=True):
        _refuse_when_full()
        if call.idempotency_key:
            asked = b"POST /events " + msgspec.json.encode(call.body, order="deterministic")
            kept = kept_answer(call.key, call.idempotency_key, asked=asked, id=hits[0].id, at=call.at)
            if kept is not None:
                return Answer(status=kept.status, content=kept.content, headers={"Idempotent-Replayed": "true"})
        first = first_ids([one for one in keyed if one is not None], at=call.at)
        hits = [
            hit if one is None else msgspec.structs.replace(hit, id=first[one.source, one.key])
            for hit, one in zip(hits, keyed, strict=True)
        ]
        content = msgspec.json.encode(EventsTaken(accepted=len(hits), ids=[hit.id for hit in hits]))
        _append(hits, at=call.at)
        if call.idempotency_key:
            keep_answer(call.key, call.idempotency_key, Kept(status=202, content=content))
    return Answer(status=202, content=content)


def _hits(events: list[Any], key: ApiKey, receipt: Receipt) -> tuple[list[Hit], list[Keyed | None]]:
    """The events as the stream takes them, each with its sender's key where it has one.

    Raises:
        Problem: an identifier or a time cannot be.
    """
    hits: list[Hit] = []
    keyed: list[Keyed | None] = []
    errors: list[Flawed] = []
    for position, event in enumerate(events):
        place = ("events", position)
        errors += [
            Flawed(
                pointer=pointer_to((*place, "identifiers", at)),
                code="unknown_identifier",
                detail="Is no identifier we know.",
            )
            for at, text in enumerate(event.identifiers)
            if given_identifier(text) is None
        ]
        try:
            occurred_at, _is_clamped = receipt.occurred(event.at)
        except AbsurdTime:
            detail = "Lies more than 30 days off. History enters by import."
            errors.append(Flawed(pointer=pointer_to((*place, "at")), code="absurd_time", detail=detail))
            continue
        id, sender_key = receipt.event_id(event.id) if event.id else (uuid7(), None)
        keyed.append(Keyed(f"api:{key.pk}", f"event {sender_key}", id) if sender_key is not None else None)
        hits.append(_hit(event, id=id, occurred_at=occurred_at, received_at=receipt.at))
    if errors:
        raise Problem("invalid", errors=errors[:ERRORS_MAX])
    return hits, keyed


def _hit(event: Any, *, id: UUID, occurred_at: datetime, received_at: datetime) -> Hit:
    props = msgspec.to_builtins(event.props)
    if "href" in props:
        props["href"] = scrubbed(props["href"])
    if "path" in props:
        props["path"] = scrubbed_path(props["path"])
    return Hit(
        id=id,
        site_id=None,
        source=DOOR,
        occurred_at=occurred_at,
        received_at=received_at,
        url=scrubbed(event.url) if event.url else "",
        ref=scrubbed(event.referrer) if event.referrer else "",
        name=str(event.__struct_config__.tag),
        props=props,
        identifiers=event.identifiers,
        assurance="verified",
    )


def _refuse_when_full() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM platform_inboxblock WHERE lane = 'collector'")
        (waiting,) = cursor.fetchone()
    if waiting >= config().inbox_max_events:
        detail = "More has arrived than was worked through. Nothing was stored; send it again later."
        raise Problem("unavailable", detail, headers={"Retry-After": "10"})


def _append(hits: list[Hit], *, at: datetime) -> None:
    """One block of the inbox, as the collector writes it; the notice wakes the stream."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_inboxblock (lane, received_at, count, body, leased_by, attempts)"
            " VALUES ('collector', %s, %s, %s, '', 0)",
            [at, len(hits), pack(list(hits))],
        )
        cursor.execute("SELECT pg_notify('wutong_inbox', '')")


SEND = Operation(
    id="sendEvents",
    method="POST",
    path="/events",
    right=ApiRight.EVENTS_WRITE,
    summary=_("Send in what people did"),
    text=_(
        "Up to 500 events of people your system knows. All are taken or none: with one that has the wrong form nothing"
        " is stored, and errors names each place. Answers once they are on disk; they show within seconds. What"
        " identifies the person is believed: send only what your system has checked."
    ),
    body=EventsIn,
    read_body=read_events,
    answers={202: EventsTaken},
    handle=send_events,
    is_repeatable=True,
    example={
        "events": [
            {
                "name": "page_viewed",
                "id": "order-portal-20931",
                "identifiers": ["crm_id:4711", "email:zhou@beichen.example"],
                "at": "2026-11-16T09:30:00+08:00",
                "url": "https://portal.example.com/orders",
                "props": {"title": "订单", "path": "/orders"},
            }
        ]
    },
)
