"""Questions whose SQL is worked out once: the same answers, other values."""

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Lower

from tests.cast import make_staff
from wutong.platform.models import Staff, Team
from wutong.platform.once_a_page import one_page
from wutong.platform.ready_made import ask_together, ready_made

pytestmark = pytest.mark.django_db


@ready_made
def colleagues(team: int | None, *, besides: list[int], named: str = "") -> QuerySet[Staff]:
    found = Staff.objects.filter(team=team).exclude(pk__among=besides).exclude(full_name=named)
    return found.select_related("team").prefetch_related("scopes").order_by("pk")[:10]


@ready_made
def names(team: int) -> QuerySet[Staff, tuple[str, str]]:
    return Staff.objects.filter(team=team).order_by("full_name").values_list("full_name", Lower("full_name"))


def test_each_asks_with_their_own_values(north: Team) -> None:
    ann, bob = make_staff("Ann", team=north), make_staff("Bob", team=north)
    here = list(Staff.objects.filter(team=north).exclude(pk__in=[ann.pk, bob.pk]).order_by("pk"))

    assert colleagues(north.pk, besides=[ann.pk, bob.pk]) == here
    assert colleagues(north.pk, besides=[]) == sorted([*here, ann, bob], key=lambda one: one.pk)
    assert colleagues(north.pk, besides=[ann.pk], named="Bob") == here
    assert ann not in colleagues(None, besides=[])


def test_rows_are_whole(north: Team, django_assert_num_queries) -> None:
    ann = make_staff("Ann", team=north)
    colleagues(0, besides=[])  # worked out
    with django_assert_num_queries(2):
        (found,) = [one for one in colleagues(north.pk, besides=[]) if one == ann]
        assert found.team == north
        assert list(found.scopes.all()) == []


def test_plain_rows(north: Team) -> None:
    make_staff("Ann", team=north)
    names(0)
    assert ("Ann", "ann") in names(north.pk)


def test_a_value_that_does_not_reach_the_question_is_an_error() -> None:
    @ready_made
    def looked_at(team: int) -> QuerySet[Staff]:
        return Staff.objects.filter(team__in=[team + 1])

    with pytest.raises(TypeError, match="as it was given"):
        looked_at(1)


def test_what_is_asked_together_takes_one_trip_and_is_answered_once(north: Team, django_assert_num_queries) -> None:
    ann = make_staff("100% Ann", team=north)
    expected = colleagues(north.pk, besides=[]), colleagues(None, besides=[ann.pk], named="100% Ann"), names(north.pk)
    with one_page():
        with django_assert_num_queries(1):
            others = colleagues.about(None, besides=[ann.pk], named="100% Ann")
            ask_together(colleagues.about(north.pk, besides=[]), others, names.about(north.pk))
        with django_assert_num_queries(1):  # the scopes, which are looked up afterwards
            answers = (
                colleagues(north.pk, besides=[]),
                colleagues(None, besides=[ann.pk], named="100% Ann"),
                names(north.pk),
            )
        assert answers == expected
        with django_assert_num_queries(1):
            assert names(north.pk) == expected[2]


def test_nothing_is_asked_ahead_of_a_change(north: Team, django_assert_num_queries) -> None:
    names(0)
    with django_assert_num_queries(0):
        ask_together(names.about(north.pk), names.about(0))
    make_staff("Ann", team=north)
    assert ("Ann", "ann") in names(north.pk)
