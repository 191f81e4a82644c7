"""The rules of the identity graph, as a pure function: no database."""

import json
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import NINE
from wutong.people.graph import KINDS, Level, Link, Reason, Resolution, Traits, fit_anybody, resolve
from wutong.people.models import IdentifierKind, RefusedLink

BLOCKED = {"email:info@example.com", "phone:+8613800138000"}


def traits(text: str, *, is_blocked: bool = False) -> Traits:
    kind, _, scope = text.partition(":")[0].partition("@")
    return Traits(kind, text, scope, is_blocked)


def mark(number: int) -> tuple[datetime, UUID]:
    return (NINE + timedelta(minutes=number), UUID(int=number))


def seen(*pairs: str) -> list[Link[str]]:
    """Links in the order in which they were seen: ``"phone:1 email:2"``."""
    return [Link(*pair.split(), mark(number)) for number, pair in enumerate(pairs)]


def by_hand(pair: str) -> Link[str]:
    return Link(*pair.split(), mark(0), is_by_hand=True)


def resolved(
    links: Iterable[Link[str]], *, apart: str = "", level: Level = Level.PRODUCT, largest: int = 60, alone: str = ""
) -> Resolution[str]:
    links = list(links)
    names = sorted({end for link in links for end in link[:2]} | set(alone.split()))
    nodes = {name: traits(name, is_blocked=name in BLOCKED) for name in names}
    pairs = [tuple(apart.split())] if apart else []
    return resolve(nodes, links, apart=pairs, level=level, largest=largest)


def people(outcome: Resolution[str]) -> set[str]:
    return {" ".join(sorted(group)) for group in outcome.groups}


def refused(outcome: Resolution[str]) -> list[tuple[str, str, Reason, str]]:
    return [(no.one, no.other, no.reason, no.kind) for no in outcome.refused]


def test_the_rules_know_the_same_kinds_as_the_tables() -> None:
    assert list(KINDS) == IdentifierKind.values == sorted(IdentifierKind.values, key=lambda kind: KINDS[kind].rank)
    assert {reason.value for reason in Reason} == set(RefusedLink.Why.values)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_reference_answers_come_out(shared_data, level: int) -> None:
    answers = json.loads(shared_data("identity/expected.json").read_text())
    lines = [json.loads(line) for line in shared_data("identity/events.jsonl").read_text().splitlines()]
    ids = {id: UUID(int=place) for place, id in enumerate(sorted(line["event_id"] for line in lines))}
    links = [
        Link(one, other, (datetime.fromisoformat(line["at"]), ids[line["event_id"]]))
        for line in lines
        for one, other in combinations(line["identifiers"], 2)
    ]
    random.Random(3).shuffle(links)
    names = sorted({name for line in lines for name in line["identifiers"]})
    nodes = {name: traits(name, is_blocked=name in answers["blocked"]) for name in names}

    outcome = resolve(nodes, links, level=Level(level))

    blocked = set(answers["blocked"]) if level > 1 else set()
    clusters = sorted(sorted(group) for group in outcome.groups if not group <= blocked)
    assert clusters == answers[f"level{level}"]
    assert sorted(outcome.shared) == answers.get(f"level{level}_shared_cookies", [])
    pairs = sorted(sorted((no.one, no.other)) for no in outcome.refused)
    assert pairs == answers.get(f"level{level}_refused_links", [])


def test_two_crm_records_that_share_a_telephone_stay_two_people() -> None:
    outcome = resolved(seen("crm_id:A phone:1", "crm_id:B phone:1", "crm_id:B email:b"))
    assert people(outcome) == {"crm_id:A phone:1", "crm_id:B email:b"}
    assert refused(outcome) == [("crm_id:B", "phone:1", Reason.EXCLUSIVE, "crm_id")]


