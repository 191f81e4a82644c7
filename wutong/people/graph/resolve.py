"""The rules, applied: identifiers and links in, people, shared browsers and refused links out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple
from uuid import UUID

from wutong.people.graph.rules import HAND_MADE, KINDS, LARGEST, KindRule, Level, Reason
from wutong.people.graph.sets import Counted, DisjointSets, Node

Mark = tuple[datetime, UUID]
"""When something was seen, and by which observation: the order of all that was seen."""


@dataclass(frozen=True)
class Traits:
    """What the rules ask about an identifier."""

    kind: str
    text: str
    """How it is written, ``kind:value`` or ``openid@APP:value``: what no other identifier is written like."""
    scope: str = ""
    is_blocked: bool = False

    @property
    def rule(self) -> KindRule:
        return KINDS[self.kind]

    @property
    def counted(self) -> Counted:
        return (self.kind, self.scope if self.rule.is_counted_by_scope else "")


class Link(NamedTuple, Generic[Node]):
    """Two identifiers that were seen together, or that a colleague has put together."""

    one: Node
    other: Node
    first: Mark
    """Of the earliest observation that shows it."""
    is_by_hand: bool = False


class Refused(NamedTuple, Generic[Node]):
    """A link that was not followed, for colleagues to look at."""

    one: Node
    other: Node
    first: Mark
    reason: Reason
    kind: str
    """Of which there would be too many; empty where the reason is no number of a kind."""


@dataclass(frozen=True)
class Resolution(Generic[Node]):
    """Who belongs together."""

    groups: list[frozenset[Node]]
    """Each person's identifiers. Every identifier is in exactly one group."""
    shared: frozenset[Node]
    """Browsers and devices seen with several people; each stands alone."""
    refused: list[Refused[Node]]
    """Sorted by the texts of their ends."""


def resolve(
    nodes: Mapping[Node, Traits],
    links: Iterable[Link[Node]],
    *,
    apart: Iterable[tuple[Node, Node]] = (),
    level: Level = Level.PRODUCT,
    largest: int = LARGEST,
) -> Resolution[Node]:
    """Group ``nodes`` into people.

    Args:
        nodes: every identifier with its traits.
        links: in any order, repeats allowed; both ends in ``nodes``.
        apart: pairs that colleagues have told apart, both in ``nodes``. These and links by hand count from level 3 on.
        level: how many of the rules hold.
        largest: how many identifiers a person may have, at the product's level.
    """
    return _Resolving(nodes, level, largest).run(links, apart)


