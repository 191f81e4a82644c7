"""Answers that another process has worked out before: a reader runs ahead, and whoever comes after finds them there."""

from collections.abc import Callable, Hashable, Iterable
from functools import update_wrapper
from itertools import islice
from typing import Generic, TypeVar, TypeVarTuple

Asked = TypeVarTuple("Asked")
Answer = TypeVar("Answer")


class Foretold(Generic[*Asked, Answer]):
    """A function whose answer hangs on nothing but what it is asked, with a memory that can be given on."""

    def __init__(self, work_out: Callable[[*Asked], Answer], *, most: int) -> None:
        self._work_out = work_out
        self._most = most
        self._known: dict[Hashable, Answer] = {}
        self._news: list[tuple[tuple[*Asked], Answer]] | None = None
        update_wrapper(self, work_out)

    def __call__(self, *asked: *Asked) -> Answer:
        if (answer := self._known.get(asked)) is None:
            answer = self._work_out(*asked)
            self._keep(asked, answer)
            if self._news is not None:
                self._news.append((asked, answer))
        return answer

    def news(self) -> list[tuple[tuple[*Asked], Answer]]:
        """What was worked out since the last call; from the first one on it is noted."""
        news, self._news = self._news or [], []
        return news

    def learn(self, news: Iterable[tuple[tuple[*Asked], Answer]]) -> None:
        """Remember what another process has worked out."""
        for asked, answer in news:
            self._keep(asked, answer)

    def _keep(self, asked: Hashable, answer: Answer) -> None:
        if len(self._known) >= self._most:
            for oldest in list(islice(self._known, self._most // 4)):
                self._known.pop(oldest, None)
        self._known[asked] = answer


def foretold(*, most: int) -> Callable[[Callable[[*Asked], Answer]], Foretold[*Asked, Answer]]:
    """Make a function :class:`Foretold`; it remembers up to ``most`` answers and gives up the oldest."""

    def made(work_out: Callable[[*Asked], Answer]) -> Foretold[*Asked, Answer]:
        return Foretold(work_out, most=most)

    return made
