"""Scripted visitors: people who read the demo website, as its browsers would tell it.

What a visit will do is planned from a seed alone; acting it out takes real time and real HTTP.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from uuid_utils import uuid7

from wutong.platform.lean_imports import hidden
from wutong.platform.structured import structlog
from wutong.sandbox import company
from wutong.sandbox.contacts import Contact, invent
from wutong.sandbox.site import Language, localized, title_of

with hidden("click", "rich"):
    import httpx

SHARE_CONSENTING = 0.7
SHARE_SUBMITTING = 0.08
SHARE_ENGLISH = 0.1
BEAT_S = 5
TRIES = 4
LARGEST_RATE = 240
PAGE_WEIGHTS = {
    "/": 5,
    "/products/mes": 6,
    "/products/trace": 5,
    "/products/connect": 3,
    "/pricing": 4,
    "/cases": 3,
    "/blog": 1,
    "/blog/first-pass-yield": 3,
    "/blog/mes-in-90-days": 3,
    "/blog/trace-recall": 2,
}
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = {  # and the width of their windows
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": 1536,
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Mobile/15E148 MicroMessenger/8.0.60": 390,
    f"Mozilla/5.0 (Linux; Android 15; V2309A) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36": 412,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15": 1440,
}

log = structlog.get_logger()


class Source(Struct, frozen=True, kw_only=True):
    """Where visitors come from: the page they clicked on, and what its link carried."""

    code: str
    weight: int
    referrer: str = ""
    campaign: dict[str, str] = {}
    landings: tuple[str, ...] = ("/",)

    def address(self, path: str) -> str:
        """The link's target, with its campaign."""
        return f"{path}?{urlencode(self.campaign)}" if self.campaign else path


