"""What the rules say of each kind of identifier, and how many of the rules hold.

Source: the table of ``algorithms.md`` 1.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache

LARGEST = 60
"""Nobody gets more identifiers than this without a colleague's word; an administrator may choose another number."""
HAND_MADE = -1
"""The strength of a link that a colleague has made: stronger than anything seen."""


class Level(IntEnum):
    """How many of the rules hold. The product runs at the highest; a check may ask for exactly one of the others."""

    COMPONENTS = 1
    """Everything seen together belongs to one person."""
    BLOCKED_AND_SHARED = 2
    """Blocked values never link; a browser joins a person only while it was seen with no other."""
    EXCLUSIVE = 3
    """Nobody has two CRM numbers, and nobody is joined with whom a colleague has told them apart from."""
    PRODUCT = 4
    """Nobody has more identifiers of a kind, or more in all, than a person has."""


class Reason(StrEnum):
    """Why a link was refused."""

    KEPT_APART = "kept_apart"
    """A colleague has said that these are two people."""
    EXCLUSIVE = "exclusive"
    """It would give a person two of what everybody has one of."""
    TOO_MANY = "too_many"
    """It would give a person more of a kind than a person has."""
    TOO_BIG = "too_big"
    """It would give a person more identifiers in all than is built without being looked at."""


@dataclass(frozen=True, kw_only=True)
class KindRule:
    """What is asked of one kind of identifier."""

    rank: int
    """0 is the strongest. A link is as strong as the weaker of its ends."""
    most: int
    """How many of it a person has."""
    is_exclusive: bool = False
    """Whether ``most`` holds whatever a colleague says, and at level 3 already."""
    is_counted_by_scope: bool = False
    """Whether ``most`` is meant for each app, or open-platform account, by itself."""
    is_weak: bool = False
    """Whether it names a machine rather than a person. All weak kinds are counted together."""


KINDS: Mapping[str, KindRule] = {
    "crm_id": KindRule(rank=0, most=1, is_exclusive=True),
    "unionid": KindRule(rank=1, most=1, is_counted_by_scope=True),
    "external_userid": KindRule(rank=2, most=3),
    "phone": KindRule(rank=3, most=3),
    "email": KindRule(rank=4, most=5),
    "openid": KindRule(rank=5, most=1, is_counted_by_scope=True),
    "cookie": KindRule(rank=6, most=50, is_weak=True),
    "device": KindRule(rank=7, most=50, is_weak=True),
}


@lru_cache(maxsize=1_000)
def fit_anybody(identifiers: tuple[tuple[str, str], ...], *, largest: int) -> bool:
    """Whether no rule of any level can object that unblocked identifiers are one person, whichever links join them.

    Args:
        identifiers: kind and scope of each. Browsers are for the rules to place.
    """
    counts = Counter((kind, scope if KINDS[kind].is_counted_by_scope else "") for kind, scope in identifiers)
    return len(identifiers) <= largest and all(
        not KINDS[kind].is_weak and n <= KINDS[kind].most for (kind, _), n in counts.items()
    )
