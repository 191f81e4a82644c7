"""Load for the collector, in a process of its own: raw sockets with keep-alive, one request at a time on each.

Prints one JSON object: requests answered by status, seconds, and percentiles of the time to answer.
"""

import argparse
import asyncio
import json
import random
from datetime import UTC, datetime
from time import perf_counter

import uvloop
from uuid_utils import uuid7

BODIES = 400
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
    requests = [request(options.site, options.hits) for _ in range(BODIES)]
    clients = [Client(options.port, requests) for _ in range(options.connections)]
    await asyncio.gather(*(client.connect() for client in clients))
    began = perf_counter()
    if options.per_second:
        await open_loop(clients, per_second=options.per_second, until=began + options.seconds)
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


async def open_loop(clients: list["Client"], *, per_second: int, until: float) -> None:
    """Requests become due at even intervals; the time to answer counts from then, so that a stall is not hidden."""
    due: asyncio.Queue[float] = asyncio.Queue()
    workers = [asyncio.create_task(answer_due(client, due)) for client in clients]
    next_at = perf_counter()
    while next_at < until:
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

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.port = port
        self.requests = requests
        self.place = random.randrange(len(requests))
        self.taken: list[float] = []
        self.statuses: dict[str, int] = {}

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *, since: float) -> None:
        self.place = (self.place + 1) % len(self.requests)
        self.writer.write(self.requests[self.place])
        head = await self.reader.readuntil(b"\r\n\r\n")
        start = head.lower().index(b"content-length:") + 15
        length = int(head[start : head.index(b"\r", start)])
        if length:
            await self.reader.readexactly(length)
        self.taken.append(perf_counter() - since)
        status = head[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1


def request(site: str, hits: int) -> bytes:
    """A request as the tracking script sends it: page views, beats and clicks of one visitor."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    view = str(uuid7())
    path = f"/{random.choice(WORDS)}/{random.choice(WORDS)}-{random.randrange(500)}"
    url = f"https://www.example.com{path}?utm_source=baidu&utm_medium=cpc&utm_campaign=autumn-{random.randrange(40)}"
    base = {"at": now, "view": view, "url": url, "ref": "https://www.baidu.com/"}
    body = {
        "site": site,
        "sent_at": now,
        "visitor": random.randbytes(16).hex(),
        "hits": [{"id": str(uuid7()), **base, **act(number, path)} for number in range(hits)],
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    address = f"10.{random.randrange(8)}.{random.randrange(ADDRESSES // 8)}.7"
    agent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{random.randrange(110, 131)}.0 Safari/537.36"
    head = (
        "POST /c/e HTTP/1.1\r\nhost: localhost\r\norigin: https://www.example.com\r\ncontent-type: text/plain\r\n"
        f"user-agent: {agent}\r\nx-forwarded-for: {address}\r\ncontent-length: {len(content)}\r\n\r\n"
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
