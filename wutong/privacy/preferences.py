"""The page on which people see and change what they allow: by a signed link to one address, without signing in.

Who holds the link reads mail or messages of that address, and no more is shown than is sure of it: the address, masked,
and what was decided for it. The link lasts, because it stands in what was sent long ago.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.people.consents import Decision, decide_many
from wutong.people.contactability import ADDRESSES, Answer, answer_for
from wutong.people.identifiers import hold
from wutong.people.models import (
    ANY,
    Assurance,
    ConsentKind,
    ConsentStanding,
    ConsentState,
    Identifier,
)
from wutong.people.models.consent import channel_name, purpose_name
from wutong.platform.audit import record
from wutong.platform.models import ApiKey, Staff
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import BadToken, sign, verified

LINK = "preferences of an address"
OFFERED = ("contact", "marketing", "newsletter")
SHOWN_CHANNELS = ("email", "sms", "phone", "wecom", "wechat", "whatsapp")


class NoSuchLink(Exception):
    """The link is cut, altered, or its address is no longer known."""


class NoChannel(Refusal):
    """Nothing is sent to such an identifier."""

    code = "no_channel"
    message = _("Nothing is sent to this kind of identifier, so it has no page of preferences.")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One line of the page: a channel and a purpose, and what holds now."""

    channel: str
    purpose: str
    answer: Answer

    @property
    def name(self) -> str:
        return f"{self.channel}.{self.purpose}"

    @property
    def channel_name(self) -> str:
        return channel_name(self.channel)

    @property
    def purpose_name(self) -> str:
        return purpose_name(self.purpose)


def path_for(address: Identifier, *, at: datetime) -> str:
    """The path of the page of ``address``; the link is good for as long as the address is known."""
    return reverse("privacy:preferences", args=[sign(LINK, address.pk, at=at)])


def make_link(*, address: Identifier, by: Staff | ApiKey, at: datetime) -> str:
    """The full link, for a colleague or a system that sends it to that address; who made it is recorded.

    Raises:
        NoChannel: see there.
    """
    if not _channels(address):
        raise NoChannel
    with transaction.atomic(durable=True):
        record("privacy.link_made", actor=by, subject=address.person, at=at, kind=address.kind)
    return f"{config().web_origin.rstrip('/')}{path_for(address, at=at)}"


def address_of(token: str, *, at: datetime) -> Identifier:
    """Whose page a link opens.

    Raises:
        NoSuchLink: see there.
    """
    try:
        named = verified(LINK, token, at=at)
    except BadToken as error:
        raise NoSuchLink from error
    address = Identifier.objects.select_related("person").filter(pk=named).first() if isinstance(named, int) else None
    if address is None or not _channels(address):
        raise NoSuchLink
    return address


def choices_for(address: Identifier, *, at: datetime) -> list[Choice]:
    """What may be allowed for ``address``: the usual purposes, and whatever was ever decided for it."""
    standings = list(
        ConsentStanding.objects.filter(person=address.person_id, kind=ConsentKind.GENERAL).select_related("subject")
    )
    own = {one.purpose for one in standings if one.subject_id == address.pk} - {ANY, "tracking"}
    purposes = [*OFFERED, *sorted(own - set(OFFERED))]
    return [
        Choice(
            channel=channel,
            purpose=purpose,
            answer=answer_for(
                address,
                [one for one in standings if one.purpose in (purpose, ANY) and one.channel in (channel, ANY)],
                channel=channel,
                at=at,
            ),
        )
        for channel in _channels(address)
        for purpose in purposes
    ]


def save_choices(*, address: Identifier, allowed: set[str], shown: set[str], at: datetime) -> int:
    """Keep what was changed on the page, as the word of whoever holds the link.

    Args:
        allowed: names of the choices that are ticked.
        shown: names of all that stood on the page; others are left as they are.

    Returns:
        how many decisions were new.
    """
    with transaction.atomic(durable=True):
        _hold(address)
        changed = [
            one
            for one in choices_for(address, at=at)
            if one.name in shown and (one.name in allowed) != one.answer.is_allowed
        ]
        decide_many(
            [
                _decision(
                    address,
                    channel=one.channel,
                    purpose=one.purpose,
                    state=ConsentState.GRANTED if one.name in allowed else ConsentState.WITHDRAWN,
                    text=f"{one.channel_name}: {one.purpose_name}",
                    at=at,
                )
                for one in changed
            ]
        )
        if changed:
            record("privacy.preferences_saved", actor=None, subject=address.person, at=at, changed=len(changed))
    return len(changed)


def withdraw_everything(*, address: Identifier, source: str, at: datetime, by: Staff | ApiKey | None = None) -> None:
    """Allow nothing any more: no channel, no purpose, for the whole person. Saying so twice changes nothing."""
    with transaction.atomic(durable=True):
        _hold(address)
        decide_many([_decision(address, channel=ANY, purpose=ANY, state=ConsentState.WITHDRAWN, source=source, at=at)])
        record("privacy.everything_withdrawn", actor=by, subject=address.person, at=at, source=source)


def _hold(address: Identifier) -> None:
    """Let nobody erase the address while it is decided for; it may have been erased since it was looked up.

    Raises:
        NoSuchLink: see there.
    """
    if not hold([address.pk]):
        raise NoSuchLink


def _decision(
    address: Identifier,
    *,
    channel: str,
    purpose: str,
    state: ConsentState,
    at: datetime,
    source: str = "preferences",
    text: str = "",
) -> Decision:
    return Decision(
        subject_id=address.pk,
        person_id=address.person_id,
        channel=channel,
        purpose=purpose,
        state=state,
        source=source,
        text=text,
        proof={"page": "preferences"},
        assurance=Assurance.VERIFIED,
        at=at,
    )


def _channels(address: Identifier) -> list[str]:
    return [channel for channel in SHOWN_CHANNELS if address.kind in ADDRESSES[channel]]
