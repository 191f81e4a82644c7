"""Visits as a website sees them, packed as the collector packs them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from bench.company import FORM, ORIGIN
from wutong.events.arrivals import AnyArrival, FormPost, Hit, pack

BLOCK = 500
KNOWN_VISITORS = 20_000
PATHS = ("/", "/pricing", "/cases/3", "/cases/7", "/mes/guide", "/blog/7", "/blog/12", "/about", "/trace", "/connect")


class Traffic:
    """An endless stream of arrivals of one site, many visitors interleaved.

    Of the visits six in ten carry our cookie (half of those have been here before), the others are nobody's; one event
    in a hundred is a form.
    """

    def __init__(self, *, site_id: int, seed: int = 7) -> None:
        self._site_id = site_id
        self._random = random.Random(seed)
        self._people = 0
        self._visits = [self._visit() for _ in range(200)]

    def block(self, size: int = BLOCK) -> tuple[int, bytes]:
        """How many arrivals, and their body for the inbox."""
        return size, pack([self._next() for _ in range(size)])

    def _next(self) -> AnyArrival:
        place = self._random.randrange(len(self._visits))
        arrival = next(self._visits[place], None)
        if arrival is None:
            self._visits[place] = self._visit()
            arrival = next(self._visits[place])
        return arrival

    def _visit(self) -> Iterator[AnyArrival]:
        rng = self._random
        visitor = None
        if rng.random() < 0.6:
            number = rng.randrange(KNOWN_VISITORS) if rng.random() < 0.5 else rng.randrange(KNOWN_VISITORS, 10**9)
            visitor = f"browser-of-visitor-{number:010d}"
        for page in range(rng.randint(1, 5)):
            path = rng.choice(PATHS)
            url = f"{ORIGIN}{path}" + (
                f"?utm_source=baidu&utm_medium=cpc&utm_campaign=c{rng.randrange(40)}" if page == 0 else ""
            )
            ref = "https://www.baidu.com/s" if page == 0 else f"{ORIGIN}/"
            view = uuid7()
            said = {"visitor": visitor, "view": view, "url": url, "ref": ref}
            title = "制造执行系统（MES）选型指南 - 衡一智造"
            yield self._hit("page_viewed", said, {"title": title, "path": path, "lang": "zh-CN", "width": 1440})
            for beat in range(rng.randint(1, 6)):
                yield self._hit("page_beat", said, {"seq": beat, "visible_s": 5.0 * beat, "depth": 0.4})
            if rng.random() < 0.15:
                yield self._hit("link_clicked", said, {"href": f"{ORIGIN}/files/guide.pdf", "kind": "download"})
            yield self._hit("page_left", said, {"visible_s": 30.0, "depth": 0.7})
        if rng.random() < 0.16:  # about one event in a hundred
            self._people += 1
            yield self._form(visitor, self._people)

    def _hit(self, name: str, said: dict[str, object], props: dict[str, object]) -> Hit:
        return Hit(name=name, props=props, **said, **self._frame())  # type: ignore[arg-type]  # named as the class names them

    def _form(self, visitor: str | None, person: int) -> FormPost:
        answers = {
            "name": f"陈{'默宁晓'[person % 3]}{person % 97}",
            "phone": f"199{person:08d}",
            "email": f"chen.{person}@firma{person % 3_000}.example",
            "company": f"苏州朝梧{person % 3_000}有限公司",
            "title": "厂长",
        }
        return FormPost(
            form=FORM, answers=answers, consent_given=True, visitor=visitor, url=f"{ORIGIN}/contact", **self._frame()
        )  # type: ignore[arg-type]  # named as the class names them

    def _frame(self) -> dict[str, object]:
        now = datetime.now(UTC)
        at = now - timedelta(milliseconds=self._random.randrange(2_000))
        return {"id": uuid7(), "site_id": self._site_id, "source": "web", "occurred_at": at, "received_at": now}
