"""The checks behind the health page: what ``wutong doctor`` says, for administrators who are not on the machine.

The checks live above this package, so whoever starts the pages registers them here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import DatabaseError
from django.db.models import Min, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wutong.platform.models import InboxBlock


class Finding(Protocol):
    """What one check found. ``state``: right, advice or wrong; ``mend`` says what to do when it is not right."""

    @property
    def check(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def mend(self) -> str: ...


Check = Callable[[datetime], Finding]

LABELS: dict[str, str | Promise] = {
    "disk": _("Disk"),
    "key_file": _("Key file"),
    "keys": _("Key file and data"),
    "versions": _("Versions"),
    "durable_writes": _("Durable writes"),
    "clock": _("Clock"),
    "migrations": _("Schema"),
    "partitions": _("Partitions of events"),
    "processes": _("Processes"),
    "inbox": pgettext_lazy("of arrivals", "Inbox"),
    "parked": _("Parked"),
    "jobs": _("Background jobs"),
    "lake": _("Lake"),
    "calendar": _("Public holidays"),
    "mail": _("Mail server"),
}
_checks: dict[str, Check] = {}


@dataclass(frozen=True, kw_only=True)
class CannotTell:
    """A check that could not be made."""

    check: str
    found: str
    state: str = "wrong"
    mend: str = ""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """How much waits in one lane of the inbox, and since when."""

    name: str
    events: int
    oldest_at: datetime


def register_check(name: str, check: Check) -> None:
    """Have ``check`` made on the health page; a name that is registered again replaces the former."""
    _checks[name] = check


def register_checks(checks: Iterable[Check]) -> None:
    for check in checks:
        register_check(check.__name__, check)


def run_checks(*, at: datetime) -> list[Finding]:
    """Make all checks; one that the database does not let be made is wrong."""
    findings: list[Finding] = []
    for name, check in _checks.items():
        try:
            findings.append(check(at))
        except DatabaseError as error:
            mend = gettext("See whether the database answers and is migrated: wutong migrate.")
            findings.append(CannotTell(check=name, found=str(error).strip(), mend=mend))
    return findings


def label_of(check: str) -> str | Promise:
    return LABELS.get(check, check)


def inbox_lanes() -> list[Lane]:
    """What has arrived and is not worked through yet."""
    rows = InboxBlock.objects.values("lane").annotate(events=Sum("count"), oldest_at=Min("received_at"))
    return [Lane(name=row["lane"], events=row["events"], oldest_at=row["oldest_at"]) for row in rows.order_by("lane")]
