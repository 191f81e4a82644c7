"""Live streams to colleagues' browsers (SSE). Rows of notifications are the truth; NOTIFY says that they are there.

One LISTEN connection serves all streams. When it was lost, every stream is replayed from its last notice.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from prometheus_client import Gauge

from wutong.edge.database import connect
from wutong.edge.exchange import Answer, Headers, Request, Send, refused
from wutong.platform.live_token import LiveTicket, read
from wutong.platform.secrets import BadToken
from wutong.platform.structured import structlog

CHANNEL = "wutong_live"
SESSION_ENDED = "session_ended"
"""The kind of a message that ends the streams of one colleague."""
REPLAY_MAX = 200
REPLAY_MARGIN = 50
"""Notices so far below the last one told are told again if they changed within ``REPLAY_LATELY``."""
REPLAY_LATELY = timedelta(minutes=2)
STREAMS_MAX = 20
UNREAD_BY_CLIENT_MAX = 256
PING_EVERY_S = 15.0
RECHECK_EVERY_S = 30.0
SEND_WITHIN_S = 10.0

_Message = tuple[int, int, str, list[str]]  # staff (0: everybody), notification (0: only topics), kind, topics
_messages = msgspec.json.Decoder(list[_Message])
_encode = msgspec.json.Encoder().encode

_HOLDS = "SELECT id, auth_epoch FROM platform_staff WHERE is_active AND id = ANY(%s)"
_GREETING = """
SELECT count(*) FILTER (WHERE read_at IS NULL), coalesce(max(id), 0) FROM platform_notification WHERE staff_id = %s
"""
# Ids are given out before the commit, so a lower one may become visible after a higher one was told. Hence the margin.
_SINCE = """
SELECT id, kind FROM platform_notification
WHERE staff_id = %(staff)s AND id > %(after)s - %(margin)s AND id <> %(after)s
      AND (id > %(after)s OR changed_at > now() - %(lately)s)
