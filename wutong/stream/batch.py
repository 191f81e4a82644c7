"""What travels through the steps."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from wutong.content.models import Form, FormSubmission
from wutong.events.arrivals import AnyArrival
from wutong.events.hot import HotRow
from wutong.lifecycle.capture import Opened
from wutong.people.identity import Recognised


class Drop(StrEnum):
    """Why an arrival was not kept."""

    REPEATED = "repeated"
    """The same event came before: a retry of the sender."""
    ID_REUSED = "id_reused"
    """Another event of the same id came before; the first stays."""
    UNKNOWN_FORM = "unknown_form"
    """The form does not exist any more."""


@dataclass
class Batch:
    """Arrivals on their way, and what the steps found out about them."""

    arrivals: list[AnyArrival]
    at: datetime
    drops: Counter[Drop] = field(default_factory=Counter)
    digests: dict[UUID, int] = field(default_factory=dict)
    """Of what each arrival says, by which a retry is told from another arrival of the same id."""
    forms: dict[str, Form] = field(default_factory=dict)
    recognised: Recognised = field(default_factory=Recognised)
    rows: dict[UUID, HotRow] = field(default_factory=dict)
    """The events that are new, by id."""
    submissions: dict[UUID, FormSubmission] = field(default_factory=dict)
    campaigns: dict[UUID, str] = field(default_factory=dict)
    """The campaign by which the sender of each submission came last."""
    opened: list[Opened] = field(default_factory=list)
