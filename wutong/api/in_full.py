"""Values in full: only for keys that may, counted toward the day's limit of the key, and recorded."""

from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.operations import Call
from wutong.api.problems import Problem
from wutong.platform.audit import record
from wutong.platform.models import ApiRight
from wutong.platform.reveals import count_read

Masked = Annotated[
    bool,
    Meta(description=gettext_noop("true: masked even for a key that holds people:reveal, and so not counted.")),
]


class InFullQuery(Struct, frozen=True, kw_only=True):
    """How telephone numbers, addresses and credit codes are wanted."""

    masked: Masked = False


def may_read_in_full(call: Call) -> bool:
    """Whether values are wanted in full and the key may have them so."""
    return ApiRight.PEOPLE_REVEAL in call.key.rights and not (call.query is not None and call.query.masked)


def read_in_full(call: Call, action: str, *, n: int, subject: Any = None) -> None:
    """Count and record that the key reads ``n`` values in full.

    Raises:
        Problem: they would pass the day's limit; administrators have been told.
    """
    if not n:
        return
    with transaction.atomic():
        refusal = count_read(key=call.key, at=call.at, n=n)
        if refusal is None:
            record(action, actor=call.key, at=call.at, subject=subject, n=n)
    if refusal is not None:
        raise Problem(refusal.code, str(refusal))
