"""All who are at the edge's forms at once, in a process of its own: those who abuse them, and a neighbour's visitors.

Prints one JSON object: for each kind of caller how many answers of each status, how long they took, what went wrong.
"""

import argparse
import asyncio
import json
import random
import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

import uvloop
from uuid_utils import uuid7

ORIGIN, FOREIGN = "https://www.example.com", "https://copycat.example"
FLOODER, FLOODING_NETWORK = "203.0.113.7", "2001:db8:bad:1"
ANSWERED_WITHIN_S = 15
READS_FOR_S = 2.5
"""A page is sent by people later than this after it was drawn; what comes sooner is suspicious."""
UPLOAD_BYTES = 50 * 1024 * 1024
_TOKEN = re.compile(rb'name="_token" value="([^"]+)"')
_PIECE = b"x" * 65_536


@dataclass
class Kind:
    """What one kind of caller heard."""

    statuses: Counter[str] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        taken = sorted(self.taken)
        p95 = round(taken[int(len(taken) * 0.95)] * 1000, 1) if taken else 0.0
        return {"statuses": dict(self.statuses), "p95_ms": p95, "longest_s": round(max(taken, default=0.0), 2)}


@dataclass
class Crowd:
    """Where they call, and what each kind heard."""

    port: int
    form: str
    neighbour: str
    kinds: dict[str, Kind] = field(default_factory=dict)
    spare: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def ask(self, kind: str, request: bytes) -> bytes:
        """Send one request; its body, and how it was answered noted. Connections are used again, as browsers do."""
        heard = self.kinds.setdefault(kind, Kind())
        began = perf_counter()
        try:
            status, body = await asyncio.wait_for(self._answered(request), ANSWERED_WITHIN_S)
        except (OSError, EOFError, TimeoutError) as error:
            status, body = type(error).__name__, b""
        heard.statuses[status] += 1
        heard.taken.append(perf_counter() - began)
        return body

    async def _answered(self, request: bytes) -> tuple[str, bytes]:
        reader, writer = self.spare.pop() if self.spare else await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        head, body = await _read(reader)
        if b"connection: close" in head.lower():
            writer.close()
        else:
            self.spare.append((reader, writer))
        return head[9:12].decode(), body


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--form", required=True, help="the one that is abused")
    parser.add_argument("--neighbour", required=True, help="the one that is not")
    parser.add_argument("--per-minute", type=int, default=10_000, help="posts from one address")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    print(json.dumps(uvloop.run(run(options))))


async def run(options: argparse.Namespace) -> dict[str, object]:
    crowd = Crowd(options.port, options.form, options.neighbour)
    seconds: float = options.seconds
    began = perf_counter()
    await asyncio.gather(
        _evenly(seconds, options.per_minute / 60, lambda: crowd.ask("flood", _post(options.form, FLOODER))),
        _evenly(seconds, 20, lambda: crowd.ask("flood_of_a_network", _post(options.form, _in_the_network()))),
        _evenly(seconds, 10, lambda: _bot(crowd)),
        _evenly(seconds, 10, lambda: _foreign_page(crowd)),
        _replay(crowd, seconds=seconds),
        _uploads(crowd, seconds=seconds),
        _evenly(seconds, 5, lambda: _visit(crowd)),
    )
    heard = {name: kind.told() for name, kind in sorted(crowd.kinds.items())}
    return {"seconds": round(perf_counter() - began, 2), "kinds": heard}


async def _evenly(seconds: float, per_second: float, act: Callable[[], Awaitable[object]]) -> None:
    """Begin an act at even intervals, whether or not the one before has ended; wait for the last."""
    tasks: list[asyncio.Future[object]] = []
    began, n = perf_counter(), 0
    while (now := perf_counter() - began) < seconds:
        while n / per_second <= now:
            tasks.append(asyncio.ensure_future(act()))
            n += 1
        await asyncio.sleep(0.003)
    await asyncio.gather(*tasks)


async def _visit(crowd: Crowd) -> None:
    """Somebody opens the neighbour's form, reads, fills it in and sends it."""
    address = _somewhere()
    page = await crowd.ask("neighbour_page", _get(crowd.neighbour, address))
    await asyncio.sleep(READS_FOR_S)
    await crowd.ask("neighbour_post", _post(crowd.neighbour, address, token=_token_in(page)))


