"""The probable matches of a table, or between two.

Splink would learn the same model. It is not used because the very comparisons and weights here also judge one changed
person in a job, where starting DuckDB and loading a table would take longer than the work; see docs/adr/0015.
"""

import random
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from operator import itemgetter

from wutong.people.matching.agreement import Agreement, Kind, agreement, prepared
from wutong.people.matching.weights import Pattern, learn, shares

PROPOSED_FROM = 0.80
ALMOST_CERTAIN_FROM = 0.99
MOST_A_RECORD = 10

_PAIRS_OF_A_RULE = 1_000_000
_RANDOM_PAIRS = 60_000
_SEED = 17


@dataclass(frozen=True)
class Field:
    """A column that is compared."""

    name: str
    kind: Kind


@dataclass(frozen=True, order=True)
class Proposal:
    """Two records, by their places, that are probably one person."""

    one: int
    other: int
    probability: float


class Records:
    """Records of a table, prepared; with a second table its records follow those of the first."""

    def __init__(self, fields: Sequence[Field], rows: Sequence[Sequence[str]], *, first: int | None = None) -> None:
        """``rows`` hold the fields' values as they stand; ``first`` of them are the first table, if there are two."""
        self.fields = fields
        self.values = [[prepared(field.kind, text) for field, text in zip(fields, row, strict=True)] for row in rows]
        self.first = first
        self.frequencies = [
            Counter(record[place] for record in self.values if record[place]) for place in range(len(fields))
        ]
        self._known = [max(counted.total() - 1, 1) for counted in self.frequencies]

    @property
    def pairs(self) -> int:
        """How many pairs of records there are to compare."""
        n = len(self.values)
        return self.first * (n - self.first) if self.first is not None else n * (n - 1) // 2

    def pattern(self, one: int, other: int) -> Pattern:
        return tuple(
            agreement(field.kind, mine, theirs) if mine and theirs else None
            for field, mine, theirs in zip(self.fields, self.values[one], self.values[other], strict=True)
        )

    def frequencies_of(self, one: int) -> list[float]:
        """For each field, the share of records that have the value of this one, itself left out."""
        mine = self.values[one]
        return [
            max(counted[value] - 1, 1) / known if value else 1.0
            for value, counted, known in zip(mine, self.frequencies, self._known, strict=True)
        ]


def propose(records: Records, *, least: float = PROPOSED_FROM) -> list[Proposal]:
    """The pairs of at least this probability, likeliest first, of each record at most ten."""
    candidates = sorted(_candidates(records))
    patterns = {pair: records.pattern(*pair) for pair in candidates}
    kinds = [field.kind for field in records.fields]
    model = learn(kinds, _chance(records), Counter(patterns.values()), pairs=records.pairs)
    found = []
    for (one, other), pattern in patterns.items():
        sure = model.probability(pattern, records.frequencies_of(one))
        if sure >= least:
            found.append(Proposal(one, other, sure))
    found.sort(key=lambda pair: (-pair.probability, pair.one, pair.other))
    held: Counter[int] = Counter()
    kept = []
    for pair in found:
        if max(held[pair.one], held[pair.other]) < MOST_A_RECORD:
            held.update((pair.one, pair.other))
            kept.append(pair)
    return kept


def _chance(records: Records) -> list[tuple[float, ...]]:
    """``u``: how two records agree that were drawn at random."""
    rng = random.Random(_SEED)
    n = len(records.values)
    drawn: list[list[Agreement]] = [[] for _ in records.fields]
    for _ in range(min(_RANDOM_PAIRS, records.pairs)):
        one = rng.randrange(records.first if records.first is not None else n)
        other = rng.randrange(records.first or 0, n)
        if one == other:
            continue
        for place, step in enumerate(records.pattern(one, other)):
            if step is not None:
                drawn[place].append(step)
    return [shares(steps) for steps in drawn]


def _candidates(records: Records) -> set[tuple[int, int]]:
    """Pairs that have a value, or two, in common: by the most selective of such rules, as far as it stays cheap."""
    budget = min(_PAIRS_OF_A_RULE, 20_000 + 30 * len(records.values))
    places = range(len(records.fields))
    rules = [(_expected(records, rule), rule) for width in (1, 2) for rule in combinations(places, width)]
    found: set[tuple[int, int]] = set()
    followed: list[set[int]] = []
    for n, rule in sorted(rules, key=lambda rule: (rule[0], len(rule[1]), rule[1])):
        if n > _PAIRS_OF_A_RULE or len(found) + n > budget:
            break
        if any(narrower <= set(rule) for narrower in followed):
            continue
        followed.append(set(rule))
        for block in _blocks(records, rule).values():
            found.update(_pairs_in(records, block))
    return found


def _expected(records: Records, rule: tuple[int, ...]) -> int:
    blocks = _blocks(records, rule).values()
    if (first := records.first) is None:
        return sum(len(block) * (len(block) - 1) // 2 for block in blocks)
    mine = [bisect_left(block, first) for block in blocks]
    return sum(n * (len(block) - n) for n, block in zip(mine, blocks, strict=True))


def _blocks(records: Records, rule: tuple[int, ...]) -> dict[Hashable, list[int]]:
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    read = itemgetter(*rule)
    for number, record in enumerate(records.values):
        if all(record[place] for place in rule):
            blocks[read(record)].append(number)
    return blocks


def _pairs_in(records: Records, block: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The pairs of a block, which is in order: with two tables of one record from each."""
    if (first := records.first) is None:
        return combinations(block, 2)
    mine = bisect_left(block, first)
    return product(block[:mine], block[mine:])
