"""The senders: visitors' browsers that repeat, under the same ids, whatever was not acknowledged."""

import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any

from uuid_utils import uuid7

from bench.company import FORM, ORIGIN, SITE

REPEAT_AFTER_S = 0.2
ANSWER_WITHIN_S = 10
HITS_A_POST = 20
PATHS = ("/", "/pricing", "/cases/3", "/mes/guide", "/blog/7")


@dataclass(kw_only=True)
class Post:
    """One request: the same events at each attempt."""

    path: str
    address: str
    body: dict[str, Any]
    ids: list[str]
    is_repeated: bool = True
    """Whether it is sent again until it is acknowledged; else it is sent once."""
    due_at: float = 0.0


@dataclass
class Senders:
    """Sends so many events a second, new ones on time whatever became of the old ones."""

    port: int
    seed: int
    per_second: int = 1_050
    threads: int = 8
    sent: dict[str, str] = field(default_factory=dict)
    """Name by id, of every event that was ever sent."""
    acknowledged: set[str] = field(default_factory=set)
    phones: dict[str, str] = field(default_factory=dict)
    """The telephone number in each form, by the form's id."""
    statuses: dict[str, int] = field(default_factory=dict)
    refusals_without_retry_after: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._due: queue.SimpleQueue[Post | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open = 0
        self._people = 0
        self._is_sending = threading.Event()
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(self.threads)]
        self._source = threading.Thread(target=self._produce, daemon=True)

    def start(self) -> None:
        self._is_sending.set()
        self.began_at = time.monotonic()
        for thread in (*self._workers, self._source):
            thread.start()

    def stop(self) -> None:
        """Make no new events; what is not acknowledged goes on being sent."""
        self._is_sending.clear()
        self._source.join()
        self.seconds = time.monotonic() - self.began_at

    def wait_until_acknowledged(self, *, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while self._open and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not self._open, f"{self._open} posts were never acknowledged: {self.statuses}"
        for _ in self._workers:
            self._due.put(None)
        for worker in self._workers:
            worker.join()

    def _produce(self) -> None:
        made = posted = 0
        while self._is_sending.is_set():
            wanted = (time.monotonic() - self.began_at) * self.per_second
            while made < wanted:
                posted += 1
                for post in [self._hits(), *([self._form()] if posted % 5 == 0 else [])]:  # 1 % of the events are forms
                    made += len(post.ids)
                    with self._lock:
                        self._open += post.is_repeated
                    self._due.put(post)
            time.sleep(0.01)

    def _hits(self) -> Post:
        visitor, address = self._visitor()
        view, path = str(uuid7()), self._random.choice(PATHS)
        names = ["page_viewed", *["page_beat"] * (HITS_A_POST - 2), "link_clicked"]
        hits = [
            {
                "id": str(uuid7()),
                "name": name,
                "at": _now(),
                "view": view,
                "url": f"{ORIGIN}{path}?utm_source=baidu&utm_medium=cpc",
                "ref": "https://www.baidu.com/",
                "props": {"seq": number, "visible_s": 5.0} if name == "page_beat" else {},
            }
            for number, name in enumerate(names)
        ]
        ids = [str(hit["id"]) for hit in hits]
        self.sent |= dict(zip(ids, names, strict=True))
        body = {"site": SITE, "visitor": visitor, "hits": hits}
        return Post(path="/c/e", address=address, body=body, ids=ids, is_repeated=self._random.random() > 0.01)

    def _form(self) -> Post:
        """Somebody asks; one in five asks again, and one in ten from a second browser."""
        chance = self._random.random()
        if chance < 0.2 and self.phones:
            phone = self._random.choice(list(self.phones.values()))
            person = int(phone[3:])
        else:
            self._people += 1
            person = self._people
            phone = f"199{person:08d}"
        visitor, address = f"form-browser-{person:012d}{'-second' if chance < 0.1 else ''}", f"10.9.{person % 250}.1"
        id = str(uuid7())
        answers = {
            "name": f"陈{person}",
            "phone": phone,
            "email": f"chen.{person}@firma{person % 50}.example",
            "company": f"苏州朝梧{person % 50}有限公司",
            "title": "厂长",
        }
        self.sent[id] = "form_submitted"
        self.phones[id] = phone
        body = {
            "site": SITE,
            "id": id,
            "at": _now(),
            "visitor": visitor,
            "url": f"{ORIGIN}/contact",
            "answers": answers,
            "consent": {"privacy": True, "version": "v1"},
        }
        address = f"10.{self._random.randrange(100)}.{self._random.randrange(250)}.{self._random.randrange(250)}"
        return Post(path=f"/c/f/{FORM}", address=address, body=body, ids=[id])

    def _visitor(self) -> tuple[str, str]:
        number = self._random.randrange(3_000)
        return f"browser-of-visitor-{number:08d}", f"10.200.{number // 250}.{number % 250}"

    def _work(self) -> None:
        connection: HTTPConnection | None = None
        while (post := self._due.get()) is not None:
            if (wait := post.due_at - time.monotonic()) > 0:
                time.sleep(min(wait, REPEAT_AFTER_S))
            connection = connection or HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN_S)
            status = "no answer"
            try:
                status = self._send(connection, post)
            except (OSError, HTTPException):
                connection.close()
                connection = None
            self._note(post, status)
        if connection is not None:
            connection.close()

    def _send(self, connection: HTTPConnection, post: Post) -> str:
        body = json.dumps(post.body | ({"sent_at": _now()} if "hits" in post.body else {}))
        headers = {"Content-Type": "application/json", "Origin": ORIGIN, "X-Forwarded-For": post.address}
        connection.request("POST", post.path, body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status == 202:
            dropped = json.loads(told).get("dropped", [])
            assert not dropped, dropped
        elif answer.status in (503, 429) and not answer.headers.get("Retry-After"):
            with self._lock:
                self.refusals_without_retry_after += 1
        return str(answer.status)

    def _note(self, post: Post, status: str) -> None:
        is_over = status == "202" or not post.is_repeated
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == "202":
                self.acknowledged.update(post.ids)
            if is_over and post.is_repeated:
                self._open -= 1
        if not is_over:
            post.due_at = time.monotonic() + REPEAT_AFTER_S
            self._due.put(post)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
