"""What tells of a file where it came from: who had it written, when, in which company, under which number.

The mark stands in the last column of every row, so that it stays with rows that are copied elsewhere and no program
that reads the file stumbles over it. The number stands in the audit trail, beside the conditions of the export.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.platform.models import Staff
from wutong.platform.organisation import our_organisation, our_zone

COLUMN: str | Promise = _("Export mark")
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """The mark of one file. ``at`` is in the company's zone."""

    name: str
    company: str
    at: datetime
    number: str

    def __str__(self) -> str:
        return f"{self.name} · {self.for_outsiders}"

    @property
    def for_outsiders(self) -> str:
        """The mark of a file that is handed to a customer: by its number the audit trail names the colleague."""
        return f"{self.company} · {self.at:%Y-%m-%d %H:%M} · {self.number}"


def watermark(*, by: Staff, at: datetime, number: str = "") -> Watermark:
    """The mark of a file that is written for ``by``; its number is made up unless the file has one."""
    organisation = our_organisation()
    return Watermark(
        name=by.full_name or by.email,
        company=organisation.name if organisation else "",
        at=at.astimezone(our_zone()),
        number=number or uuid.uuid4().hex[:8],
    )


def file_name(what: str, kind: str, *, by: Staff, at: datetime) -> str:
    """What a file is called: the list, the minute, the colleague."""
    called = f"{what}-{at.astimezone(our_zone()):%Y%m%d-%H%M}-{by.full_name or by.email}".translate(_NOT_IN_A_NAME)
    return f"{called}.{kind}"