def test_the_stronger_link_is_followed_before_the_older_one() -> None:
    outcome = resolved(seen("crm_id:A email:a", "email:a phone:1", "crm_id:B phone:1"))
    assert people(outcome) == {"crm_id:A email:a", "crm_id:B phone:1"}
    assert refused(outcome) == [("email:a", "phone:1", Reason.EXCLUSIVE, "crm_id")]


def test_below_the_third_level_nothing_is_exclusive() -> None:
    outcome = resolved(seen("crm_id:A phone:1", "crm_id:B phone:1"), level=Level.BLOCKED_AND_SHARED)
    assert people(outcome) == {"crm_id:A crm_id:B phone:1"}


@pytest.mark.parametrize(
    ("links", "kind"),
    [
        (["unionid@wx:1 phone:1", "unionid@wx:2 phone:1"], "unionid"),
        (["openid@app:1 phone:1", "openid@app:2 phone:1"], "openid"),
        (["unionid:1 phone:1", "unionid:1 phone:2", "unionid:1 phone:3", "unionid:1 phone:4"], "phone"),
        ([f"phone:1 email:{n}" for n in range(6)], "email"),
        ([f"phone:1 external_userid@corp{n}:w" for n in range(4)], "external_userid"),
    ],
)
def test_nobody_has_more_of_a_kind_than_a_person_has(links: list[str], kind: str) -> None:
    outcome = resolved(seen(*links))
    assert refused(outcome) == [(*sorted(links[-1].split()), Reason.TOO_MANY, kind)]
    assert not resolved(seen(*links[:-1])).refused
    assert not resolved(seen(*links), level=Level.EXCLUSIVE).refused


def test_a_person_has_one_openid_in_each_app() -> None:
    assert not resolved(seen("openid@app1:1 phone:1", "openid@app2:1 phone:1")).refused


def test_nobody_grows_beyond_the_largest_person_by_themselves() -> None:
    outcome = resolved(seen("phone:1 phone:2", "phone:1 email:1", "phone:1 email:2"), largest=3)
    assert people(outcome) == {"email:1 phone:1 phone:2", "email:2"}
    assert refused(outcome) == [("email:2", "phone:1", Reason.TOO_BIG, "")]


def test_the_first_fifty_browsers_of_a_person_are_theirs() -> None:
    outcome = resolved(seen(*(f"phone:1 cookie:{n:02}" for n in range(51))))
    assert refused(outcome) == [("cookie:50", "phone:1", Reason.TOO_MANY, "cookie")]
    assert "cookie:50" in people(outcome)
    assert not outcome.shared


def test_what_a_colleague_puts_together_is_one_person_though_it_is_more_than_is_built_by_itself() -> None:
    parts = seen("email:1 phone:1", "email:1 phone:2", "email:2 phone:3", "email:2 phone:4", "email:1 email:2")
    assert refused(resolved(parts))

    outcome = resolved([*parts, by_hand("phone:1 phone:3")])

    assert people(outcome) == {"email:1 email:2 phone:1 phone:2 phone:3 phone:4"}
    assert not outcome.refused


def test_even_a_colleague_cannot_give_a_person_two_crm_numbers() -> None:
    outcome = resolved([by_hand("crm_id:A crm_id:B")])
    assert refused(outcome) == [("crm_id:A", "crm_id:B", Reason.EXCLUSIVE, "crm_id")]


def test_two_who_were_told_apart_stay_apart_by_whatever_they_are_linked() -> None:
    chain = seen("phone:1 email:1", "email:1 email:2", "email:2 phone:2")
    outcome = resolved(chain, apart="phone:1 phone:2")
    assert people(outcome) == {"email:1 email:2 phone:1", "phone:2"}
    assert refused(outcome) == [("email:2", "phone:2", Reason.KEPT_APART, "")]
    assert people(resolved([*chain, by_hand("phone:1 phone:2")], apart="phone:1 phone:2")) == people(outcome)


