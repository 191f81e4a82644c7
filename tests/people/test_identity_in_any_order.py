"""The same people come out in whatever order things are seen, and as the rules and others compute them."""

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Sequence
from itertools import combinations

import networkx
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, cookie, email, phone, seen
from tests.people.identities import MINUTE, assert_sound, feed, groups, refused, shared
from wutong.people.graph import Level, Link, Traits, resolve
from wutong.people.identifiers import blocked_values
from wutong.people.identity import IdentifierKey, Observed
from wutong.people.models import IdentifierKind
from wutong.people.rebuild import check
from wutong.people.scratch import read_lines

pytestmark = pytest.mark.django_db

KEYS = [
    *(IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in range(3)),
    *(phone(f"+861391111000{n}") for n in range(4)),
    *(email(f"p{n}@example.com") for n in range(2)),
    email("info@example.com"),
    phone("+8613800138000"),
    *(cookie(f"c{n}") for n in range(4)),
]
streams = st.lists(
    st.tuples(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True), st.integers(0, 50)), max_size=14
)
WRITERS = 4


def observations_in(shared_data) -> list[Observed]:
    return read_lines(shared_data("identity/events.jsonl").read_text().splitlines())


def assert_expected(shared_data, level: int) -> None:
    answers = json.loads(shared_data("identity/expected.json").read_text())
    assert groups() == expected_groups(shared_data, level)
    assert shared() == set(answers.get(f"level{level}_shared_cookies", []))
    assert refused() == answers.get(f"level{level}_refused_links", [])
    assert_sound()


def expected_groups(shared_data, level: int) -> set[frozenset[str]]:
    answers = json.loads(shared_data("identity/expected.json").read_text())
    blocked = answers["blocked"] if level > 1 else []
    return {frozenset(group) for group in [*answers[f"level{level}"], *([one] for one in blocked)]}


def in_order(observations: list[Observed], order: str) -> list[Observed]:
    match order:
        case "forwards":
            return observations
        case "reversed":
            return observations[::-1]
        case "shuffled":
            return random.Random(7).sample(observations, len(observations))
        case _:
            return random.Random(8).sample(observations * 2, len(observations) * 2)


@pytest.mark.once
@pytest.mark.parametrize(
    ("level", "order", "size"),
    [
        (1, "shuffled", 300),
        (2, "forwards", 300),
        (2, "doubled", 100),
        (3, "forwards", 300),
        (3, "reversed", 300),
        (3, "shuffled", 7),
        (3, "doubled", 50),
    ],
)
def test_the_reference_answer_comes_out_in_any_order(shared_data, company, level: int, order: str, size: int) -> None:
    feed(in_order(observations_in(shared_data), order), size=size, level=Level(level))
    assert_expected(shared_data, level)


@pytest.mark.once
@pytest.mark.parametrize("order", ["forwards", "reversed", "doubled"])
def test_the_product_s_own_answer_does_not_depend_on_the_order_and_equals_a_full_rebuild(
    shared_data, company, order: str
) -> None:
    observations = observations_in(shared_data)
    feed(in_order(observations, order), size=200)

    assert check().differences == {}
    nodes, links = all_of(observations)
    truth = resolve(nodes, links)
    assert groups() == set(truth.groups)
    assert (shared(), refused()) == (truth.shared, sorted([no.one, no.other] for no in truth.refused))


def all_of(observations: Sequence[Observed]) -> tuple[dict[str, Traits], list[Link[str]]]:
    """Everything that was seen, for the rules as a pure function."""
    keys = {key for observed in observations for key in observed.identifiers}
    blocked = blocked_values(keys)
    return (
        {key.text: Traits(key.kind.value, key.text, key.scope, key in blocked) for key in keys},
        [
            Link(one.text, other.text, (observed.at, observed.id))
            for observed in observations
            for one, other in combinations(observed.identifiers, 2)
        ],
    )


def told(stream: Iterable[tuple[list[IdentifierKey], int]]) -> list[Observed]:
    return [
        seen(*keys, at=NINE + minutes * MINUTE, id=uuid.UUID(int=number))
        for number, (keys, minutes) in enumerate(stream)
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=streams, size=st.sampled_from([1, 2, 5, 20]))
def test_the_running_projection_equals_the_rules_over_all_that_was_seen(company, stream, size: int) -> None:
    with transaction.atomic():
        observations = told(stream)
        feed(observations, size=size)

        truth = resolve(*all_of(observations))
        assert groups() == set(truth.groups)
        assert (shared(), refused()) == (truth.shared, sorted([no.one, no.other] for no in truth.refused))
        assert_sound()
        assert check().differences == {}
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=streams, size=st.sampled_from([1, 3, 20]))
def test_the_first_level_equals_the_components_of_networkx(company, stream, size: int) -> None:
    with transaction.atomic():
        observations = told(stream)
        feed(observations, size=size, level=Level.COMPONENTS)

        graph = networkx.Graph()
        for observed in observations:
            networkx.add_path(graph, [key.text for key in observed.identifiers])
        assert groups() == {frozenset(component) for component in networkx.connected_components(graph)}
        transaction.set_rollback(True)


def write_at_once(shared_data) -> list[int]:
    """Let four processes tell the stream among them; their exit codes."""
    url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {"DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}"}
    file = str(shared_data("identity/events.jsonl"))
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.people.writer", file, str(part), str(WRITERS)],
            env=environment,
        )
        for part in range(WRITERS)
    ]
    return [writer.wait(60) for writer in writers]


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_come_to_the_same_answer(shared_data, company) -> None:
    assert write_at_once(shared_data) == [0] * WRITERS
    assert_expected(shared_data, 3)
