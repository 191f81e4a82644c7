"""May we contact this address, by this channel, for this purpose: one answer, and why.

Every sender asks here, and so do pages and the API. Without a consent the answer is no. A denial beats an agreement
that is older; one for a whole person (every channel, or said of no address in particular) reaches all addresses; an
agreement never leaves the address it was made for. Source: ``algorithms.md`` 1.1; PIPL, articles 13 to 16.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.people.consents import amounts_to
from wutong.people.models import (
    ANY,
    PURPOSES,
    ConsentKind,
    ConsentStanding,
    ConsentState,
    Identifier,
    IdentifierKind,
    Person,
)

ADDRESSES: dict[str, frozenset[str]] = {
    "email": frozenset({IdentifierKind.EMAIL}),
    "sms": frozenset({IdentifierKind.PHONE}),
    "phone": frozenset({IdentifierKind.PHONE}),
    "wecom": frozenset({IdentifierKind.EXTERNAL_USERID}),
    "wechat": frozenset({IdentifierKind.OPENID}),
    "whatsapp": frozenset({IdentifierKind.PHONE}),
    "web": frozenset({IdentifierKind.COOKIE, IdentifierKind.DEVICE}),
}
"""What kinds of identifier a channel writes to."""


class Why(Enum):
    """Why an address may be contacted, or may not. ``code`` is for programs and never changes."""

    GRANTED = "granted", _("They agreed.")
    NO_CONSENT = "no_consent", _("There is no consent on record.")
    REFUSED = "refused", _("They refused.")
    WITHDRAWN = "withdrawn", _("They withdrew their consent.")
    EXPIRED = "expired", _("The consent has expired.")
    NOT_AN_ADDRESS = "not_an_address", _("This channel does not reach such an identifier.")
    BLOCKED = "blocked", _("The address belongs to nobody in particular.")

    def __init__(self, code: str, sentence: Promise) -> None:
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether an address may be contacted, why, and the standing decision that says so, where there is one."""

    why: Why
    decided: ConsentStanding | None = None

    @property
    def is_allowed(self) -> bool:
        return self.why is Why.GRANTED


def may_contact(address: Identifier, *, channel: str, purpose: str, at: datetime) -> Answer:
    """Whether ``address`` may be contacted by ``channel`` for ``purpose`` at this instant, and why."""
    return may_contact_many([address], channel=channel, purpose=purpose, at=at)[address.pk]


def may_contact_many(
    addresses: Collection[Identifier], *, channel: str, purpose: str, at: datetime
) -> dict[int, Answer]:
    """The answer for each of ``addresses``, by its id; two questions to the database, however many there are."""
    of_person: dict[int, list[ConsentStanding]] = {}
    standings = ConsentStanding.objects.filter(
        person__in={one.person_id for one in addresses},
        kind=ConsentKind.GENERAL,
        channel__in=[channel, ANY],
        purpose__in=[purpose, ANY],
    )
    for standing in standings.select_related("subject"):
        of_person.setdefault(standing.person_id, []).append(standing)
    return {one.pk: answer_for(one, of_person.get(one.person_id, []), channel=channel, at=at) for one in addresses}


def contactability_of(
    person: Person, addresses: Collection[Identifier], *, at: datetime
) -> dict[int, list[tuple[str, str, Answer]]]:
    """Channel, purpose and answer for all that each of a person's addresses might be used for; by one question.

    Purposes are the usual ones and whatever was ever decided for the person.
    """
    known = ConsentStanding.objects.filter(person=person, kind=ConsentKind.GENERAL).select_related("subject")
    standings = list(known)
    purposes = sorted({*PURPOSES, *(one.purpose for one in standings)} - {ANY, "tracking"})
    return {
        address.pk: [
            (channel, purpose, answer_for(address, _about(standings, channel, purpose), channel=channel, at=at))
            for channel, kinds in ADDRESSES.items()
            if address.kind in kinds
            for purpose in purposes
        ]
        for address in addresses
    }


def _about(standings: Collection[ConsentStanding], channel: str, purpose: str) -> list[ConsentStanding]:
    return [one for one in standings if one.channel in (channel, ANY) and one.purpose in (purpose, ANY)]


def answer_for(address: Identifier, standings: Collection[ConsentStanding], *, channel: str, at: datetime) -> Answer:
    """The answer, from all standings of the address's person about the channel and the purpose."""
    if channel in ADDRESSES and address.kind not in ADDRESSES[channel]:
        return Answer(why=Why.NOT_AN_ADDRESS)
    if address.is_blocked:
        return Answer(why=Why.BLOCKED)
    concerning = [one for one in standings if one.subject_id == address.pk or _reaches_all(one, channel=channel)]
    decided = amounts_to(concerning)
    if decided is None:
        return Answer(why=Why.NO_CONSENT)
    match ConsentState(decided.state):
        case ConsentState.REFUSED:
            return Answer(why=Why.REFUSED, decided=decided)
        case ConsentState.WITHDRAWN:
            return Answer(why=Why.WITHDRAWN, decided=decided)
        case _ if decided.expires_at is not None and decided.expires_at <= at:
            return Answer(why=Why.EXPIRED, decided=decided)
        case _:
            return Answer(why=Why.GRANTED, decided=decided)


def _reaches_all(standing: ConsentStanding, *, channel: str) -> bool:
    """Whether a decision said of another address holds for all of its person: denials for every channel do, and those
    said of what is no address of the channel, such as a CRM number."""
    if standing.state == ConsentState.GRANTED:
        return False
    return standing.channel == ANY or standing.subject.kind not in ADDRESSES.get(channel, frozenset())
