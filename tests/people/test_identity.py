"""Who belongs together, whatever the order in which it was seen, and which id they keep."""

import json
import os
import random
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import combinations, pairwise
from typing import Any

import networkx
import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, at_once, cookie, email, identifier, make_lead, make_person, person_of, phone, seen, state
from wutong.people import lane, projection
from wutong.people.graph import Level, Link, Traits, resolve
from wutong.people.identifiers import blocked_values
from wutong.people.identity import IdentifierKey, Observed, Recognised, observe_many
from wutong.people.models import (
    FieldValue,
    Identifier,
    IdentifierKind,
    IdentityChange,
    IdentityLink,
    IdentityMove,
    Observation,
    Person,
    RefusedLink,
)
from wutong.people.rebuild import check, rebuild
from wutong.people.scratch import read_lines

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
HER_MAIL, HIS_MAIL = email("her@example.com"), email("his@example.com")
OFFICE = cookie("office-computer")


def observations_in(shared_data) -> list[Observed]:
    return read_lines(shared_data("identity/events.jsonl").read_text().splitlines())


def feed(observations: Sequence[Observed], *, size: int = 50, level: Level = Level.PRODUCT) -> None:
    for start in range(0, len(observations), size):
        with transaction.atomic():
            observe_many(observations[start : start + size], at=NINE, level=level)


def groups() -> set[frozenset[str]]:
    """The people there are, each as the set of their identifiers."""
    members: dict[int, set[str]] = {}
    for person, *key in Identifier.objects.values_list("person", "kind", "scope", "value"):
        members.setdefault(person, set()).add(written(key))
    return {frozenset(each) for each in members.values()}


def shared() -> set[str]:
    return set(map(written, Identifier.objects.filter(is_shared=True).values_list("kind", "scope", "value")))


def refused() -> list[list[str]]:
    """The refused links, as pairs of texts."""
    text = {id: written(key) for id, *key in Identifier.objects.values_list("pk", "kind", "scope", "value")}
    return sorted(sorted([text[low], text[high]]) for low, high in RefusedLink.objects.values_list("low", "high"))


def written(key: Sequence[str]) -> str:
    kind, scope, value = key
    return IdentifierKey(IdentifierKind(kind), value, scope).text


def assert_sound() -> None:
    """Nobody is lost: whoever has no identifier left is an alias, and aliases end at somebody who has some."""
    holders = set(Identifier.objects.values_list("person", flat=True))
    targets = dict(Person.objects.values_list("pk", "merged_into"))
    for person, target in targets.items():
        assert (person in holders) == (target is None), f"person {person} has neither identifiers nor a successor"
        steps = 0
        while targets[person] is not None:
            person, steps = targets[person], steps + 1
            assert steps <= len(targets), "aliases go round in a circle"


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


WRITERS = 4


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


@pytest.mark.django_db(transaction=True)
def test_without_the_lane_writers_lose_what_others_write(company, monkeypatch) -> None:
    """What the lane is for: four who read at once and then write undo each other's people."""
    addresses = [email(f"p{n}@example.com") for n in range(WRITERS + 1)]
    feed([seen(address) for address in addresses])
    has_read = threading.Barrier(WRITERS)

    def meet_and_apply(*given: Any, **options: Any) -> Any:
        has_read.wait(20)
        return resolve(*given, **options)

    with monkeypatch.context() as without:
        without.setattr(lane, "take", lambda: None)
        without.setattr(projection, "resolve", meet_and_apply)
        at_once(*(partial(tell, seen(*pair)) for pair in pairwise(addresses)))
    assert len(groups()) > 1

    rebuild(at=NINE)
    assert len(groups()) == 1


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


def test_a_second_person_on_an_office_computer_takes_the_browser_away_from_the_first(company) -> None:
    feed([seen(OFFICE, HERS)])
    her = person_of(HERS)
    assert person_of(OFFICE) == her

    feed([seen(OFFICE, HIS, at=NINE + MINUTE)])

    assert person_of(HERS) == her
    assert identifier(OFFICE).is_shared
    assert len({person_of(key).pk for key in (OFFICE, HERS, HIS)}) == 3


def test_a_browser_seen_with_nobody_is_a_person_of_its_own(company) -> None:
    feed([seen(OFFICE)])
    assert person_of(OFFICE).reach == "visitor"
    assert not identifier(OFFICE).is_shared


def test_a_shared_browser_comes_back_when_its_two_people_turn_out_to_be_one(company) -> None:
    feed([seen(OFFICE, HERS), seen(OFFICE, HER_MAIL)])
    assert identifier(OFFICE).is_shared

    feed([seen(HERS, HER_MAIL)])

    assert not identifier(OFFICE).is_shared
    assert person_of(OFFICE) == person_of(HERS) == person_of(HER_MAIL)


