"""People in the making: disjoint sets of identifiers that know what they hold."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
Counted = tuple[str, str]
"""A kind, and the scope it is counted in; no scope where it is counted in all together."""


@dataclass
class Holdings(Generic[Node]):
    """What one set holds."""

    size: int = 1
    counts: Counter[Counted] = field(default_factory=Counter)
    merges_by_hand: int = 0
    kept_from: set[Node] = field(default_factory=set)
    """Nodes that must never come into this set."""


class DisjointSets(Generic[Node]):
    """Nodes join; each set knows its holdings. A node that nobody has mentioned is not in here."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}
        self._holdings: dict[Node, Holdings[Node]] = {}

    def __contains__(self, node: Node) -> bool:
        return node in self._parent

    def add(self, node: Node, counted: Counted | None = None) -> None:
        """Let ``node`` be a set of its own, if it is in none."""
        if node not in self._parent:
            self._parent[node] = node
            self._holdings[node] = Holdings(counts=Counter([counted] if counted else []))

    def root(self, node: Node) -> Node:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def holdings(self, root: Node) -> Holdings[Node]:
        return self._holdings[root]

    def keep_apart(self, one: Node, other: Node) -> None:
        """Note that the two, which are in no common set, must not come into one."""
        self._holdings[self.root(one)].kept_from.add(other)
        self._holdings[self.root(other)].kept_from.add(one)

    def are_kept_apart(self, one: Node, other: Node) -> bool:
        """Whether the sets of these two roots must not join."""
        if len(self._holdings[one].kept_from) > len(self._holdings[other].kept_from):
            one, other = other, one
        return any(self.root(node) == other for node in self._holdings[one].kept_from)

    def join(self, one: Node, other: Node, *, by_hand: bool = False) -> None:
        """Make the sets of two different roots one."""
        if self._holdings[one].size < self._holdings[other].size:
            one, other = other, one
        self._parent[other] = one
        kept, taken = self._holdings[one], self._holdings.pop(other)
        kept.size += taken.size
        kept.counts.update(taken.counts)
        kept.merges_by_hand += taken.merges_by_hand + by_hand
        kept.kept_from |= taken.kept_from

    def members(self) -> dict[Node, list[Node]]:
        """The sets, by root."""
        found: dict[Node, list[Node]] = {}
        for node in self._parent:
            found.setdefault(self.root(node), []).append(node)
        return found
