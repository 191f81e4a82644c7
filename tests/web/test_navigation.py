"""Who sees which entry of the left navigation."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from wutong.web.navigation import ITEMS as ITEMS_OF_ALL
from wutong.web.navigation import Group, NavItem, navigation_for

urlpatterns = [
    path("", lambda _request: None, name="home"),
    path("leads/", lambda _request: None, name="leads"),
    path("leads/pool/", lambda _request: None, name="pool"),
]
ITEMS = (
    NavItem(Group.TODAY, gettext_lazy("Home"), "home", "home"),
    NavItem(Group.PEOPLE, gettext_lazy("Leads"), "users", "leads", count=lambda _staff: "3"),
    NavItem(Group.PEOPLE, gettext_lazy("Pool"), "ripple", "pool", roles=frozenset({"sales"})),
)
MEI = SimpleNamespace(role="sales")
ZHOU = SimpleNamespace(role="marketer")

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def labels(staff: object, at: str = "/") -> list[str]:
    return [str(shown.item.label) for group in navigation_for(staff, path=at, items=ITEMS) for shown in group.items]


def test_an_entry_shows_only_to_its_roles() -> None:
    assert labels(MEI) == ["Home", "Leads", "Pool"]
    assert labels(ZHOU) == ["Home", "Leads"]


def test_a_group_without_an_entry_for_somebody_is_absent() -> None:
    assert len(navigation_for(MEI, path="/", items=ITEMS)) == 2


@pytest.mark.urls("wutong.urls")
def test_every_entry_leads_to_a_page() -> None:
    for item in ITEMS_OF_ALL:
        assert reverse(item.url_name).startswith("/"), item.url_name


def test_the_closest_entry_is_current() -> None:
    shown = [entry for group in navigation_for(MEI, path="/leads/pool/7/", items=ITEMS) for entry in group.items]

    assert [str(entry.item.label) for entry in shown if entry.is_current] == ["Pool"]


def test_the_start_page_is_current_only_on_itself() -> None:
    shown = [entry for group in navigation_for(MEI, path="/leads/", items=ITEMS) for entry in group.items]

    assert [str(entry.item.label) for entry in shown if entry.is_current] == ["Leads"]


def test_a_count_comes_from_the_entry() -> None:
    shown = [entry for group in navigation_for(MEI, path="/", items=ITEMS) for entry in group.items]

    assert [entry.waiting for entry in shown] == [None, "3", None]


def test_somebody_without_a_role_sees_nothing() -> None:
    assert labels(SimpleNamespace()) == []
