"""Leads sent in: taken through the whole pipeline at once."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct
from uuid_utils.compat import uuid7

from wutong.api.custom import MOST, read_custom
from wutong.api.ledger import Kept, keep_answer, kept_answer
from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Flawed, Problem
from wutong.api.shapes import Address, IdentifierText, Instant, Line
from wutong.events.arrivals import Capture
from wutong.events.clocks import AbsurdTime, Receipt
from wutong.events.scrub import scrubbed
from wutong.events.touch import CHANNELS, classify
from wutong.lifecycle.field_values import fill_in_locked
from wutong.lifecycle.models import Lead, ProductLine
from wutong.people.models import Assurance, CustomField, Person
from wutong.platform.audit import record
from wutong.platform.deadlocks import tried_again
from wutong.platform.models import ApiKey, ApiRight
from wutong.stream.leads import can_be_reached
from wutong.stream.pipeline import work
from wutong.stream.recognise import given_identifier


class PersonIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose interest it is: at least a telephone number, an e-mail address or an identifier of the person."""

    name: Line = ""
    title: Line = ""
    company: Annotated[str, Meta(max_length=200)] = ""
    phone: Annotated[
        str, Meta(max_length=40, description=gettext_noop("As people write it; +86 unless it says otherwise."))
    ] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    identifiers: Annotated[
        list[IdentifierText],
        Meta(
            max_length=20,
            description=gettext_noop("Further identifiers as kind:value, such as crm_id:4711 or openid@APP:o6_b."),
        ),
    ] = []
    custom: Annotated[
        dict[str, Any],
        Meta(
            max_length=MOST, description=gettext_noop("Values of the company's own fields, by code; see PATCH /people.")
        ),
    ] = {}


class UtmIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The campaign parameters of the link."""

    source: Line = ""
    medium: Line = ""
    campaign: Line = ""
    term: Line = ""
    content: Line = ""


class SourceIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the interest came from. Without a channel it is read off utm, url and referrer."""

    channel: Annotated[
        str,
        Meta(
            description=gettext_noop("One of our channels, if your system knows it."),
            extra_json_schema={"enum": ["", *CHANNELS]},
        ),
    ] = ""
    campaign: Annotated[str, Meta(max_length=80)] = ""
    url: Annotated[str, Meta(max_length=8_000, description=gettext_noop("The page on which it was told."))] = ""
    referrer: Address = ""
    utm: UtmIn = UtmIn()


class ConsentIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the person said about being contacted. Leave it out when nobody asked."""

    contact: bool
    version: Annotated[str, Meta(max_length=40, description=gettext_noop("Which words they saw."))] = ""


class LeadIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One person's interest in one product line."""

    person: PersonIn
    product_line: Annotated[
        str, Meta(max_length=40, description=gettext_noop("Its code, of one on offer; empty: the first one."))
    ] = ""
    message: Annotated[str, Meta(max_length=5_000, description=gettext_noop("What they wrote."))] = ""
    source: SourceIn = SourceIn()
    consent: ConsentIn | None = None
    assurance: Annotated[
        Literal["typed", "verified"],
        Meta(
            description=gettext_noop(
                "verified: your system has checked that number, address and identifiers are theirs."
            )
        ),
    ] = "typed"
    occurred_at: Annotated[
        Instant | None,
        Meta(description=gettext_noop("When they told it; at most 30 days ago. Timers start on arrival.")),
    ] = None


class Outcome(StrEnum):
    """What became of an interest."""

    CREATED = "created"
    JOINED = "joined"
    OWN_PERSON = "own_person"


class LeadReceived(Struct, frozen=True, kw_only=True):
    """What became of an interest."""

    outcome: Annotated[
        Outcome,
        Meta(
            description=gettext_noop(
                "created: a new lead. joined: the person has an open lead in this product line, which now knows of it."
                " own_person: a colleague or test person, who gets no lead."
            )
        ),
    ]
    lead: UUID | None
    person: UUID


def send_lead(call: Call) -> Answer:
    """Take an interest through the whole pipeline at once, so that the answer can name its lead."""
    return tried_again(lambda: _sent(call))


def _sent(call: Call) -> Answer:
    wanted: LeadIn = call.body
    custom = read_custom(CustomField.About.PERSON, wanted.person.custom, place=("person", "custom"))
    capture = _capture(wanted, call.key, at=call.at)
    with transaction.atomic(durable=True):
        if call.idempotency_key:
            asked = b"POST /leads " + msgspec.json.encode(wanted)
            kept = kept_answer(call.key, call.idempotency_key, asked=asked, id=capture.id, at=call.at)
            if kept is not None:
                received = msgspec.json.decode(kept.content, type=LeadReceived)
                headers = {"Idempotent-Replayed": "true"} | _location(received)
                return Answer(status=kept.status, content=kept.content, headers=headers)
        batch = work([capture], at=call.at)
        if custom:
            person = Person.objects.get(pk=batch.interests[capture.id].person_id)
            fill_in_locked(person, custom, by=call.key, at=call.at, assurance=Assurance(wanted.assurance))
        received = _received(batch.interests[capture.id].person_id, batch.opened)
        content = msgspec.json.encode(received)
        status = 201 if received.outcome is Outcome.CREATED else 200
        record("api.lead_sent", actor=call.key, at=call.at, subject=_lead(received), outcome=received.outcome.value)
        if call.idempotency_key:
            keep_answer(call.key, call.idempotency_key, Kept(status=status, content=content))
    return Answer(status=status, content=content, headers=_location(received))


