"""What several resources say alike."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Line = Annotated[str, Meta(max_length=120)]
IdentifierText = Annotated[str, Meta(min_length=3, max_length=320, pattern=r"^[a-z_]+(@[\w.-]+)?:\S")]
Address = Annotated[str, Meta(max_length=8_000)]
Instant = Annotated[datetime, Meta(tz=True)]


class Named(Struct, frozen=True, kw_only=True):
    """Something with an id and a name."""

    id: UUID
    name: str