SOURCES = (
    Source(
        code="baidu_search",
        weight=8,
        referrer="https://www.baidu.com/",
        campaign={"utm_source": "baidu", "utm_medium": "cpc", "utm_campaign": "mes-2026q4", "utm_term": "MES系统"},
        landings=("/products/mes", "/products/trace", "/"),
    ),
    Source(code="organic_search", weight=4, referrer="https://cn.bing.com/", landings=("/", "/blog/first-pass-yield")),
    Source(
        code="wechat_article",
        weight=6,
        referrer="https://mp.weixin.qq.com/",
        campaign={"utm_source": "wechat", "utm_medium": "article", "utm_campaign": "first-pass-yield"},
        landings=("/blog/first-pass-yield", "/blog/trace-recall"),
    ),
    Source(
        code="webinar_mail",
        weight=3,
        campaign={"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "webinar-90-days"},
        landings=("/blog/mes-in-90-days",),
    ),
    Source(
        code="partner",
        weight=2,
        referrer="https://www.partner.example/",
        campaign={"utm_source": "partner", "utm_medium": "partner", "utm_campaign": "erp-alliance"},
        landings=("/cases", "/products/mes"),
    ),
    Source(code="direct", weight=5),
)


class Read(Struct, frozen=True):
    """One page, for how long, how far down (0 to 1)."""

    path: str
    seconds: int
    depth: float


class Visit(Struct, frozen=True, kw_only=True):
    """What one visitor will do."""

    source: Source
    visitor: str | None  # our cookie; None without consent
    language: Language
    user_agent: str
    width: int
    reads: tuple[Read, ...]
    contact: Contact | None  # who fills in the form at the end


def visits(seed: int) -> Iterator[Visit]:
    """Plan visits without end; the same seed plans the same ones."""
    rng = Random(seed)
    while True:
        yield _planned(rng)


def _planned(rng: Random) -> Visit:
    source = rng.choices(SOURCES, [source.weight for source in SOURCES])[0]
    does_consent = rng.random() < SHARE_CONSENTING
    does_submit = rng.random() < SHARE_SUBMITTING
    user_agent, width = rng.choice(list(BROWSERS.items()))
    paths = [rng.choice(source.landings)]
    for _ in range(rng.randint(0, 4) + (1 if does_submit else 0)):
        others = [path for path in PAGE_WEIGHTS if path != paths[-1]]
        paths.append(rng.choices(others, [PAGE_WEIGHTS[path] for path in others])[0])
    if does_submit:
        paths.append("/contact")
    return Visit(
        source=source,
        visitor=rng.randbytes(16).hex() if does_consent else None,
        language="en" if rng.random() < SHARE_ENGLISH else "zh",
        user_agent=user_agent,
        width=width,
        reads=tuple(Read(path, rng.randint(4, 45), round(rng.uniform(0.3, 1), 2)) for path in paths),
        contact=invent(rng) if does_submit else None,
    )


@dataclass(kw_only=True)
class Visitors:
    """Acts out planned visits against the edge, at so many page views a minute."""

    site_key: str
    site_origin: str
    edge_origin: str
    plan: Iterator[Visit]
    rate_per_minute: int
    retry_after_s: float = 2
    is_paused: bool = False
    views: int = 0
    submissions: int = 0
    failures: int = 0
    _waiting: asyncio.Queue[asyncio.Event] = field(default_factory=asyncio.Queue)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _going: set[asyncio.Task[None]] = field(default_factory=set)

    def set_rate(self, per_minute: int) -> None:
        """Change the rate from the next page view on; 0 pauses."""
        self.rate_per_minute = max(0, min(per_minute, LARGEST_RATE))
        self._changed.set()

    def set_paused(self, is_paused: bool) -> None:
        """Stop, or go on, turning pages. Those who read go on reading."""
        self.is_paused = is_paused
        self._changed.set()

    @property
    def present(self) -> int:
        """How many are on the site now."""
        return len(self._going)

    async def run(self) -> None:
        """Let somebody turn a page at each beat of the rate: one who has read enough, or else a newcomer."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            try:
                while True:
                    if await self._pause():
                        self._next_page(http)
            finally:
                for task in self._going:
                    task.cancel()
                await asyncio.gather(*self._going, return_exceptions=True)

    async def _pause(self) -> bool:
        """Whether a whole beat has passed at an unchanged rate."""
        self._changed.clear()
        rests = self.is_paused or not self.rate_per_minute
        try:
            await asyncio.wait_for(self._changed.wait(), None if rests else 60 / self.rate_per_minute)
        except TimeoutError:
            return True
        return False

    def _next_page(self, http: httpx.AsyncClient) -> None:
        if not self._waiting.empty():
            self._waiting.get_nowait().set()
            return
        task = asyncio.create_task(self._act(http, next(self.plan)))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _act(self, http: httpx.AsyncClient, visit: Visit) -> None:
        browser = Browser(http=http, visitors=self, visit=visit)
        for number, read in enumerate(visit.reads):
            if number:
                turn = asyncio.Event()
                self._waiting.put_nowait(turn)
                await turn.wait()
            await browser.open(read, is_landing=number == 0)
            await browser.read(read)
        if visit.contact is not None:
            await browser.submit(visit.contact)

    async def post(self, http: httpx.AsyncClient, path: str, body: dict[str, Any], *, user_agent: str) -> bool:
        """Send as the tracking script does: what was not taken is sent again with the same ids."""
        headers = {"origin": self.site_origin, "referer": f"{self.site_origin}/", "user-agent": user_agent}
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(self.retry_after_s * attempt)
            with suppress(httpx.TransportError):
                response = await http.post(f"{self.edge_origin}{path}", json=body, headers=headers)
                if response.status_code != 429 and response.status_code < 500:
                    if response.is_error:
                        log.warning(
                            "sandbox_visitor_refused",
                            path=path,
                            status=response.status_code,
                            answer=response.text[:300],
                        )
                    self.failures += response.is_error
                    return response.is_success
        self.failures += 1
        return False

    def _counted(self, path: str, response: httpx.Response) -> bool:
        if response.is_error:
            self.failures += 1
            log.warning("sandbox_visitor_refused", path=path, status=response.status_code, answer=response.text[:300])
        return response.is_success


@dataclass(kw_only=True)
class Browser:
    """One visitor's browser: the tracking script's view of a visit."""

    http: httpx.AsyncClient
    visitors: Visitors
    visit: Visit
    view: str = ""
    url: str = ""
    ref: str | None = None

    async def open(self, read: Read, *, is_landing: bool) -> None:
        """View a page; the landing page by the source's link."""
        self.ref = self.visit.source.referrer or None if is_landing else self.url
        path = localized(self.visit.language, read.path)
        self.url = self.visitors.site_origin + (self.visit.source.address(path) if is_landing else path)
        self.view = str(uuid7())
        props = {
            "title": title_of(self.visit.language, read.path),
            "path": path,
            "lang": self.visit.language,
            "width": self.visit.width,
        }
        hits = [self._hit("page_viewed", props)]
        if is_landing:
            choice = "consent_given" if self.visit.visitor else "consent_refused"
            hits.append(self._hit(choice, {"version": company.BANNER_VERSION}))
        self.visitors.views += await self._send(hits)

    async def read(self, read: Read) -> None:
        """Stay on the page: a beat each five seconds, then leave."""
        for seq in range(1, read.seconds // BEAT_S + 1):
            await asyncio.sleep(BEAT_S)
            depth = round(read.depth * min(1, seq * BEAT_S / read.seconds), 3)
            await self._send([self._hit("page_beat", {"seq": seq, "visible_s": seq * BEAT_S, "depth": depth})])
        await asyncio.sleep(read.seconds % BEAT_S)
        await self._send([self._hit("page_left", {"visible_s": read.seconds, "depth": read.depth})])

    async def submit(self, contact: Contact) -> None:
        """Fill in the form."""
        await self._send([self._hit("form_started", {"form": company.FORM_KEY})])
        body = {
            "site": self.visitors.site_key,
            "id": str(uuid7()),
            "at": _now(),
            "visitor": self.visit.visitor,
            "view": self.view,
            "url": self.url,
            "ref": self.ref,
            "answers": contact.answers(),
            "consent": {"privacy": True, "version": company.FORM_CONSENT_VERSION},
        }
        path = f"/c/f/{company.FORM_KEY}"
        self.visitors.submissions += await self.visitors.post(self.http, path, body, user_agent=self.visit.user_agent)

    async def _send(self, hits: Sequence[dict[str, Any]]) -> bool:
        body = {"site": self.visitors.site_key, "sent_at": _now(), "visitor": self.visit.visitor, "hits": hits}
        return await self.visitors.post(self.http, "/c/e", body, user_agent=self.visit.user_agent)

    def _hit(self, name: str, props: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(uuid7()),
            "name": name,
            "at": _now(),
            "view": self.view,
            "url": self.url,
            "ref": self.ref,
            "props": props,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
