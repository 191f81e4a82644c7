"""Questions whose SQL is worked out once: the same answers, other values."""

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Lower

from tests.cast import make_staff
from wutong.platform.models import Staff, Team
from wutong.platform.ready_made import ready_made

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
