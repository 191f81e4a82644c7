"""Who belongs together: the rules of the identity graph as a pure function of everything that was seen.

This is the definition. The running projection (:mod:`wutong.people.projection`) applies the same function to the part
of the graph that an observation touches; a rebuild applies it to all of it. The outcome depends on the set of links
only, never on their order.

Source: ``algorithms.md`` 1.1, levels 1 and 2. Union-find with path halving and union by size: R. E. Tarjan (1975),
J. ACM 22(2), 215-225.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


class Level(IntEnum):
    """How many of the rules hold; checks ask for exactly one level."""

    COMPONENTS = 1
    """Everything seen together belongs to one person."""
    BLOCKED_AND_SHARED = 2
    """Blocked values never link; a browser joins a person only while it was seen with no other."""


@dataclass(frozen=True)
class Traits:
    """What the rules ask about an identifier."""

    is_weak: bool = False
    is_blocked: bool = False


@dataclass(frozen=True)
class Resolution(Generic[Node]):
    """Groups of identifiers that are one person each, and the browsers that were seen with several."""

    groups: list[frozenset[Node]]
    shared: frozenset[Node]


def resolve(
    nodes: Mapping[Node, Traits], links: Iterable[tuple[Node, Node]], *, level: Level = Level.BLOCKED_AND_SHARED
) -> Resolution[Node]:
    """Group ``nodes`` into people.

    Args:
        nodes: every identifier with its traits.
        links: pairs that were seen together, in any order, repeats allowed; both ends in ``nodes``.
    """
    sets = _DisjointSets(nodes)
    if level is Level.COMPONENTS:
        for low, high in links:
            sets.join(low, high)
        return Resolution(groups=sets.groups(), shared=frozenset())

    seen_with: dict[Node, list[Node]] = {}
    for low, high in links:
        if nodes[low].is_blocked or nodes[high].is_blocked:
            continue
        if nodes[low].is_weak and nodes[high].is_weak:
            continue  # two browsers seen together say nothing about who sat there
        if nodes[low].is_weak:
            seen_with.setdefault(low, []).append(high)
        elif nodes[high].is_weak:
            seen_with.setdefault(high, []).append(low)
        else:
            sets.join(low, high)

    shared = set()
    joins = []
    for weak, strong in seen_with.items():
        components = {sets.root(node) for node in strong}
        if len(components) == 1:
            joins.append((weak, strong[0]))
        else:
            shared.add(weak)
    for weak, node in joins:
        sets.join(weak, node)
    return Resolution(groups=sets.groups(), shared=frozenset(shared))


class _DisjointSets(Generic[Node]):
    def __init__(self, nodes: Iterable[Node]) -> None:
        self._parent = {node: node for node in nodes}
        self._size = dict.fromkeys(self._parent, 1)

    def root(self, node: Node) -> Node:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, left: Node, right: Node) -> None:
        left, right = self.root(left), self.root(right)
        if left == right:
            return
        if self._size[left] < self._size[right]:
            left, right = right, left
        self._parent[right] = left
        self._size[left] += self._size[right]

    def groups(self) -> list[frozenset[Node]]:
        members: dict[Node, list[Node]] = {}
        for node in self._parent:
            members.setdefault(self.root(node), []).append(node)
        return [frozenset(group) for group in members.values()]