ORDER BY id LIMIT %(limit)s
"""

STREAMS = Gauge("wutong_edge_streams", "Live streams open now.")
log = structlog.get_logger("wutong.edge.live")


class Stream:
    """One open stream: who listens, up to where they were told, and what waits to be sent."""

    def __init__(self, ticket: LiveTicket, *, told_up_to: int | None) -> None:
        self.ticket = ticket
        self.told_up_to = told_up_to
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(UNREAD_BY_CLIENT_MAX)

    def put(self, event: bytes) -> None:
        """Hand over an event; a client that does not keep up loses its stream and comes back for a replay."""
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Close the stream after nothing more."""
        while self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Live:
    """All open streams."""

    def __init__(self, *, origin: str) -> None:
        self._origin = origin
        self._streams: defaultdict[int, set[Stream]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False

    def start(self) -> None:
        STREAMS.set_function(lambda: sum(map(len, self._streams.values())))
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._recheck())]

    async def stop(self) -> None:
        self.end_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end_all(self) -> None:
        """Close every stream and open no more."""
        self._is_stopping = True
        for stream in self._all():
            stream.end()

    async def serve(self, request: Request, send: Send) -> None:
        """Answer ``/live?token=…&after=…`` with a stream that lasts until either side ends it.

        Raises:
            Answer: 401, 403, 429 or 503, the stream is not opened.
        """
        headers = self._cors(request)
        try:
            stream = await self._opened(request)
        except Answer as refusal:
            raise refusal.with_headers(headers) from None
        gone = asyncio.create_task(_until_gone(request))
        gone.add_done_callback(lambda _: stream.end())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *headers.items()]})
            await self._pour(stream, send)
        finally:
            gone.cancel()
            self._forget(stream)

    def _cors(self, request: Request) -> Headers:
        origin = request.header(b"origin")
        if origin and origin != self._origin:
            raise refused(403, "foreign_origin", "Live streams are for the pages of this system only.")
        return {b"access-control-allow-origin": self._origin.encode(), b"vary": b"Origin"} if origin else {}

    async def _opened(self, request: Request) -> Stream:
        query = request.query
        try:
            ticket = read(query.get("token", ""), at=datetime.now(UTC))
        except BadToken as error:
            raise refused(401, "bad_token", "Ask for a new token.") from error
        if self._is_stopping:
            raise refused(503, "stopping", "Come back in a moment.", {b"retry-after": b"1"})
        if len(self._streams[ticket.staff_id]) >= STREAMS_MAX:
            raise refused(429, "too_many_streams", "Close some windows.", {b"retry-after": b"30"})
        after = request.header(b"last-event-id") or query.get("after", "")
        stream = Stream(ticket, told_up_to=int(after) if after.isdecimal() and len(after) < 19 else None)
        # Registered before the rows are read: what is announced in between waits in the queue and is not lost.
        self._streams[ticket.staff_id].add(stream)
        try:
            async with await connect("live") as connection:
                holds = await _holding(connection, [stream])
                if stream not in holds:
                    raise refused(401, "session_ended", "Sign in again.")
                await self._greet(connection, stream)
        except psycopg.Error as error:
            self._forget(stream)
            raise refused(503, "database_away", "Come back in a moment.", {b"retry-after": b"3"}) from error
        except Answer:
            self._forget(stream)
            raise
        return stream

    async def _greet(self, connection: psycopg.AsyncConnection[Any], stream: Stream) -> None:
        staff_id = stream.ticket.staff_id
        (row,) = await (await connection.execute(_GREETING, [staff_id])).fetchall()
        unread, last_id = row
        early = _emptied(stream)
        stream.put(_event("hello", {"unread": unread, "last_id": last_id}))
        await self._replay(connection, stream, last_id=last_id)
        for event in early:
            stream.put(event)

    async def _replay(
        self, connection: psycopg.AsyncConnection[Any], stream: Stream, *, last_id: int | None = None
    ) -> None:
        """Tell what was or may have been missed; of very much only that there is something to look at anew.

        What is told here is marked ``again``: the page knows which of it was heard already.
        """
        if stream.told_up_to is None:
            stream.told_up_to = last_id
            return
        bounds = {
            "staff": stream.ticket.staff_id,
            "after": stream.told_up_to,
            "margin": REPLAY_MARGIN,
            "lately": REPLAY_LATELY,
            "limit": REPLAY_MAX + 1,
        }
        rows = await (await connection.execute(_SINCE, bounds)).fetchall()
        if len(rows) > REPLAY_MAX:
            stream.put(_event("refresh", {"topics": ["notifications"]}))
        else:
            for notice_id, kind in rows:
                stream.put(_notice(notice_id, kind, [], is_again=True))
        if rows:
            stream.told_up_to = max(stream.told_up_to, rows[-1][0])

    async def _pour(self, stream: Stream, send: Send) -> None:
        while True:
            try:
                event = await asyncio.wait_for(stream.waiting.get(), PING_EVERY_S)
            except TimeoutError:
                event = b": ping\n\n"
            if event is None:
                break
            body = event + b"".join(_all_waiting(stream))
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await send({"type": "http.response.body", "body": body, "more_body": True})
            except TimeoutError:
                break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _listen(self) -> None:
        is_again = False
        while True:
            try:
                async with await connect("listen") as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    if is_again:
                        for stream in self._all():
                            await self._replay(connection, stream)
                            stream.put(_event("refresh", {"topics": ["notifications"]}))
                    is_again = True
                    async for notify in connection.notifies():
                        self._announce(notify.payload)
            except psycopg.Error as error:
                log.warning("the line to the database broke", error=type(error).__name__)
            await asyncio.sleep(1)

    def _announce(self, payload: str) -> None:
        try:
            messages = _messages.decode(payload)
        except msgspec.DecodeError:
            log.warning("an announcement cannot be read")
            return
        for staff_id, notice_id, kind, topics in messages:
            streams = self._all() if staff_id == 0 else list(self._streams.get(staff_id, ()))
            if kind == SESSION_ENDED:
                for stream in streams:
                    stream.end()
                continue
            event = _notice(notice_id, kind, topics) if notice_id else _event("refresh", {"topics": topics})
            for stream in streams:
                stream.put(event)
                stream.told_up_to = max(stream.told_up_to or 0, notice_id)

    async def _recheck(self) -> None:
        """End the streams of those who left or were signed out, should the announcement have been missed."""
        while True:
            await asyncio.sleep(RECHECK_EVERY_S)
            streams = self._all()
            if not streams:
                continue
            with contextlib.suppress(psycopg.Error):
                async with await connect("live") as connection:
                    holding = await _holding(connection, streams)
                for stream in streams:
                    if stream not in holding:
                        stream.end()

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    def _forget(self, stream: Stream) -> None:
        streams = self._streams[stream.ticket.staff_id]
        streams.discard(stream)
        if not streams:
            del self._streams[stream.ticket.staff_id]


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
    (b"content-encoding", b"identity"),
]


async def _holding(connection: psycopg.AsyncConnection[Any], streams: Iterable[Stream]) -> set[Stream]:
    """The streams whose colleague is active and has not been signed out since."""
    wanted = list(streams)
    cursor = await connection.execute(_HOLDS, [[stream.ticket.staff_id for stream in wanted]])
    epochs = dict(await cursor.fetchall())
    return {stream for stream in wanted if epochs.get(stream.ticket.staff_id) == stream.ticket.auth_epoch}


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _notice(notice_id: int, kind: str, topics: list[str], *, is_again: bool = False) -> bytes:
    told = {"id": notice_id, "kind": kind, "topics": topics} | ({"again": True} if is_again else {})
    return b"id: %d\n" % notice_id + _event("notice", told)


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: ".encode() + _encode(data) + b"\n\n"


def _emptied(stream: Stream) -> list[bytes]:
    return list(_all_waiting(stream))


def _all_waiting(stream: Stream) -> list[bytes]:
    """What waits besides; the end stays in the queue."""
    events = []
    while not stream.waiting.empty():
        event = stream.waiting.get_nowait()
        if event is None:
            stream.end()
            break
        events.append(event)
    return events
