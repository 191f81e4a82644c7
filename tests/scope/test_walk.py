"""Every address, tried by every role as a colleague of another team: nothing of the team's people shows anywhere."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import (
    LATELY,
    arrive,
    cookie,
    email,
    make_scope,
    make_staff,
    person_of,
    post_form,
    signed_in,
)
from tests.scope.routes import API, LISTS, OBJECTS, WHOLE_COMPANY, WITHOUT_OBJECT
from tests.scope.world import CANARY, MAIL, PHONE, World
from wutong.platform.api_keys import make_key
from wutong.platform.models import ApiRight, BusinessScope, Notification, Role, Staff, Team
from wutong.platform.permissions import GRANTS

pytestmark = pytest.mark.django_db


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route by its name, with its namespace; one without a name by its pattern."""

    def walk(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            else:
                name = pattern.name or str(pattern.pattern)
                yield (f"{namespace}:{name}" if namespace else name), pattern

    return walk(get_resolver().url_patterns, "")


def test_every_route_stands_in_one_of_the_lists() -> None:
    listed = [*OBJECTS, *LISTS, *WHOLE_COMPANY, *API, *WITHOUT_OBJECT]
    assert sorted(name for name, _ in routes()) == sorted(listed)
    assert len(set(listed)) == len(listed)


def addresses(world: World) -> dict[str, str]:
    built = {name: build(world) for name, build in (OBJECTS | WHOLE_COMPANY | API).items()}
    return built | LISTS | WITHOUT_OBJECT


def need(pattern: URLPattern) -> str | None:
    """The right that a view asks for."""
    view = pattern.callback
    while view is not None:
        if hasattr(view, "needs"):
            return view.needs
        view = getattr(view, "__wrapped__", None)
    return None


class Walker:
    """One colleague's browser. What an act changes is undone, so that each starts from the same world."""

    def __init__(self, staff: Staff | None) -> None:
        self.client = signed_in(staff) if staff else Client()
        self.client.raise_request_exception = False
        self.session = self.client.cookies.output(header="").strip()

    def tries(self, method: str, address: str, *, htmx: bool = False) -> tuple[int, str]:
        """The status, and all that came back: headers, cookies, body, what was told to live streams."""
        self.client.cookies = SimpleCookie(self.session)
        told: list[str] = []
        undo = transaction.savepoint()
        with connection.execute_wrapper(partial(_note_told, told)):
            answer = self.client.generic(
                method,
                address,
                data="method=nonsense" if method == "POST" else "",  # a form that is filled in, and badly
                content_type="application/x-www-form-urlencoded",
                headers={"HX-Request": "true"} if htmx else {},
            )
        transaction.savepoint_rollback(undo)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer.status_code, f"{answer.headers}{answer.cookies}{body.decode()}{told}"


def _note_told(told: list[str], ask: Callable[..., Any], statement: str, *given: Any) -> Any:
    """Keep what a statement tells live streams."""
    if "pg_notify" in statement:
        told.append(f"{statement} {given[0]}")
    return ask(statement, *given)


def holds_a_secret(text: str) -> bool:
    return CANARY in text or PHONE in text.replace(" ", "")


def wrong_status(name: str, status: int, *, may: bool) -> bool:
    if status == 405 or name == "readyz":  # which is not ready while no worker runs
        return False
    if name in API:
        return status != 401
    if not may:
        return status != 403
    if name in OBJECTS:
        return status != (204 if name == "platform:notification_toast" else 404)
    return status >= 500


@pytest.mark.timeout(300)  # thousands of requests
@pytest.mark.parametrize("place", ["another team", "another part of the business"])
def test_nothing_of_another_team_shows_anywhere(world: World, south, place: str) -> None:
    is_near = place == "another team"
    built, brand = addresses(world), make_scope("brand")
    leaks, wrong, unknown = [], [], set[tuple[str, str]]()
    # A part of the business is out of sight for every role by one and the same rule: these see most of the others.
    for role in Role.values if is_near else (Role.MANAGER, Role.SDR, Role.ADMIN):
        stranger = make_staff(f"Stranger-{role}", role=role, team=south, data_scope="team" if is_near else "all")
        stranger.scopes.set([] if is_near else [brand])
        walker = Walker(stranger)
        for name, pattern in routes():
            if not is_near and name not in OBJECTS | LISTS:
                continue
            right = need(pattern)
            may = right is None or right in GRANTS[role]
            # Without the right one is turned away before it is read whether a part of the page was asked for.
            tries = [("GET", False), ("POST", False)]
            if is_near and may and name in OBJECTS:
                tries.append(("GET", True))
            for method, htmx in tries:
                if (method, name) in unknown:
                    continue
                status, text = walker.tries(method, built[name], htmx=htmx)
                if status == 405:  # whoever asks
                    unknown.add((method, name))
                if holds_a_secret(text):
                    leaks.append((role, method, name))
                if wrong_status(name, status, may=may):
                    wrong.append((role, method, name, status))
    assert leaks == []
    assert wrong == []


SINGS = (
    "lifecycle:work",
    "lifecycle:move",
    "lifecycle:follow_up",
    "lifecycle:person",
    "lifecycle:timeline",
    "lifecycle:reveal",
    "lifecycle:home",
    "lifecycle:inbox",
    "lifecycle:inbox_rows",
    "lifecycle:people",
    "platform:notifications",
    "platform:notification_toast",
    "sales:opportunities",
    "sales:opportunity",
    "sales:card",
    "sales:activity",
    "sales:new",
    "sales:contracts",
    "sales:contract",
    "sales:accounts",
    "sales:account",
    "sales:account_activity",
    "sales:account_merge",
    "sales:collisions",
    "review:review",
    "privacy:consents",
    "privacy:requests",
    "privacy:request",
    "exchange:imports",
    "exchange:import",
    "content:submissions",
)
"""Where the canary must be heard by those it is for: else the walk proves nothing."""


def test_the_canary_would_be_heard(world: World, mei, ada) -> None:
    walkers, built = [Walker(mei), Walker(world.seller), Walker(ada)], addresses(world)
    silent = [
        name
        for name in SINGS
        if not any(
            holds_a_secret(walker.tries(method, built[name], htmx=True)[1])
            for walker in walkers
            for method in ("GET", "POST")
        )
    ]
    assert silent == []


@pytest.mark.parametrize("query", ["kanarienv", "Kanarien", "kana", "GmbH", "gmbh", "7650", "139 8765", "0001"])
def test_no_search_finds_what_is_out_of_sight(world: World, zhou, mei, query: str) -> None:
    def found(staff: Staff) -> int:
        return signed_in(staff).get("/people/", {"q": query, "reach": "everybody"}).context["found"].total

    assert (found(mei), found(zhou)) == (1, 0)


def test_notices_about_a_lead_go_to_its_team_alone(world: World, zhou, ada) -> None:
    told = Notification.objects.exclude(staff__team=world.site.team)
    assert CANARY not in json.dumps(list(told.values("kind", "params", "url", "group")))
    assert Notification.objects.filter(staff=world.staff).exists()


def test_a_visitor_who_is_not_signed_in_sees_none_of_it(world: World) -> None:
    walker = Walker(None)
    for name, address in addresses(world).items():
        for method in ("GET", "POST"):
            status, text = walker.tries(method, address)
            assert not holds_a_secret(text), name
            assert name in WITHOUT_OBJECT or status in ((401, 405) if name in API else (302, 405)), name


def test_a_key_of_another_team_or_part_of_the_business_opens_none_of_it(world: World, south, ada) -> None:
    """The key of her own team hears the canary at the same addresses: else the walk proves nothing."""

    def heard(team: Team, scope: BusinessScope) -> dict[str, tuple[int, bool]]:
        made = make_key(
            name="CRM",
            rights=list(ApiRight),
            team=team,
            scope=scope,
            per_minute=1_000,
            expires_at=None,
            by=ada,
            at=LATELY,
        )
        client = Client(headers={"Authorization": f"Bearer {made.secret}"})
        answers = {name: client.get(address) for name, address in addresses(world).items() if name in API}
        return {name: (one.status_code, holds_a_secret(one.content.decode())) for name, one in answers.items()}

    nothing = {"api:leads": (200, False), "api:lead": (404, False), "api:person": (404, False)}
    nothing |= {"api:doubts": (200, False), "api:accounts": (200, False), "api:account": (404, False)}
    closed = {"api:events": (405, False), "api:imports": (405, False), "api:import": (404, False)}
    closed |= {"api:consents": (405, False)}
    all_of_it = dict.fromkeys(nothing, (200, True)) | closed
    nothing |= closed
    assert heard(south, world.lead.scope) == nothing
    assert heard(world.lead.team, make_scope("brand")) == nothing
    assert heard(world.lead.team, world.lead.scope) == all_of_it


def test_a_stranger_who_types_her_address_into_a_form_is_told_nothing_of_her(world: World) -> None:
    """He becomes one of the identifiers of her person inside; outside, every door he has answers as to anybody."""
    form = world.site.forms.get()
    arrive(post_form(form, visitor="strangers", answers={"email": MAIL, "name": "Stranger"}))
    assert person_of(cookie("strangers")) == person_of(email(MAIL.lower()))

    walker = Walker(None)
    walker.session = "wt_visitor=strangers"
    for name, address in WITHOUT_OBJECT.items():
        assert not holds_a_secret(walker.tries("GET", address)[1]), name