async def _bot(crowd: Crowd) -> None:
    """A bot with an address of its own: it fills in what nobody sees, or sends at once, or leaves links."""
    address = _somewhere()
    token = _token_in(await crowd.ask("bot_page", _get(crowd.form, address)))
    answers = random.choice(({"website": "https://spam.example"}, {}, {"name": "see https://spam.example"}))
    await crowd.ask("bot", _post(crowd.form, address, token=token, **answers))


async def _foreign_page(crowd: Crowd) -> None:
    """A website that may not use the form shows it in a frame, and posts to it."""
    framed = {"sec-fetch-dest": "iframe", "referer": f"{FOREIGN}/contact"}
    await crowd.ask("foreign_frame", _get(crowd.form, _somewhere(), **framed))
    await crowd.ask("foreign_post", _post(crowd.form, _somewhere(), origin=FOREIGN))


async def _replay(crowd: Crowd, *, seconds: float) -> None:
    """One page's token, sent again and again from many addresses."""
    token = _token_in(await crowd.ask("replayed_page", _get(crowd.form, _somewhere())))
    await asyncio.sleep(READS_FOR_S)
    sent = {"phone": "13987650000", "token": token}
    await _evenly(seconds - READS_FOR_S, 10, lambda: crowd.ask("replay", _post(crowd.form, _somewhere(), **sent)))


async def _uploads(crowd: Crowd, *, seconds: float) -> None:
    """Fifty megabytes to a form, announced and not, one after the other."""
    until = perf_counter() + seconds
    while perf_counter() < until:
        for is_announced in (True, False):
            await _upload(crowd, is_announced=is_announced)
            await asyncio.sleep(0.5)


async def _upload(crowd: Crowd, *, is_announced: bool) -> None:
    """Send on until there is an answer. By a bare socket: a stream that can write no more forgets what it has read."""
    heard = crowd.kinds.setdefault("upload_announced" if is_announced else "upload_in_chunks", Kind())
    size = f"content-length: {UPLOAD_BYTES}" if is_announced else "transfer-encoding: chunked"
    head = _head(f"POST /c/f/{crowd.form}", _somewhere(), "application/json", size)
    began = perf_counter()
    with socket.socket() as line:
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", crowd.port))
        sending = asyncio.create_task(_pour(line, head, is_announced=is_announced))
        try:
            answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(line, 65_536), ANSWERED_WITHIN_S)
            status = answer[9:12].decode() or "closed"
        except (OSError, TimeoutError) as error:
            status = type(error).__name__
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
    heard.statuses[status] += 1
    heard.taken.append(perf_counter() - began)


async def _pour(line: socket.socket, head: bytes, *, is_announced: bool) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(line, head)
    for _piece in range(UPLOAD_BYTES // len(_PIECE)):
        await loop.sock_sendall(line, _PIECE if is_announced else b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE))
    if not is_announced:
        await loop.sock_sendall(line, b"0\r\n\r\n")


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    start = head.lower().index(b"content-length:") + 15
    length = int(head[start : head.index(b"\r", start)])
    return head, await reader.readexactly(length) if length else b""


def _get(form: str, address: str, **headers: str) -> bytes:
    return _head(f"GET /c/f/{form}", address, "", *(f"{name}: {value}" for name, value in headers.items()))


def _post(form: str, address: str, *, origin: str = ORIGIN, token: str = "", **answers: str) -> bytes:
    """A form as a page sends it, with its token; as a site's own markup sends it, without one."""
    typed = {"name": "Li Lei", "phone": next(_numbers), "company": "Northwind", **answers, "privacy": "yes"}
    known = {"_token": token} if token else {"_id": str(uuid7())}
    content = urlencode(typed | known).encode()
    kind = "application/x-www-form-urlencoded"
    return _head(f"POST /c/f/{form}", address, kind, f"origin: {origin}", f"content-length: {len(content)}") + content


def _head(line: str, address: str, kind: str, *headers: str) -> bytes:
    lines = [f"{line} HTTP/1.1", "host: localhost", "user-agent: Mozilla/5.0 Chrome/130.0", *headers]
    lines += [f"x-forwarded-for: {address}", *([f"content-type: {kind}"] if kind else [])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _token_in(page: bytes) -> str:
    found = _TOKEN.search(page)
    return found[1].decode() if found else ""


def _in_the_network() -> str:
    return f"{FLOODING_NETWORK}::{random.randrange(1, 65_535):x}"


def _somewhere() -> str:
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def _telephone_numbers() -> Iterator[str]:
    n = random.randrange(10_000_000)
    while True:
        n = (n + 1) % 10_000_000
        yield f"139{n + 10_000_000:08}"[:11]


_numbers = _telephone_numbers()


if __name__ == "__main__":
    main()
