"""Where a page ended: an opaque text that names the last row, not its number, so that new rows shift nothing."""

import base64
import binascii
from datetime import UTC, datetime

import msgspec

from wutong.api.problems import Flawed, Problem

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def written_cursor(at: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode((at, pk))).rstrip(b"=").decode()


def read_cursor(text: str) -> tuple[datetime, int]:
    """What :func:`written_cursor` wrote.

    Raises:
        Problem: it was written by somebody else.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        at, pk = msgspec.msgpack.decode(raw, type=tuple[datetime, int])
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise _wrong("cursor", "Send a cursor as an earlier answer gave it.") from error
    if at.tzinfo is None or not 0 < pk < 2**63:
        raise _wrong("cursor", "Send a cursor as an earlier answer gave it.")
    return bounded(at, parameter="cursor"), pk


def bounded(at: datetime, *, parameter: str) -> datetime:
    """``at``, in UTC, if the database can hold it.

    Raises:
        Problem: it lies at an end of all time.
    """
    try:
        at = at.astimezone(UTC)
    except OverflowError as error:
        raise _wrong(parameter, "Lies outside of the years 1970 to 9000.") from error
    if not _EARLIEST <= at <= _LATEST:
        raise _wrong(parameter, "Lies outside of the years 1970 to 9000.")
    return at


def _wrong(parameter: str, detail: str) -> Problem:
    return Problem("bad_parameter", errors=[Flawed(parameter=parameter, code="wrong_form", detail=detail)])
