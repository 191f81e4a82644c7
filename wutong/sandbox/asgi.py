"""The few lines of ASGI that a small site needs."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class Request:
    """What a browser asks."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a form."""
        return _first_values(self.body.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Answer:
    """What it gets."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def see_other(location: str) -> Answer:
    return Answer(b"", 303, headers={"location": location})


async def read_request(scope: Scope, receive: Receive) -> Request:
    """The whole request; of a body beyond ``MAX_BODY`` only that much."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MAX_BODY or message["type"] != "http.request":
            break
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=_first_values(scope["query_string"].decode("latin-1")),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body[:MAX_BODY],
    )


async def reply(send: Send, answer: Answer, *, with_body: bool = True) -> None:
    """Send ``answer``; without the body for HEAD."""
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


def _first_values(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
