"""The short-lived token with which a browser opens its live stream at the edge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wutong.platform.secrets import BadToken, sign, verified

VALID_FOR = timedelta(minutes=5)
_PURPOSE = "live stream"


@dataclass(frozen=True, kw_only=True)
class LiveTicket:
    """Who may listen. The edge also checks that the colleague is active and the epoch still holds."""

    staff_id: int
    auth_epoch: int


def issue(ticket: LiveTicket, *, at: datetime) -> str:
    return sign(_PURPOSE, [ticket.staff_id, ticket.auth_epoch], at=at, valid_for=VALID_FOR)


def read(token: str, *, at: datetime) -> LiveTicket:
    """Who a token speaks for.

    Raises:
        BadToken: it is not ours, altered or past its time.
    """
    match verified(_PURPOSE, token, at=at):
        case [int(staff_id), int(auth_epoch)]:
            return LiveTicket(staff_id=staff_id, auth_epoch=auth_epoch)
        case _:
            raise BadToken("malformed")
