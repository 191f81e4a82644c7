"""A row on its way, and the id that all of it bears."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from wutong.exchange.models import PeopleImport
from wutong.exchange.rows import ImportRow
from wutong.platform.models import Staff


@dataclass
class Entry:
    """A row on its way."""

    row: ImportRow
    id: UUID
    at: datetime
    subject: int = 0
    person: int = 0
    is_new: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    owner: Staff | None = None


def row_id(run: PeopleImport, number: int) -> UUID:
    """The id of a row: those of one import follow each other."""
    return UUID(bytes=run.public_id.bytes[:12] + number.to_bytes(4))


def ids_of(run: PeopleImport) -> tuple[UUID, UUID]:
    """The first and the last id that rows of an import can have."""
    return row_id(run, 0), row_id(run, 2**32 - 1)
