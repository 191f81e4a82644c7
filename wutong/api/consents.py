"""Consents: recording what somebody allowed, refused or withdrew."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID, uuid5

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct
from uuid_utils.compat import uuid7

from wutong.api.ledger import Kept, keep_answer, kept_answer
from wutong.api.operations import Answer, Call, Operation
from wutong.api.paging import bounded
from wutong.api.problems import Flawed, Problem
from wutong.api.shapes import IdentifierText, Instant
from wutong.lifecycle.visibility import people_visible_to_key
from wutong.people.contactability import ADDRESSES
from wutong.people.identifiers import IdentifierKey
from wutong.people.models import ANY, CHANNELS, Assurance, ConsentKind, ConsentStanding, ConsentState
from wutong.platform.deadlocks import tried_again
from wutong.platform.models import ApiRight
from wutong.privacy.by_system import Word, take_word
from wutong.stream.recognise import given_identifier

AHEAD = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""
Line = Annotated[str, Meta(max_length=200)]


class Said(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class About(StrEnum):
    """What it is about; the law asks for a consent of its own for all but the first."""

    GENERAL = "general"
    SENSITIVE = "sensitive"
    PROVISION = "provision"
    CROSS_BORDER = "cross_border"


class ProofIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where it can be looked up."""

    url: Annotated[str, Meta(max_length=2_000, description=gettext_noop("The page on which it was decided."))] = ""
    reference: Annotated[Line, Meta(description=gettext_noop("Of a record, a recording or a paper."))] = ""


class ConsentIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One decision about one address, channel and purpose."""

    address: Annotated[
        IdentifierText,
        Meta(description=gettext_noop("phone:…, email:…, openid@APP:…; of a whole person crm_id:… or unionid:…")),
    ]
    channel: Annotated[str, Meta(extra_json_schema={"enum": [*CHANNELS, ANY]})]
    purpose: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_]{0,39}$",
            description=gettext_noop(
                "contact, marketing, newsletter, or one of your own; any: everything, which can only be withdrawn."
            ),
        ),
    ]
    decision: Said
    kind: About = About.GENERAL
    text: Annotated[str, Meta(max_length=8_000, description=gettext_noop("The words they were shown."))] = ""
    text_version: Annotated[str, Meta(max_length=40)] = ""
    source: Annotated[Line, Meta(description=gettext_noop("Where they decided, such as the name of a form."))] = ""
    proof: ProofIn = ProofIn()
    decided_at: Annotated[
        Instant | None,
        Meta(description=gettext_noop("When they decided; empty: now. With it the same decision twice is kept once.")),
    ] = None
    expires_at: Annotated[Instant | None, Meta(description=gettext_noop("Until when a consent is good."))] = None
    assurance: Annotated[
        Literal["typed", "verified"],
        Meta(
            description=gettext_noop(
                "verified: your system knows that it was them. Only that lifts what they withdrew themselves."
            )
        ),
    ] = "typed"


class ConsentOut(Struct, frozen=True, kw_only=True):
    """What stands for the address, channel and purpose, which is not always what was sent last."""

    person: Annotated[UUID | None, Meta(description=gettext_noop("Whose address it is, if the key sees them."))]
    kind: About
    channel: str
    purpose: str
    stands: Said
    since: datetime


def send_consent(call: Call) -> Answer:
    """Keep a decision and answer what stands."""
    return tried_again(lambda: _sent(call))


def _sent(call: Call) -> Answer:
    wanted: ConsentIn = call.body
    word = _word(wanted, at=call.at)
    asked = b"POST /consents " + msgspec.json.encode(wanted)
    # What names its instant is the same decision whenever it comes; else each request is a decision of its own.
    id = uuid5(call.key.public_id, asked.decode()) if wanted.decided_at is not None else uuid7()
    with transaction.atomic(durable=True):
        if call.idempotency_key:
            kept = kept_answer(call.key, call.idempotency_key, asked=asked, id=id, at=call.at)
            if kept is not None:
                return Answer(status=kept.status, content=kept.content, headers={"Idempotent-Replayed": "true"})
        content = msgspec.json.encode(_shown(take_word(word, id=id, key=call.key, at=call.at), call))
        if call.idempotency_key:
            keep_answer(call.key, call.idempotency_key, Kept(status=200, content=content))
    return Answer(status=200, content=content)


def _word(wanted: ConsentIn, *, at: datetime) -> Word:
    """What is wanted in the domain's terms.

    Raises:
        Problem: nobody can have decided that, or not yet.
    """
    errors = []
    address = given_identifier(wanted.address)
    if address is None or address.kind.is_weak:
        detail = "Is no telephone number, e-mail address or identifier of a person."
        errors.append(Flawed(pointer="#/address", code="unknown_identifier", detail=detail))
    if wanted.channel not in (*CHANNELS, ANY):
        detail = f"There is no such channel. Known are: {', '.join((*CHANNELS, ANY))}."
        errors.append(Flawed(pointer="#/channel", code="unknown_value", detail=detail))
    elif address is not None and not _fits(address, wanted.channel):
        detail = "Nobody is reached at this address by that channel."
        errors.append(Flawed(pointer="#/channel", code="does_not_fit", detail=detail))
    if wanted.purpose == ANY and wanted.decision is Said.GRANTED:
        detail = "A consent names one purpose; everything can only be refused or withdrawn."
        errors.append(Flawed(pointer="#/purpose", code="too_wide", detail=detail))
    decided_at = _held(wanted.decided_at or at, "#/decided_at", errors)
    expires_at = _held(wanted.expires_at, "#/expires_at", errors) if wanted.expires_at is not None else None
    if decided_at > at + AHEAD:
        errors.append(Flawed(pointer="#/decided_at", code="in_future", detail="Lies in the future."))
    if expires_at is not None and expires_at <= decided_at:
        errors.append(Flawed(pointer="#/expires_at", code="too_early", detail="Lies before the decision."))
    if errors or address is None:
        raise Problem("invalid", errors=errors)
    told = {"how": "system", "where": wanted.source, "url": wanted.proof.url, "reference": wanted.proof.reference}
    return Word(
        address=address,
        kind=ConsentKind(wanted.kind.value),
        channel=wanted.channel,
        purpose=wanted.purpose,
        state=ConsentState(wanted.decision.value),
        decided_at=min(decided_at, at),
        assurance=Assurance(wanted.assurance),
        text=wanted.text.strip(),
        text_version=wanted.text_version,
        proof={name: value for name, value in told.items() if value},
        expires_at=expires_at,
    )


def _held(at: datetime, pointer: str, errors: list[Flawed]) -> datetime:
    """``at``, if the database can hold it."""
    try:
        return bounded(at, parameter=pointer)
    except Problem as no:
        errors += [Flawed(pointer=pointer, code=one.code, detail=one.detail) for one in no.errors]
        return at


def _fits(address: IdentifierKey, channel: str) -> bool:
    """Whether a channel writes to such an address; what is no address stands for the whole person."""
    is_address = any(address.kind in kinds for kinds in ADDRESSES.values())
    return channel == ANY or not is_address or address.kind in ADDRESSES[channel]


def _shown(stands: ConsentStanding, call: Call) -> ConsentOut:
    is_seen = people_visible_to_key(call.key).filter(pk=stands.person_id).exists()
    return ConsentOut(
        person=stands.person.public_id if is_seen else None,
        kind=About(stands.kind),
        channel=stands.channel,
        purpose=stands.purpose,
        stands=Said(stands.state),
        since=stands.at,
    )


SEND = Operation(
    id="sendConsent",
    method="POST",
    path="/consents",
    right=ApiRight.CONSENTS_WRITE,
    summary=_("Record or withdraw a consent"),
    text=_(
        "Keeps what somebody allowed, refused or withdrew about one address, channel and purpose, with the words they"
        " saw and where it is proved. A withdrawal counts for every later question whether they may be contacted, also"
        " at an address that nobody knew yet. A consent that was only typed does not lift what they withdrew"
        " themselves: the answer tells what stands."
    ),
    body=ConsentIn,
    answers={200: ConsentOut},
    handle=send_consent,
    is_repeatable=True,
    example={
        "address": "email:zhou@beichen.example",
        "channel": "email",
        "purpose": "newsletter",
        "decision": "granted",
        "text": "我同意接收产品资讯邮件，可随时退订。",
        "text_version": "2026-01",
        "source": "Shop, account settings",
        "proof": {"url": "https://shop.example.com/account", "reference": "order 4711"},
        "assurance": "verified",
    },
)
