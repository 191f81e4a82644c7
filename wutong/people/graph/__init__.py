"""Who belongs together: the rules of the identity graph as one pure function of everything that was seen.

This is the definition, and the only place where a rule is applied. The running projection
(:mod:`wutong.people.projection`) calls it for the part of the graph that an observation touches, a rebuild for all of
it, ``wutong identity resolve`` for anybody's file. What comes out depends on the set of links, never on their order.

Source: ``algorithms.md`` 1 and 1.1. Union-find with path halving and union by size: R. E. Tarjan (1975), J. ACM 22(2),
215-225. The walk over the links from the strongest to the weakest: J. B. Kruskal (1956), Proc. AMS 7(1), 48-50.
"""

from wutong.people.graph.resolve import Link, Mark, Refused, Resolution, Traits, resolve
from wutong.people.graph.rules import KINDS, LARGEST, KindRule, Level, Reason, fit_anybody

__all__ = [
    "KINDS",
    "LARGEST",
    "KindRule",
    "Level",
    "Link",
    "Mark",
    "Reason",
    "Refused",
    "Resolution",
    "Traits",
    "fit_anybody",
    "resolve",
]
