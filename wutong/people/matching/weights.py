"""What agreement and disagreement weigh: the model of Fellegi and Sunter, and how a table teaches it.

For a field that agrees so far, ``m`` is how often that happens between two records of one person, ``u`` how often
between records of two; its weight is ``log2(m/u)``. With λ, the share of matches among all pairs, the weights add up to
``W = log2(λ/(1-λ)) + Σ w`` and to a probability of ``2^W / (1 + 2^W)``. A value that is missing weighs nothing.
Where a value is the same, ``u`` is how often this very value occurs: a rare name says more than one of thousands.

Sources: I. P. Fellegi, A. B. Sunter (1969), J. Am. Stat. Assoc. 64(328), 1183-1210; W. E. Winkler (1990), Proc. Section
on Survey Research Methods, 354-359; for values that occur unequally often P. Christen, Data Matching (2012), 6.3.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from wutong.people.matching.agreement import Agreement, Kind

Pattern = tuple[Agreement | None, ...]
"""Of one pair: how far each field agrees; None where it is missing on a side."""

_STEPS = len(Agreement)
_TYPICAL_M: Mapping[Kind, Sequence[float]] = {
    Kind.NAME: (0.85, 0.08, 0.03, 0.04),
    Kind.DATE: (0.88, 0.06, 0.03, 0.03),
    Kind.PHONE: (0.70, 0.05, 0.01, 0.24),
    Kind.EMAIL: (0.60, 0.15, 0.10, 0.15),
    Kind.COMPANY: (0.70, 0.14, 0.04, 0.12),
    Kind.NUMBER: (0.85, 0.08, 0.02, 0.05),
    Kind.TEXT: (0.72, 0.12, 0.06, 0.10),
    Kind.CHOICE: (0.90, 0.0, 0.0, 0.10),
}
"""How records of one person usually agree (Convention). A table of many pairs outweighs it."""
_WEIGHT_OF_TYPICAL = 20.0
"""The pairs that it counts for."""
_ROUNDS = 50
_SETTLED = 1e-4
_LEAST = 1e-6
_LEAST_SHARE = 1e-9
_NEVER = -40.0  # bits: such a pair cannot move a sum


@dataclass(frozen=True)
class FieldWeights:
    """What one field's agreement says, each of :class:`Agreement` by its number."""

    m: tuple[float, ...]
    u: tuple[float, ...]

    def weight(self, agreement: Agreement | None, *, frequency: float | None = None) -> float:
        """Bits for a match, or against it.

        Args:
            frequency: the share of records that have this very value, where both are the same.
        """
        if agreement is None:
            return 0.0
        u = self.u[agreement] if frequency is None or agreement is not Agreement.SAME else frequency
        return log2(max(self.m[agreement], _LEAST) / max(u, _LEAST))


@dataclass(frozen=True)
class Model:
    """The weights of all fields, and the share of matches among all pairs."""

    fields: tuple[FieldWeights, ...]
    share: float

    def probability(self, pattern: Pattern, frequencies: Sequence[float | None]) -> float:
        """How likely it is that a pair is one person."""
        weights = [
            field.weight(agreement, frequency=frequency)
            for field, agreement, frequency in zip(self.fields, pattern, frequencies, strict=True)
        ]
        return probability(log2(self.share / (1 - self.share)) + sum(weights))


def probability(weight: float) -> float:
    """Of a match weight in bits."""
    return 1 / (1 + 2 ** -max(min(weight, 500.0), -500.0))


def typical(kind: Kind, u: Sequence[float]) -> FieldWeights:
    """What a field of this kind usually says, where records of two people agree as ``u``."""
    return FieldWeights(tuple(_TYPICAL_M[kind]), tuple(u))


def learn(kinds: Sequence[Kind], u: Sequence[Sequence[float]], seen: Counter[Pattern], *, pairs: int) -> Model:
    """The model under which what was seen is likeliest (EM), with ``u`` held as it was counted among random pairs.

    Args:
        seen: how often each pattern occurs among the candidates. All other pairs are taken for no match, so the
            candidates must come from rules so different that hardly a match escapes them all.
        pairs: of all records, candidates or not.
    """
    fields = [typical(kind, of_field) for kind, of_field in zip(kinds, u, strict=True)]
    share = max(min(0.02 / max(pairs, 1) ** 0.5, 0.5), _LEAST_SHARE)
    for _ in range(_ROUNDS):
        said = [{step: field.weight(step) for step in (*Agreement, None)} for field in fields]
        prior = log2(share / (1 - share))
        matches = [[_WEIGHT_OF_TYPICAL * usual for usual in _TYPICAL_M[kind]] for kind in kinds]
        expected = 0.0
        for pattern, n in seen.items():
            weight = prior + sum(map(dict.__getitem__, said, pattern))
            if weight < _NEVER:
                continue
            belief = n * probability(weight)
            expected += belief
            for counted, step in zip(matches, pattern, strict=True):
                if step is not None:
                    counted[step] += belief
        before, share = share, min(max(expected / max(pairs, 1), _LEAST_SHARE), 0.5)
        fields = [
            FieldWeights(tuple(n / sum(counted) for n in counted), field.u)
            for counted, field in zip(matches, fields, strict=True)
        ]
        if abs(share - before) <= _SETTLED * before:
            break
    return Model(tuple(fields), share)


def shares(counted: Iterable[Agreement]) -> tuple[float, ...]:
    """How often each agreement was seen, none of them never."""
    found = Counter(counted)
    total = sum(found.values()) + _STEPS * 0.5
    return tuple((found[step] + 0.5) / total for step in Agreement)
