"""Load for the collector, in a process of its own: raw sockets with keep-alive, one request at a time on each.

No event is sent twice: what is processed behind the collector has the same work as with real visitors. Asked to end
(SIGTERM), it stops at once and still prints its figures.

Prints one JSON object: requests answered by status, seconds, and percentiles of the time to answer.
"""

import argparse
import asyncio
import json
import random
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter

import uvloop
from uuid_utils import uuid7

VISITORS = 400
"""Who are at the website at a time."""
REQUESTS_EACH = 5
"""After so many a visitor has left, and another one is there."""
ADDRESSES = 2_000  # visitors come from many addresses; rates are limited by address
WORDS = ("pricing", "cases", "mes", "erp", "quality", "blog", "guide", "demo", "events", "webinar", "steel", "cars")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--site", required=True)
    parser.add_argument("--hits", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--per-second", type=int, help="open loop: so many requests a second whatever the answers do")
    options = parser.parse_args()
    print(json.dumps(uvloop.run(run(options))))


async def run(options: argparse.Namespace) -> dict[str, object]:
    visitors = [Visitor(template(options.site, options.hits)) for _ in range(VISITORS)]
    clients = [Client(options.port, visitors) for _ in range(options.connections)]
    await asyncio.gather(*(client.connect() for client in clients))
    is_over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, is_over.set)
    began = perf_counter()
    if options.per_second:
        await open_loop(clients, per_second=options.per_second, until=began + options.seconds, is_over=is_over)
    else:
        await asyncio.gather(*(closed_loop(client, until=began + options.seconds) for client in clients))
    seconds = perf_counter() - began
    statuses: dict[str, int] = {}
    for client in clients:
        for status, n in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + n
    taken = sorted(took for client in clients for took in client.taken)
    at = {f"p{share}_ms": round(taken[int(len(taken) * share / 100)] * 1000, 2) for share in (50, 95, 99)}
    return {"statuses": statuses, "seconds": round(seconds, 2), **at}


async def closed_loop(client: "Client", *, until: float) -> None:
    while (now := perf_counter()) < until:
        await client.ask(since=now)


async def open_loop(clients: list["Client"], *, per_second: int, until: float, is_over: asyncio.Event) -> None:
    """Requests become due at even intervals; the time to answer counts from then, so that a stall is not hidden."""
    due: asyncio.Queue[float] = asyncio.Queue()
    workers = [asyncio.create_task(answer_due(client, due)) for client in clients]
    next_at = perf_counter()
    while next_at < until and not is_over.is_set():
        now = perf_counter()
        while next_at <= now:
            due.put_nowait(next_at)
            next_at += 1 / per_second
        await asyncio.sleep(0.002)  # each waking costs what three requests cost
    await due.join()
    for worker in workers:
        worker.cancel()


async def answer_due(client: "Client", due: asyncio.Queue[float]) -> None:
    while True:
        since = await due.get()
        await client.ask(since=since)
        due.task_done()


class Client:
    """One connection."""

    def __init__(self, port: int, visitors: list["Visitor"]) -> None:
        self.port = port
        self.visitors = visitors
        self.place = random.randrange(len(visitors))
        self.taken: list[float] = []
        self.statuses: dict[str, int] = {}

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *, since: float) -> None:
        self.place = (self.place + 1) % len(self.visitors)
        self.writer.write(self.visitors[self.place].next_request())
        head = await self.reader.readuntil(b"\r\n\r\n")
        start = head.lower().index(b"content-length:") + 15
        length = int(head[start : head.index(b"\r", start)])
        if length:
            await self.reader.readexactly(length)
        self.taken.append(perf_counter() - since)
        status = head[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1


@dataclass
class Visitor:
    """Somebody turning pages; each request is about another view of the same page."""

    template: bytes
    requests: int = 0
    slots: dict[bytes, bytes] = field(default_factory=dict)

    def next_request(self) -> bytes:
        if self.requests % REQUESTS_EACH == 0:
            self.slots[b"visitor"] = random.randbytes(16).hex().encode()
        self.requests += 1
        view = str(uuid7()).encode()
        self.slots[b"view"] = view
        self.slots[b"id"] = view[:24]  # with the number of the hit behind it: as unique, and made once a request
        return self.template % self.slots


def template(site: str, hits: int) -> bytes:
    """Page views, beats and clicks of one visitor, as the tracking script sends them, with slots for their ids."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    path = f"/{random.choice(WORDS)}/{random.choice(WORDS)}-{random.randrange(500)}"
    url = f"https://www.example.com{path}?utm_source=baidu&utm_medium=cpc&utm_campaign=autumn-{random.randrange(40)}"
    base = {"at": now, "view": "%(view)b", "url": url, "ref": "https://www.baidu.com/"}
    body = {
        "site": site,
        "sent_at": now,
        "visitor": "%(visitor)b",
        "hits": [{"id": f"%(id)b{number:012x}", **base, **act(number, path)} for number in range(hits)],
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    filled = content % {b"visitor": b"v" * 32, b"view": b"v" * 36, b"id": b"i" * 24}
    address = f"10.{random.randrange(8)}.{random.randrange(ADDRESSES // 8)}.7"
    agent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{random.randrange(110, 131)}.0 Safari/537.36"
    head = (
        "POST /c/e HTTP/1.1\r\nhost: localhost\r\norigin: https://www.example.com\r\ncontent-type: text/plain\r\n"
        f"user-agent: {agent}\r\nx-forwarded-for: {address}\r\ncontent-length: {len(filled)}\r\n\r\n"
    )
    return head.encode() + content


def act(number: int, path: str) -> dict[str, object]:
    if number == 0:
        title = "制造执行系统（MES）选型指南 - 衡一智造"
        return {"name": "page_viewed", "props": {"title": title, "path": path, "lang": "zh-CN", "width": 1440}}
    if number % 10 == 9:
        return {
            "name": "link_clicked",
            "props": {"href": "https://www.example.com/files/guide.pdf", "kind": "download"},
        }
    return {"name": "page_beat", "props": {"seq": number, "visible_s": 5.0 * number, "depth": 0.4}}


if __name__ == "__main__":
    main()
