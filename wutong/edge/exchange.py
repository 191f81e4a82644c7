"""One HTTP request and its answer, as the doors see them."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

from wutong.config import config
from wutong.platform.proxies import believed_address

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

JSON = b"application/json"
_REQUEST_ID = re.compile(rb"[\w.-]{8,64}", re.ASCII)
_encode = msgspec.json.Encoder().encode


class Answer(Exception):  # an answer is not always an error
    """What is sent back. Raised from inside a door when there is nothing more to do."""

    def __init__(
        self, status: int, body: bytes = b"", kind: bytes = JSON, headers: Mapping[bytes, bytes] | None = None
    ):
        super().__init__(status)
        self.status = status
        self.body = body
        self.kind = kind
        self.headers = headers or {}

    def with_headers(self, headers: Headers) -> "Answer":
        return Answer(self.status, self.body, self.kind, {**self.headers, **headers}) if headers else self

    async def send_by(self, send: Send) -> None:
        headers = [(b"content-type", self.kind), (b"content-length", b"%d" % len(self.body)), *self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def told(status: int, content: object, headers: Headers | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(status, _encode(content), JSON, headers)


def refused(status: int, error: str, detail: str, headers: Headers | None = None) -> Answer:
    """An answer that says why not: ``error`` for programs, ``detail`` for whoever mends it."""
    return told(status, {"error": error, "detail": detail}, headers)


class Request:
    """What came in. The body is read when a door asks for it."""

    __slots__ = ("headers", "method", "path", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: Headers = dict(scope["headers"])
        self.receive = receive

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def kind(self) -> bytes:
        """The body's media type, without its parameters."""
        return self.headers.get(b"content-type", b"").split(b";", 1)[0].strip().lower()

    @property
    def query(self) -> dict[str, str]:
        """The query's fields; of one given twice the last."""
        raw: bytes = self.scope["query_string"]
        return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=50)) if raw else {}

    @property
    def address(self) -> str:
        """Where it comes from; for rate limits only, never stored."""
        client = self.scope.get("client")
        return _believed(client[0] if client else "", self.header(b"x-forwarded-for"), config().trusted_proxies)

    @property
    def request_id(self) -> str:
        asked = self.headers.get(b"x-request-id", b"")
        return asked.decode() if _REQUEST_ID.fullmatch(asked) else uuid4().hex

    def refuse_larger(self, limit: int) -> None:
        """Say no to a body that is announced as too long, before any of it is read.

        Raises:
            Answer: 413.
        """
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and (len(declared) >= 20 or int(declared) > limit):
            raise _too_large(limit)

    async def body(self, *, limit: int) -> bytes:
        """The whole body.

        Raises:
            Answer: 413, it is longer than ``limit`` bytes.
        """
        self.refuse_larger(limit)
        message = await self.receive()
        if not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) > limit:
                raise _too_large(limit)
            return body
        parts = [message.get("body", b"")]
        size = len(parts[0])
        while message.get("more_body"):
            message = await self.receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise _too_large(limit)
        return b"".join(parts)


@lru_cache(maxsize=4_096)
def _believed(peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    return believed_address(peer=peer, forwarded_for=forwarded_for, trusted_proxies=trusted_proxies)


def _too_large(limit: int) -> Answer:
    return refused(413, "too_large", f"Send at most {limit} bytes in one request.", {b"connection": b"close"})