def _location(received: LeadReceived) -> dict[str, str]:
    return {"Location": f"/api/v1/leads/{received.lead}"} if received.outcome is Outcome.CREATED else {}


def _received(person_id: int, opened: list[Any]) -> LeadReceived:
    person = Person.objects.values_list("public_id", flat=True).get(pk=person_id)
    if not opened:
        return LeadReceived(outcome=Outcome.OWN_PERSON, lead=None, person=person)
    outcome = Outcome.CREATED if opened[0].is_new else Outcome.JOINED
    return LeadReceived(outcome=outcome, lead=opened[0].lead.public_id, person=person)


def _lead(received: LeadReceived) -> Lead | None:
    return Lead.objects.get(public_id=received.lead) if received.lead else None


def _capture(wanted: LeadIn, key: ApiKey, *, at: datetime) -> Capture:
    """What is wanted in the stream's terms.

    Raises:
        Problem: nobody could be reached, or something named does not exist.
    """
    person, source = wanted.person, wanted.source
    errors = [
        Flawed(pointer=f"#/person/identifiers/{place}", code="unknown_identifier", detail="Is no identifier we know.")
        for place, text in enumerate(person.identifiers)
        if given_identifier(text) is None
    ]
    answers = {"name": person.name, "title": person.title, "company": person.company, "phone": person.phone}
    answers |= {"email": person.email, "message": wanted.message}
    if not (_names_somebody(person.identifiers) or can_be_reached(answers)):
        detail = "Send a telephone number, an e-mail address or an identifier of the person, not only of a browser."
        if not errors:  # an identifier that we do not know might be the way
            errors.append(Flawed(pointer="#/person", code="no_way_to_reach", detail=detail))
    if source.channel and source.channel not in CHANNELS:
        detail = f"There is no such channel. Known are: {', '.join(CHANNELS)}."
        errors.append(Flawed(pointer="#/source/channel", code="unknown_value", detail=detail))
    lines = dict(ProductLine.objects.on_offer().values_list("code", "pk")) if wanted.product_line else {}
    if wanted.product_line and wanted.product_line not in lines:
        detail = f"There is no such product line. Known are: {', '.join(sorted(lines))}."
        errors.append(Flawed(pointer="#/product_line", code="unknown_value", detail=detail))
    try:
        occurred_at, _is_clamped = Receipt(at, sent_at=None).occurred(wanted.occurred_at)
    except AbsurdTime:
        errors.append(Flawed(pointer="#/occurred_at", code="absurd_time", detail="Lies more than 30 days off."))
    if errors:
        raise Problem("invalid", errors=errors)
    address = _with_utm(source)
    touch = classify(address, source.referrer) if address or source.referrer else None
    return Capture(
        id=uuid7(),
        site_id=None,
        source="api",
        occurred_at=occurred_at,
        received_at=at,
        url=scrubbed(address) if source.url else "",
        ref=scrubbed(source.referrer),
        api_key=str(key.public_id),
        team_id=key.team_id,
        scope_id=key.scope_id,
        product_line_id=lines.get(wanted.product_line),
        channel=source.channel or (touch.channel if touch else ""),
        campaign=source.campaign or (touch.campaign if touch else ""),
        answers={name: text for name, text in answers.items() if text.strip()},
        identifiers=person.identifiers,
        assurance=wanted.assurance,
        consent_given=wanted.consent.contact if wanted.consent else None,
        consent_version=wanted.consent.version if wanted.consent else "",
    )


def _names_somebody(identifiers: list[str]) -> bool:
    """Whether one of them is a person's: a browser or device can be recognised, but nobody can be called by it."""
    return any(key is not None and not key.kind.is_weak for key in map(given_identifier, identifiers))


def _with_utm(source: SourceIn) -> str:
    """The page's address, with the campaign parameters that were told apart from it."""
    given = {f"utm_{name}": value for name, value in msgspec.structs.asdict(source.utm).items() if value}
    if not given:
        return source.url
    try:
        parts = urlsplit(source.url or "https://unknown.invalid/")
    except ValueError:
        return source.url
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in given]
    return urlunsplit(parts._replace(query=urlencode([*kept, *given.items()])))


SEND = Operation(
    id="sendLead",
    method="POST",
    path="/leads",
    right=ApiRight.LEADS_WRITE,
    summary=_("Send in a lead"),
    text=_(
        "Answers once the lead is stored, with its id. It goes to the team of the key, its timer starts, and colleagues"
        " are told, as with a form. A person has one open lead in a product line: a further interest joins it. Send an"
        " Idempotency-Key, and a repeated request is answered as the first one was."
    ),
    body=LeadIn,
    answers={201: LeadReceived, 200: LeadReceived},
    handle=send_lead,
    is_repeatable=True,
    example={
        "person": {
            "name": "周思远",
            "title": "采购总监",
            "company": "北辰科技",
            "phone": "199 0000 0000",
            "email": "zhou@beichen.example",
            "identifiers": ["crm_id:4711"],
        },
        "message": "需要 200 台设备的报价",
        "source": {"url": "https://www.example.com/pricing", "utm": {"source": "baidu", "medium": "cpc"}},
        "consent": {"contact": True, "version": "2026-01"},
    },
)
