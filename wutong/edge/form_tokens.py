"""The token of a form that we have drawn: which submission it will be, and since when the page has been open.

The submission's id stands in the token, so sending it a second time is the same submission. A token that has lost its
time still says so much that a fresh one goes on where it stopped.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from wutong.platform.secrets import BadToken, sign, verified

PURPOSE = "form"
VALID_FOR = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a token says."""

    form: str
    submission: UUID
    opened_at: datetime
    signed_at: datetime

    @property
    def token(self) -> str:
        body = (self.form, self.submission.bytes, self.opened_at.timestamp(), self.signed_at.timestamp())
        return sign(PURPOSE, body, at=self.signed_at)

    def has_expired(self, *, at: datetime) -> bool:
        return at - self.signed_at > VALID_FOR

    def renewed(self, *, at: datetime) -> "Ticket":
        """For the same submission, if it is one of these days."""
        is_old = at - self.opened_at > timedelta(days=1)
        return fresh(self.form, at=at) if is_old else replace(self, signed_at=at)


class _Body(Struct, frozen=True, array_like=True):
    form: str
    submission: bytes
    opened_at: float
    signed_at: float


def fresh(form: str, *, at: datetime) -> Ticket:
    """For a page that is being drawn."""
    return Ticket(form=form, submission=uuid7(), opened_at=at, signed_at=at)


def read(token: str, *, form: str, at: datetime) -> Ticket | None:
    """What a token says, expired or not; None when it is not ours, or another form's."""
    try:
        body = msgspec.convert(verified(PURPOSE, token, at=at), _Body)
        submission = UUID(bytes=body.submission)
    except (BadToken, msgspec.DecodeError, ValueError):
        return None
    if body.form != form:
        return None
    opened, signed = (datetime.fromtimestamp(instant, UTC) for instant in (body.opened_at, body.signed_at))
    return Ticket(form=form, submission=submission, opened_at=opened, signed_at=signed)