def test_a_generic_mailbox_links_nobody(company) -> None:
    front_desk = email("info@example.com")
    feed([seen(front_desk, HERS), seen(front_desk, HIS)])
    assert identifier(front_desk).is_blocked
    assert len({person_of(key).pk for key in (front_desk, HERS, HIS)}) == 3


def test_the_same_openid_in_two_apps_is_two_people(company) -> None:
    in_one, in_other = (IdentifierKey(IdentifierKind.OPENID, "o123", app) for app in ("wx1", "wx2"))
    feed([seen(in_one, HERS), seen(in_other, HIS)])
    assert person_of(in_one) == person_of(HERS)
    assert person_of(in_other) == person_of(HIS)


def test_the_older_of_two_people_survives_and_the_younger_id_leads_to_them_for_ever(company) -> None:
    feed([seen(HIS, at=NINE + MINUTE)])  # he arrives first, but she was seen before him
    feed([seen(HERS, at=NINE)])
    older, younger = person_of(HERS), person_of(HIS)

    feed([seen(HERS, HIS, at=NINE + 2 * MINUTE)])

    assert person_of(HIS) == older
    younger.refresh_from_db()
    assert younger.merged_into == older

    feed([seen(HIS, HIS_MAIL), seen(HER_MAIL, HERS, at=NINE - MINUTE)])
    younger.refresh_from_db()
    assert younger.merged_into == older


def test_of_two_people_of_one_age_the_smaller_id_survives(company) -> None:
    feed([seen(HERS)])
    feed([seen(HIS)])
    first = person_of(HERS)

    feed([seen(HERS, HIS)])

    assert person_of(HIS) == first


def test_a_split_leaves_the_id_with_the_oldest_link(company) -> None:
    feed([seen(OFFICE, at=NINE - MINUTE)])  # the browser was there before anybody
    visitor = person_of(OFFICE)
    feed([seen(OFFICE, HERS), seen(HERS, HER_MAIL, at=NINE + MINUTE)])
    assert person_of(HERS) == visitor

    feed([seen(OFFICE, HIS, at=NINE + 2 * MINUTE)])

    assert person_of(HERS) == person_of(HER_MAIL) == visitor
    assert person_of(OFFICE) != visitor
    split = IdentityChange.objects.get(kind="split")
    assert (split.source_person, split.identifiers) == (visitor, [identifier(OFFICE).pk])


def test_an_id_given_up_while_its_browser_leaves_leads_to_the_person_not_to_the_browser(company) -> None:
    feed([seen(HER_MAIL, at=NINE - MINUTE)])
    feed([seen(OFFICE, HERS)])
    given_up, older = person_of(HERS), person_of(HER_MAIL)

    # In one batch she is recognised as somebody older, and the browser turns out to be shared.
    feed([seen(HERS, HER_MAIL, at=NINE + MINUTE), seen(OFFICE, HIS, at=NINE + MINUTE)])

    given_up.refresh_from_db()
    assert given_up.merged_into == older
    assert person_of(OFFICE) not in (older, person_of(HIS))


def test_a_repeat_leaves_no_trace(company) -> None:
    observation = seen(OFFICE, HERS)
    feed([observation])
    before = (Observation.objects.count(), IdentityLink.objects.count(), Person.objects.count())

    feed([observation, observation])

    assert before == (Observation.objects.count(), IdentityLink.objects.count(), Person.objects.count())
    assert not IdentityMove.objects.exists()


def test_a_link_is_as_old_as_its_earliest_observation_however_late_that_came(company) -> None:
    early = seen(HERS, HER_MAIL, at=NINE - MINUTE)
    feed([seen(HERS, HER_MAIL)])
    feed([early])
    link = IdentityLink.objects.get()
    assert (link.first_at, link.first_observation_id) == (early.at, early.id)


@pytest.mark.parametrize(
    ("identifiers", "strongest"),
    [
        ((OFFICE,), OFFICE),
        ((OFFICE, HER_MAIL), HER_MAIL),
        ((OFFICE, HER_MAIL, HERS), HERS),
        ((HERS, IdentifierKey(IdentifierKind.EXTERNAL_USERID, "wm1"), IdentifierKey(IdentifierKind.UNIONID, "u1")), 2),
        ((OFFICE, email("info@example.com")), OFFICE),
        ((email("info@example.com"),), email("info@example.com")),
    ],
)
def test_the_subject_of_an_act_is_its_strongest_unblocked_identifier(company, identifiers, strongest) -> None:
    observed = seen(*identifiers)
    recognised = observe_many([observed], at=NINE)
    strongest = identifiers[strongest] if isinstance(strongest, int) else strongest
    assert recognised.whose[observed.id].subject_id == identifier(strongest).pk


