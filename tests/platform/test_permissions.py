"""Each role tries each page of the platform, and every state change leaves its trace."""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils.translation import override

import wutong
from tests.platform.cast import make_staff, signed_in
from wutong.platform.audit_labels import ACTIONS
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import GRANTS, LABELS, may
from wutong.platform.urls import urlpatterns

pytestmark = pytest.mark.django_db

OPEN = {
    "sign_in",
    "sign_in_code",
    "sign_out",
    "password_forgotten",
    "password_reset",
    "invitation",
    "welcome",
    "preferences",
}
FOR_ALL_COLLEAGUES = {
    "profile",
    "change_password",
    "security",
    "second_factor",
    "second_factor_remove",
    "recovery_codes",
    "session_end",
    "sessions_end",
    "notifications",
    "notifications_read",
    "notification_count",
    "notification_poll",
    "notification_read",
    "notification_toast",
    "live_token",
    "roles",
    "file",
    "view_save",
    "view_change",
}
ARGUMENTS = {
    "uuid": uuid4(),
    "int": 0,
    "str": "x",
    "slug": "people",
    "date": "2026-11-21",
}


def address_of(route: URLPattern) -> str:
    converters = route.pattern.converters
    given = {}
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        given[name] = ARGUMENTS[kind]
    if "on" in given:
        from datetime import date

        given["on"] = date(2026, 11, 21)
    return reverse(f"platform:{route.name}", kwargs=given)


def guarded() -> Iterator[tuple[URLPattern, str]]:
    for route in urlpatterns:
        needs = getattr(_view_of(route), "needs", None)
        if needs:
            yield route, needs


def _view_of(route: URLPattern):
    """The guard, under the decorators that check the method."""
    view = route.callback
    while view is not None and not hasattr(view, "needs"):
        view = getattr(view, "__wrapped__", None)
    return view


def test_each_route_is_open_for_colleagues_or_guarded() -> None:
    named = {route.name for route in urlpatterns}
    assert named == OPEN | FOR_ALL_COLLEAGUES | {route.name for route, _needs in guarded()}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_may_and_nothing_else(company, role: Role) -> None:
    client = signed_in(make_staff(f"A-{role}", role=role))
    for route, needs in guarded():
        address = address_of(route)
        for answer in (client.get(address), client.post(address)):
            if answer.status_code == 405:
                continue
            assert (answer.status_code == 403) == (needs not in GRANTS[role]), (route.name, answer.status_code)


@pytest.mark.parametrize(
    "route", [route for route in urlpatterns if route.name not in OPEN], ids=lambda route: route.name
)
def test_a_stranger_is_asked_to_sign_in(company, route: URLPattern) -> None:
    address, client = address_of(route), Client()
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code in (302, 405)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in/")


def test_a_refused_page_says_which_right_is_missing_and_whom_to_ask(mei: Staff, ada: Staff) -> None:
    page = signed_in(mei).get("/system/staff/")
    assert page.status_code == 403
    text = page.content.decode()
    assert "Manage staff, teams and rights" in text
    assert "Ada" in text


def test_the_rights_of_a_deactivated_colleague_are_none(ada: Staff) -> None:
    ada.is_active = False
    assert not may(ada, "staff.manage")
    assert not may(None, "staff.manage")


def test_each_right_has_a_label_in_both_languages() -> None:
    assert set().union(*GRANTS.values()) == set(LABELS)
    for label in LABELS.values():
        with override("en"):
            english = str(label)
        with override("zh-hans"):
            assert str(label) != english


def test_each_act_of_the_platform_has_words() -> None:
    recorded = set()
    for path in (Path(wutong.__file__).parent / "platform").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                recorded.add(ast.literal_eval(node.args[0]))
    assert recorded
    assert recorded <= set(ACTIONS)