def test_a_browser_goes_where_a_colleague_says_and_not_where_they_say_no() -> None:
    shared = seen("cookie:1 phone:1", "cookie:1 phone:2")
    assert resolved(shared).shared == {"cookie:1"}

    assert people(resolved([*shared, by_hand("cookie:1 phone:2")])) == {"phone:1", "cookie:1 phone:2"}

    outcome = resolved(shared[:1], apart="cookie:1 phone:1")
    assert people(outcome) == {"cookie:1", "phone:1"}
    assert refused(outcome) == [("cookie:1", "phone:1", Reason.KEPT_APART, "")]


NAMES = [
    *(f"crm_id:{n}" for n in range(3)),
    *(f"phone:{n}" for n in range(5)),
    *(f"email:{n}" for n in range(3)),
    *(f"openid@app:{n}" for n in range(3)),
    *(f"cookie:{n}" for n in range(4)),
    *sorted(BLOCKED),
]
pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1])
streams = st.lists(st.tuples(pairs, st.integers(0, 9), st.booleans()), max_size=25)


@settings(max_examples=150, deadline=None)
@given(stream=streams, apart=st.lists(pairs, max_size=2), level=st.sampled_from(Level), random_=st.randoms())
def test_neither_order_nor_repetition_nor_direction_changes_anything(stream, apart, level, random_) -> None:
    nodes = {name: traits(name, is_blocked=name in BLOCKED) for name in NAMES}
    links = [Link(*pair, mark(at), is_by_hand=is_hand) for pair, at, is_hand in stream]
    answer = resolve(nodes, links, apart=apart, level=level, largest=6)

    other_way = [Link(other, one, *rest) for one, other, *rest in links + links[: len(links) // 2]]
    random_.shuffle(other_way)
    again = resolve(
        dict(random_.sample(list(nodes.items()), len(nodes))), other_way, apart=apart[::-1], level=level, largest=6
    )

    assert set(answer.groups) == set(again.groups)
    assert (answer.shared, answer.refused) == (again.shared, again.refused)
    assert sorted(name for group in answer.groups for name in group) == sorted(NAMES)


@settings(max_examples=100, deadline=None)
@given(stream=streams)
def test_each_level_keeps_what_it_promises(stream) -> None:
    nodes = {name: traits(name, is_blocked=name in BLOCKED) for name in NAMES}
    links = [Link(*pair, mark(at)) for pair, at, _ in stream]
    graph = networkx.Graph()
    graph.add_nodes_from(NAMES)
    graph.add_edges_from(link[:2] for link in links)
    at_level = [resolve(nodes, links, level=level, largest=6) for level in Level]

    assert set(at_level[0].groups) == {frozenset(group) for group in networkx.connected_components(graph)}
    assert all(any(group <= whole for whole in at_level[0].groups) for group in at_level[1].groups)
    for outcome in at_level[2:]:
        assert all(sum(name.startswith("crm_id:") for name in group) <= 1 for group in outcome.groups)
    assert all(len(group) <= 6 for group in at_level[3].groups)


@settings(max_examples=60, deadline=None)
@given(
    kinds=st.lists(st.sampled_from([*KINDS, "openid@one", "openid@other"]), min_size=2, max_size=6),
    level=st.sampled_from(Level),
    largest=st.integers(2, 6),
)
def test_what_fits_anybody_is_one_person_at_every_level(kinds: list[str], level: Level, largest: int) -> None:
    names = [f"{kind}:{number}" for number, kind in enumerate(kinds)]
    nodes = {name: traits(name) for name in names}
    links = [Link(*pair, mark(number)) for number, pair in enumerate(combinations(names, 2))]

    outcome = resolve(nodes, links, level=level, largest=largest)

    if fit_anybody(tuple((one.kind, one.scope) for one in nodes.values()), largest=largest):
        assert (outcome.groups, outcome.shared, outcome.refused) == ([frozenset(names)], frozenset(), [])