def test_what_was_said_follows_its_subject_through_merge_and_split(company) -> None:
    her = make_person("Her", keys=[OFFICE, HERS])
    state(her.pk, identifier(OFFICE).pk, title="typed in the office")
    lead = make_lead(person=her, subject=identifier(HERS))

    feed([seen(OFFICE, HIS, at=NINE + MINUTE)])

    assert FieldValue.objects.get(field="title").person == person_of(OFFICE)
    lead.refresh_from_db()
    assert lead.person == person_of(HERS)
    assert IdentityMove.objects.filter(subject_id=identifier(OFFICE).pk).count() == 1


def tell(*observations: Observed) -> Recognised:
    with transaction.atomic():
        return observe_many(observations, at=NINE)


@pytest.mark.django_db(transaction=True)
def test_whoever_waited_for_the_lane_sees_what_the_other_did(company) -> None:
    """A batch that had read its identifiers before it got the lane must not go by what it read."""
    for turn in range(10):
        browser, one, other = cookie(f"b{turn}"), phone(f"+86139222200{turn:02}"), phone(f"+86139333300{turn:02}")
        third = phone(f"+86139444400{turn:02}")
        feed([seen(browser, one)])
        at_once(lambda b=browser, o=other: tell(seen(b, o)), lambda b=browser, t=third: tell(seen(b, t)))
    assert_sound()


@pytest.mark.django_db(transaction=True)
def test_an_act_is_not_booked_to_somebody_who_is_just_being_merged(company) -> None:
    feed([seen(HERS)])
    feed([seen(HIS, at=NINE + MINUTE)])
    survivor, merged, view = person_of(HERS), threading.Event(), seen(HIS, at=NINE + 2 * MINUTE)

    def merge() -> None:
        with transaction.atomic():
            observe_many([seen(HERS, HIS)], at=NINE)
            merged.set()
            wait_until_somebody_waits()

    def look() -> int:
        merged.wait(20)
        return tell(view).whose[view.id].person_id

    assert at_once(merge, look)[1] == survivor.pk


def wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _turn in range(500):
            cursor.execute(
                "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone() is not None:
                return
            threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_what_was_seen_before_needs_nobody_to_wait(company) -> None:
    feed([seen(HERS, HER_MAIL, OFFICE)])
    with transaction.atomic():
        lane.share()  # as a batch that relies on who is who
        again, other = seen(HER_MAIL, HERS, at=NINE + MINUTE), seen(HERS, HIS, at=NINE + MINUTE)

        (told,) = at_once(lambda: tell_at_once(again))
        (waits,) = at_once(lambda: tell_at_once(other))  # after it: whoever waits is waited for

    assert told.whose[again.id].person_id == person_of(HERS).pk
    assert Observation.objects.count() == 2
    assert waits is None


def tell_at_once(*observations: Observed) -> Recognised | None:
    """As :func:`tell`; None if it would have to wait."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            return observe_many(observations, at=NINE)
    except OperationalError:
        return None


def test_a_late_observation_can_change_which_link_came_first(company) -> None:
    crm = [IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in (1, 2)]
    feed([seen(crm[0], HERS), seen(crm[1], HERS, at=NINE + MINUTE)])
    assert person_of(HERS) == person_of(crm[0])

    feed([seen(crm[1], HERS, at=NINE - MINUTE)])

    assert person_of(HERS) == person_of(crm[1])
    assert refused() == [["crm_id:C1", f"phone:{HERS.value}"]]


def test_a_person_grows_no_further_than_the_caps_and_what_is_refused_is_kept_to_look_at(company) -> None:
    browsers = [cookie(f"c{n:02}") for n in range(51)]
    feed([seen(HERS, browser, at=NINE + number * MINUTE) for number, browser in enumerate(browsers)])
    assert person_of(browsers[49]) == person_of(HERS)
    assert person_of(browsers[50]) != person_of(HERS)
    assert (RefusedLink.objects.get().why, RefusedLink.objects.get().kind) == ("too_many", "cookie")

    feed([seen(browsers[0], HIS, at=NINE + 90 * MINUTE)])  # shared: it leaves, and its place stays taken

    assert person_of(browsers[50]) != person_of(HERS)
    assert check().differences == {}
