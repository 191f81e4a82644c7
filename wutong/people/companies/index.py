"""Many companies, found by names that are written otherwise: an index of brands, kept in memory.

At most :data:`MOST_COMPARED` names are compared for a query, however many companies there are.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import JaroWinkler

from wutong.people.companies.decision import Decision, Verdict, decide
from wutong.people.companies.names import CompanyName, grams, read_name
from wutong.people.companies.places import place_at
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent

MOST_COMPARED = 200
MOST_CANDIDATES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A company of the master list."""

    code: str
    name: CompanyName
    seat: frozenset[str] = frozenset()
    """The codes of its province and city, as far as the list tells them."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a query is, and which companies it may be: at most five, best first."""

    decision: Decision
    reason: str
    found: Sequence[Registered] = ()
    compared: int = 0


@dataclass
class CompanyIndex:
    """Companies by key, by code and by the pairs of characters of their brands."""

    companies: list[Registered] = field(default_factory=list)
    _by_code: dict[str, int] = field(default_factory=dict)
    _by_key: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_gram: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, *, code: str, name: str, province: str = "", city: str = "") -> None:
        """Add a company. A line that says the same once more changes nothing."""
        read = read_name(name)
        if any(self.companies[at].code == code for at in self._by_key.get(read.key, ())):
            return
        at = len(self.companies)
        self.companies.append(Registered(code=code, name=read, seat=seat_of(province, city)))
        self._by_code.setdefault(code, at)
        self._by_key[read.key].append(at)
        for gram in grams(read):
            self._by_gram[gram].append(at)

    def find(self, text: str) -> Answer:
        """What ``text`` is: a company's name as somebody wrote it, or a credit code."""
        if (by_code := self._with_code(text)) is not None:
            return Answer(decision=Decision.SAME, reason="its credit code", found=[by_code])
        query = read_name(text)
        if not query.key:
            return Answer(decision=Decision.NONE, reason="no letters")
        equal = self._by_key.get(query.key, [])
        parents = self._by_key.get(query.parent, []) if query.is_whole_parent else []
        for certain in (equal, parents):
            if not certain:
                continue
            known = [self.companies[at] for at in certain]
            verdict = decide(query, known[0].name)
            if len(known) == 1:
                return Answer(decision=verdict.decision, reason=verdict.reason, found=known, compared=1)
            reason = f"{len(known)} companies have this name"
            best = sorted(known, key=lambda one: one.code)[:MOST_CANDIDATES]
            return Answer(decision=Decision.CANDIDATE, reason=reason, found=best, compared=1)
        return self._candidates(query)

    def _candidates(self, query: CompanyName) -> Answer:
        near = self._near(query)
        judged: list[tuple[tuple[float, float, str], Registered, Verdict]] = []
        for at in near:
            one = self.companies[at]
            verdict = decide(query, one.name)
            if verdict.decision != Decision.NONE:
                judged.append((_rank(query, one, verdict), one, verdict))
        judged.sort(key=lambda entry: entry[0])
        if not judged:
            reason = "nothing like it" if not near else "nothing like it enough"
            return Answer(decision=Decision.NONE, reason=reason, compared=len(near))
        return Answer(
            decision=Decision.CANDIDATE,
            reason=judged[0][2].reason,
            found=[one for _, one, _ in judged[:MOST_CANDIDATES]],
            compared=len(near),
        )

    def _with_code(self, text: str) -> Registered | None:
        try:
            code = credit_code(text)
        except NotACreditCode:
            return None
        at = self._by_code.get(code) if is_consistent(code) else None
        return None if at is None else self.companies[at]

    def _near(self, query: CompanyName) -> list[int]:
        """Those that share most with ``query``; what few share counts for more."""
        weights: defaultdict[int, float] = defaultdict(float)
        for gram in sorted(grams(query)):
            shared_by = self._by_gram.get(gram, [])
            weight = math.log(1 + len(self.companies) / (1 + len(shared_by)))
            for at in shared_by:
                weights[at] += weight
        if len(weights) <= MOST_COMPARED:
            return sorted(weights)
        wanted = set(query.key)
        return heapq.nlargest(
            MOST_COMPARED, weights, key=lambda at: (weights[at], len(wanted & set(self.companies[at].name.key)), -at)
        )


def seat_of(province: str, city: str) -> frozenset[str]:
    """The codes of the places in a list's columns; of the city where it is known."""
    for text in (city, province):
        if (found := place_at(text.strip())) is not None:
            return found[1].codes
    return frozenset()


def _rank(query: CompanyName, one: Registered, verdict: Verdict) -> tuple[float, float, str]:
    """Best first: by score; then by the whole spelling, and by whether it sits where the query says; then by code."""
    sits_there = bool(
        query.region_codes and any(a.startswith(b) or b.startswith(a) for a in query.region_codes for b in one.seat)
    )
    spelling: float = JaroWinkler.similarity(query.key, one.name.key)
    return (-round(verdict.score, 6), -(spelling + 0.1 * sits_there), one.code)


def read_all(rows: Iterable[tuple[str, str, str, str]]) -> CompanyIndex:
    """An index of ``rows``: code, name, province, city."""
    index = CompanyIndex()
    for code, name, province, city in rows:
        index.add(code=code, name=name, province=province, city=city)
    return index
