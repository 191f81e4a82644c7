"""What travels through the steps."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from wutong.content.models import Form
from wutong.events.arrivals import AnyArrival
from wutong.events.hot import HotRow
from wutong.lifecycle.capture import Opened
from wutong.lifecycle.models import ProductLine
from wutong.people.identity import Recognised
from wutong.people.models import Assurance
from wutong.platform.models import ApiKey, BusinessScope, Staff, Team


class Drop(StrEnum):
    """Why an arrival was not kept."""

    REPEATED = "repeated"
    """The same event came before: a retry of the sender."""
    ID_REUSED = "id_reused"
    """Another event of the same id came before; the first stays."""
    UNKNOWN_FORM = "unknown_form"
    """The form does not exist any more."""


@dataclass(frozen=True, kw_only=True)
class Interest:
    """What somebody is interested in, as a form, another system or a colleague told it: what leads are opened for."""

    subject_id: int
    person_id: int
    answers: dict[str, str]
    source: str
    """``form:<key>``, ``api:<public id of the key>`` or ``staff:<public id>``."""
    source_name: str
    team: Team
    scope: BusinessScope
    product_line: ProductLine | None
    channel: str
    campaign: str
    has_identifiers: bool = False
    """Whether the sender named the person by more than answers."""
    assurance: Assurance = Assurance.TYPED
    """How sure it is where the person works."""
    kept_by: Staff | None = None
    """The colleague who entered it and takes the lead."""


@dataclass
class Batch:
    """Arrivals on their way, and what the steps found out about them."""

    arrivals: list[AnyArrival]
    at: datetime
    drops: Counter[Drop] = field(default_factory=Counter)
    digests: dict[UUID, int] = field(default_factory=dict)
    """Of what each arrival says, by which a retry is told from another arrival of the same id."""
    forms: dict[str, Form] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    """The keys by which other systems told of interests, by public id."""
    staff: dict[str, Staff] = field(default_factory=dict)
    """The colleagues who entered interests, by public id."""
    recognised: Recognised = field(default_factory=Recognised)
    rows: dict[UUID, HotRow] = field(default_factory=dict)
    """The events that are new, by id."""
    interests: dict[UUID, Interest] = field(default_factory=dict)
    """What new forms and captures ask for, by event."""
    opened: list[Opened] = field(default_factory=list)
    scored: set[int] = field(default_factory=set)
    """People whose score was redone."""
