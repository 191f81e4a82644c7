"""A colleague records what a person has said about being contacted: on the phone, in a chat, on paper."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.people.consents import Decision, decide_many
from wutong.people.models import ANY, Assurance, ConsentKind, ConsentState, Identifier, Person
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal


class NotTheirs(Refusal):
    """The address has gone to another person since the page was drawn."""

    code = "address_not_theirs"
    message = _("This address belongs to somebody else by now. Reload the page.")


class TooWide(Refusal):
    """Nobody agrees to everything at once."""

    code = "consent_too_wide"
    message = _("A consent names one purpose. Choose it, or record a withdrawal.")


class FromTomorrow(Refusal):
    """A decision that is yet to come is no decision."""

    code = "decided_in_future"
    message = _("The decision lies in the future. Enter the day on which they said so.")


def record_decision(
    *,
    person: Person,
    address: Identifier,
    kind: ConsentKind,
    channel: str,
    purpose: str,
    state: ConsentState,
    how: str,
    reason: str,
    decided_at: datetime,
    expires_at: datetime | None,
    by: Staff,
    at: datetime,
) -> None:
    """Keep what ``person`` said to a colleague, with how and why it is recorded.

    Args:
        how: by what way they said so, such as ``phone``; kept as the proof.
        reason: the colleague's words: what was said, where the paper lies.

    Raises:
        NotTheirs, TooWide, FromTomorrow: see there.
    """
    if state == ConsentState.GRANTED and purpose == ANY:
        raise TooWide
    if decided_at > at:
        raise FromTomorrow
    with transaction.atomic(durable=True):
        locked = Identifier.objects.select_for_update(no_key=True).filter(pk=address.pk).first()
        if locked is None or locked.person_id != person.pk:
            raise NotTheirs
        decide_many(
            [
                Decision(
                    subject_id=address.pk,
                    person_id=person.pk,
                    kind=kind,
                    channel=channel,
                    purpose=purpose,
                    state=state,
                    source="by_hand",
                    proof={"how": how},
                    reason=reason,
                    by_id=by.pk,
                    assurance=Assurance.STAFF,
                    at=decided_at,
                    expires_at=expires_at,
                )
            ]
        )
        record(
            "privacy.consent_recorded",
            actor=by,
            subject=person,
            at=at,
            kind=kind.value,
            channel=channel,
            purpose=purpose,
            state=state.value,
            how=how,
        )
