"""Whatever is seen and decided, in whatever order: the running projection equals a full rebuild."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, cookie, email, person_of, phone, seen
from wutong.people.blocking import block_value, unblock_value
from wutong.people.decisions import merge_people, tell_apart, unmerge, withdraw
from wutong.people.graph import KindRule, rules
from wutong.people.identity import IdentifierKey, observe_many
from wutong.people.models import BlockedValue, Identifier, IdentifierKind, IdentityDecision, IdentityRules
from wutong.people.rebuild import check, rebuild
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

pytestmark = pytest.mark.django_db

KEYS = [
    *(IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in range(2)),
    *(IdentifierKey(IdentifierKind.OPENID, f"o{n}", "app") for n in range(2)),
    *(phone(f"+861391111000{n}") for n in range(5)),
    *(email(f"p{n}@example.com") for n in range(3)),
    *(cookie(f"c{n}") for n in range(5)),
]
some_keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True)
acts = st.one_of(
    st.tuples(st.just("seen"), st.lists(st.tuples(some_keys, st.integers(-50, 50)), min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["merge", "apart", "take out", "block"]), st.permutations(KEYS)),
    st.tuples(st.sampled_from(["withdraw", "unblock"]), st.just(None)),
)


@pytest.fixture
def narrow(company) -> Iterator[None]:
    """Limits so narrow that they are met."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(rules.KINDS, "phone", KindRule(rank=3, most=2))
        patch.setitem(rules.KINDS, "cookie", KindRule(rank=6, most=2, is_weak=True))
        IdentityRules.objects.update_or_create(defaults={"largest": 6})
        yield


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=st.lists(acts, max_size=12))
def test_the_running_projection_equals_a_full_rebuild_after_any_acts(narrow, mei: Staff, life) -> None:
    with taken_back():
        for number, (act, about) in enumerate(life):
            with suppress(Refusal):
                live(act, about, number=number, by=mei)

        assert check().differences == {}

        before = everybody()
        assert rebuild(at=NINE).moved == 0
        assert everybody() == before


def live(act: str, about, *, number: int, by: Staff) -> None:
    at = NINE + timedelta(hours=number)
    match act:
        case "seen":
            observations = [
                seen(*keys, at=NINE + timedelta(minutes=minutes), id=UUID(int=number * 100 + place))
                for place, (keys, minutes) in enumerate(about)
            ]
            with transaction.atomic():
                observe_many(observations, at=at)
        case "merge" | "apart" | "take out":
            known = [key for key in about if key in everybody()]
            if act == "take out" and known:
                person = person_of(known[0])
                mine = list(person.identifiers.order_by("pk").values_list("pk", flat=True))
                unmerge(person=person, identifiers=mine[: len(mine) // 2], by=by, at=at)
            elif len(known) > 1:
                decide = merge_people if act == "merge" else tell_apart
                decide(one=person_of(known[0]), other=person_of(known[1]), by=by, at=at)
        case "withdraw":
            for standing in IdentityDecision.objects.filter(withdrawn_at=None).order_by("at", "pk")[:1]:
                withdraw(act=standing.act, by=by, at=at)
        case "block":
            block_value(key=about[0], by=by, at=at)
        case "unblock":
            for listed in BlockedValue.objects.order_by("pk")[:1]:
                unblock_value(listed=listed, by=by, at=at)


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that is rolled back, in which use cases may open durable ones as within a test."""
    outer = transaction.atomic()
    outer._from_testcase = True
    with outer:
        yield
        transaction.set_rollback(True)


def everybody() -> dict[IdentifierKey, int]:
    rows = Identifier.objects.values_list("kind", "value", "scope", "person")
    return {IdentifierKey(IdentifierKind(kind), value, scope): person for kind, value, scope, person in rows}