class _Resolving(Generic[Node]):
    """One run: the walk over the strong identifiers, then the browsers."""

    def __init__(self, nodes: Mapping[Node, Traits], level: Level, largest: int) -> None:
        self.nodes = nodes
        self.level = level
        self.largest = largest
        self.people: DisjointSets[Node] = DisjointSets()
        self.refused: list[Refused[Node]] = []
        self.weak = {node for node, one in nodes.items() if KINDS[one.kind].is_weak}
        self.not_theirs: dict[Node, set[Node]] = {}
        """What colleagues have said of browsers: to whom each does not belong."""

    def run(self, links: Iterable[Link[Node]], apart: Iterable[tuple[Node, Node]]) -> Resolution[Node]:
        links = self._distinct(links)
        if self.level is Level.COMPONENTS:
            for link in links:
                self._follow(link)
            return self._outcome(homes={}, shared=frozenset())
        strong = [link for link in links if link.one not in self.weak and link.other not in self.weak]
        weak = [link for link in links if (link.one in self.weak) != (link.other in self.weak)]
        # Two browsers seen together say nothing about who sat there.
        for link in links:
            for node in (link.one, link.other):
                if node not in self.weak and node not in self.people:
                    self.people.add(node, self.nodes[node].counted)
        if self.level >= Level.EXCLUSIVE:
            self._tell_apart(apart)
            strong.sort(key=self._place)
        for link in strong:
            self._follow(link)
        homes, shared = self._place_browsers(weak)
        return self._outcome(homes=homes, shared=shared)

    def _distinct(self, links: Iterable[Link[Node]]) -> list[Link[Node]]:
        """Each pair once as seen, by its earliest observation, and once by hand; ends in the order of their texts."""
        earliest: dict[tuple[Node, Node, bool], Mark] = {}
        for one, other, first, is_by_hand in links:
            if self.level > Level.COMPONENTS and (self.nodes[one].is_blocked or self.nodes[other].is_blocked):
                continue
            if is_by_hand and self.level < Level.EXCLUSIVE:
                continue
            pair = (one, other) if self.nodes[one].text <= self.nodes[other].text else (other, one)
            known = earliest.get((*pair, is_by_hand))
            if known is None or first < known:
                earliest[*pair, is_by_hand] = first
        return [Link(one, other, first, is_by_hand) for (one, other, is_by_hand), first in earliest.items()]

    def _tell_apart(self, apart: Iterable[tuple[Node, Node]]) -> None:
        for one, other in apart:
            if one in self.people and other in self.people:
                self.people.keep_apart(one, other)
            for browser, person in ((one, other), (other, one)):
                if browser in self.weak and person in self.people:
                    self.not_theirs.setdefault(browser, set()).add(person)

    def _place(self, link: Link[Node]) -> tuple[int, datetime, int, str, str]:
        """Where the walk comes to a link: the strongest first, then the oldest, then by its text."""
        one, other = self.nodes[link.one], self.nodes[link.other]
        strength = HAND_MADE if link.is_by_hand else max(KINDS[one.kind].rank, KINDS[other.kind].rank)
        at, observation = link.first
        return (strength, at, observation.int, one.text, other.text)  # UUIDs compare by their numbers, only slower

    def _follow(self, link: Link[Node]) -> None:
        """Join the two sides of a link, or refuse it."""
        if self.level is Level.COMPONENTS:
            self.people.add(link.one)
            self.people.add(link.other)
        one, other = self.people.root(link.one), self.people.root(link.other)
        if one == other:
            return
        if no := self._obstacle(one, other, by_hand=link.is_by_hand):
            self.refused.append(Refused(link.one, link.other, link.first, *no))
        else:
            self.people.join(one, other, by_hand=link.is_by_hand)

    def _obstacle(self, one: Node, other: Node, *, by_hand: bool) -> tuple[Reason, str] | None:
        """What forbids that the sets of these roots become one person.

        Who merges two people by hand merges what each may have: the limits on what is built by itself are as many times
        higher. Only what everybody has one of stays one.
        """
        if self.level < Level.EXCLUSIVE:
            return None
        if self.people.are_kept_apart(one, other):
            return (Reason.KEPT_APART, "")
        mine, theirs = self.people.holdings(one), self.people.holdings(other)
        allowance = 1 + mine.merges_by_hand + theirs.merges_by_hand + by_hand
        for kind, scope in sorted(mine.counts.keys() & theirs.counts.keys(), key=self._by_rank):
            together, rule = mine.counts[kind, scope] + theirs.counts[kind, scope], KINDS[kind]
            if rule.is_exclusive and together > rule.most:
                return (Reason.EXCLUSIVE, kind)
            if self.level is Level.PRODUCT and together > rule.most * allowance:
                return (Reason.TOO_MANY, kind)
        if self.level is Level.PRODUCT and mine.size + theirs.size > self.largest * allowance:
            return (Reason.TOO_BIG, "")
        return None

    @staticmethod
    def _by_rank(counted: Counted) -> tuple[int, str]:
        return (KINDS[counted[0]].rank, counted[1])

    def _place_browsers(self, weak: Iterable[Link[Node]]) -> tuple[dict[Node, Node], frozenset[Node]]:
        """Whose each browser is (a root), and which are shared: seen with several people."""
        seen_with: dict[Node, dict[Node, Link[Node]]] = {}
        """By browser and root, the link that the walk would come to first."""
        for link in weak:
            browser, person = (link.one, link.other) if link.one in self.weak else (link.other, link.one)
            with_whom = seen_with.setdefault(browser, {})
            root = self.people.root(person)
            if root not in with_whom or self._place(link) < self._place(with_whom[root]):
                with_whom[root] = link

        beyond = self._beyond_limits(seen_with)
        homes, shared = {}, set()
        for browser, with_whom in seen_with.items():
            # A colleague who has said whose it is knows better than what was seen.
            roots = [root for root, link in with_whom.items() if link.is_by_hand] or list(with_whom)
            if len(roots) > 1:
                shared.add(browser)
                continue
            link = with_whom[roots[0]]
            if any(self.people.root(node) == roots[0] for node in self.not_theirs.get(browser, ())):
                no: tuple[Reason, str] | None = (Reason.KEPT_APART, "")
            else:
                no = beyond.get((browser, roots[0]))
            if no is None:
                homes[browser] = roots[0]
            else:
                self.refused.append(Refused(link.one, link.other, link.first, *no))
        return homes, frozenset(shared)

    def _beyond_limits(
        self, seen_with: Mapping[Node, Mapping[Node, Link[Node]]]
    ) -> dict[tuple[Node, Node], tuple[Reason, str]]:
        """The browsers that a person has too many of, by browser and root.

        The first so many that were seen with somebody can be theirs, whether or not they are shared: so it depends on
        nothing but what was seen with that very person, and the running projection need look no further.
        """
        if self.level is not Level.PRODUCT:
            return {}
        beside: dict[Node, list[Node]] = {}
        for browser, with_whom in seen_with.items():
            for root in with_whom:
                beside.setdefault(root, []).append(browser)
        beyond: dict[tuple[Node, Node], tuple[Reason, str]] = {}
        for root, browsers in beside.items():
            holdings = self.people.holdings(root)
            allowance = 1 + holdings.merges_by_hand
            room = max(self.largest * allowance - holdings.size, 0)
            most = max(KINDS[self.nodes[browser].kind].most for browser in browsers) * allowance
            if len(browsers) <= min(room, most):
                continue
            browsers.sort(key=lambda browser: self._place(seen_with[browser][root]))
            for number, browser in enumerate(browsers):
                if number >= most:
                    beyond[browser, root] = (Reason.TOO_MANY, self.nodes[browser].kind)
                elif number >= room:
                    beyond[browser, root] = (Reason.TOO_BIG, "")
        return beyond

    def _outcome(self, *, homes: Mapping[Node, Node], shared: Collection[Node]) -> Resolution[Node]:
        members = self.people.members()
        for browser, root in homes.items():
            members[root].append(browser)
        groups = [frozenset(group) for group in members.values()]
        groups += [frozenset([node]) for node in self.nodes if node not in self.people and node not in homes]
        # What was refused while the two sides were small can have come together by a link between other ends.
        apart: dict[tuple[Node, Node], Refused[Node]] = {}
        for no in self.refused:
            if not self._are_one(no.one, no.other):
                apart.setdefault((no.one, no.other), no)
        refused = sorted(apart.values(), key=lambda no: (self.nodes[no.one].text, self.nodes[no.other].text))
        return Resolution(groups=groups, shared=frozenset(shared), refused=refused)

    def _are_one(self, one: Node, other: Node) -> bool:
        return one in self.people and other in self.people and self.people.root(one) == self.people.root(other)
