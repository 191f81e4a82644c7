"""What an operation of the API is: the one description that addresses, checks, document and help page are made from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from msgspec import Struct

from wutong.platform.models import ApiKey, ApiRight


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that has passed the door: whose it is and what it asks, in the operation's types."""

    key: ApiKey
    at: datetime
    body: Any = None
    query: Any = None
    id: UUID | None = None
    idempotency_key: str = ""

    @property
    def id_of_object(self) -> UUID:
        """The id in the address."""
        if self.id is None:
            raise ValueError("the operation's address holds no id")
        return self.id


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back: a value of one of the operation's types, or the bytes of an earlier answer."""

    status: int
    content: Struct | bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address. Its types are what the code parses with and what the document is written from."""

    id: str
    method: str
    path: str
    """Below ``/api/v1``, as the document writes it: ``/leads/{id}``."""
    right: ApiRight
    summary: str | Promise
    text: str | Promise
    answers: dict[int, type[Struct]]
    handle: Callable[[Call], Answer]
    body: Any = None
    read_body: Callable[[dict[str, Any]], Any] | None = None
    """Reads a body whose type msgspec cannot tell apart place by place; else it is read as ``body``."""
    query: type[Struct] | None = None
    is_repeatable: bool = False
    """Whether it takes an Idempotency-Key."""
    problems: tuple[str, ...] = ()
    """Codes of problems that not every operation may answer with."""
    example: Any = None
