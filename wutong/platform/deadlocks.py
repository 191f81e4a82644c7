"""Two transactions that wait for each other: PostgreSQL ends one, and whoever it was tries again."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

TRIES = 3
_Result = TypeVar("_Result")


def tried_again(work: Callable[[], _Result]) -> _Result:
    """What ``work``, a whole transaction, gives; it is begun anew when it was ended for the sake of another one."""
    for _attempt in range(1, TRIES):
        try:
            return work()
        except OperationalError as error:
            if not (getattr(error.__cause__, "sqlstate", None) or "").startswith("40"):
                raise
    return work()
