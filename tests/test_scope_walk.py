"""Every address, tried by every role as a colleague of another team: nothing of the team's people shows anywhere.

Whoever adds a route adds it here: to :data:`OBJECTS` with the way to an object of a team, else to one of the lists of
routes that have none. A route in no list fails the test.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.cast import (
    LATELY,
    arrive,
    cookie,
    email,
    hit,
    make_form,
    make_scope,
    make_site,
    make_staff,
    person_of,
    phone,
    post_form,
    signed_in,
    wait_for_leases,
)
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.content.models import Form, QuarantinedSubmission
from wutong.events.models import Site
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import AssignmentRule, Contract, FollowUp, Lead
from wutong.lifecycle.person_facts import REVEAL
from wutong.lifecycle.views.work_area import UNDO
from wutong.people.models import Identifier, Person
from wutong.platform.api_keys import make_key
from wutong.platform.models import ApiRight, BusinessScope, Notification, ParkedItem, Role, Staff, Team
from wutong.platform.permissions import GRANTS
from wutong.platform.secrets import sign
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.opportunities import close_opportunity
from wutong.scoring.definition import as_json
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED
from wutong.stream.processor import TRIES, drain

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"
ITS_BEGINNING = "kanarienv"  # a search may repeat what was searched for, but not complete it
PHONE, MAIL = "13987650001", f"{CANARY}@example.com"


@dataclass(frozen=True)
class World:
    """A team's lead with all that can be known about it, and its colleague's notice."""

    lead: Lead
    person: Person
    reveal_token: str
    undo_token: str
    notice: Notification
    staff: Staff
    site: Site
    form: Form
    held: QuarantinedSubmission
    deal: Opportunity
    contract: Contract
    seller: Staff


def draft() -> uuid.UUID:
    """A draft of a scoring model by which everybody's grade would change, so that its preview has examples to show."""
    definition = as_json(SHIPPED) | {"fit_from": [99, 98, 97], "behaviour_from": [9, 8, 7]}
    given = {"version": 2, "definition": definition, "created_at": LATELY}
    return ScoreModel.objects.get_or_create(product_line="", state="draft", defaults=given)[0].public_id


def assignment_rule() -> uuid.UUID:
    """A rule that takes every lead."""
    given = {"own_name": "All", "target": "round_robin"}
    return AssignmentRule.objects.get_or_create(position=1, defaults=given)[0].public_id


OBJECTS: dict[str, Callable[[World], str]] = {
    "lifecycle:work": lambda world: reverse("lifecycle:work", args=[world.lead.public_id]),
    "lifecycle:follow_up": lambda world: reverse("lifecycle:follow_up", args=[world.lead.public_id]),
    **{
        f"lifecycle:{act}": lambda world, act=act: reverse(f"lifecycle:{act}", args=[world.lead.public_id])
        for act in (
            "move",
            "assign",
            "bant",
            "contact_status",
            "next_step",
            "hand_over",
            "accept",
            "give_back",
            "qualify",
        )
    },
    "sales:open": lambda world: reverse("sales:open", args=[world.lead.public_id]),
    "lifecycle:undo": lambda world: reverse("lifecycle:undo", args=[world.lead.public_id, world.undo_token]),
    "lifecycle:person": lambda world: reverse("lifecycle:person", args=[world.person.public_id]),
    "lifecycle:compose": lambda world: reverse("lifecycle:compose", args=[world.person.public_id]),
    "lifecycle:person_own": lambda world: reverse("lifecycle:person_own", args=[world.person.public_id]),
    "lifecycle:timeline": lambda world: reverse("lifecycle:timeline", args=[world.person.public_id]),
    "lifecycle:reveal": lambda world: reverse("lifecycle:reveal", args=[world.person.public_id, world.reveal_token]),
    "sales:opportunity": lambda world: reverse("sales:opportunity", args=[world.deal.public_id]),
    "sales:card": lambda world: reverse("sales:card", args=[world.deal.public_id]),
    "sales:move_card": lambda world: reverse("sales:move_card", args=[world.deal.public_id]),
    "sales:activity": lambda world: reverse("sales:activity", args=[world.deal.public_id]),
    "sales:change": lambda world: reverse("sales:change", args=[world.deal.public_id]),
    "sales:move": lambda world: reverse("sales:move", args=[world.deal.public_id]),
    "sales:close": lambda world: reverse("sales:close", args=[world.deal.public_id]),
    "sales:candidates": lambda world: reverse("sales:candidates", args=[world.deal.public_id]),
    "sales:name_part": lambda world: reverse("sales:name_part", args=[world.deal.public_id]),
    "sales:remove_part": lambda world: reverse("sales:remove_part", args=[world.deal.public_id]),
    "sales:feed": lambda world: reverse("sales:feed", args=[world.deal.public_id]),
    "sales:contract": lambda world: reverse("sales:contract", args=[world.contract.public_id]),
    "sales:contract_move": lambda world: reverse("sales:contract_move", args=[world.contract.public_id]),
    "sales:contract_renew": lambda world: reverse("sales:contract_renew", args=[world.contract.public_id]),
    "sales:contract_hand": lambda world: reverse("sales:contract_hand", args=[world.contract.public_id]),
    "sales:account": lambda world: reverse("sales:account", args=[world.deal.account.public_id]),
    "sales:account_activity": lambda world: reverse("sales:account_activity", args=[world.deal.account.public_id]),
    "sales:account_change": lambda world: reverse("sales:account_change", args=[world.deal.account.public_id]),
    "sales:account_confirm": lambda world: reverse("sales:account_confirm", args=[world.deal.account.public_id]),
    "platform:notification_read": lambda world: reverse("platform:notification_read", args=[world.notice.pk]),
    "platform:notification_toast": lambda world: reverse("platform:notification_toast", args=[world.notice.pk]),
    "content:form_edit": lambda world: reverse("content:form_edit", args=[world.form.key]),
    "content:question_add": lambda world: reverse("content:question_add", args=[world.form.key]),
    "content:question": lambda world: reverse("content:question", args=[world.form.key, "name"]),
    "content:question_move": lambda world: reverse("content:question_move", args=[world.form.key, "name"]),
    "content:question_remove": lambda world: reverse("content:question_remove", args=[world.form.key, "name"]),
    "content:form_texts": lambda world: reverse("content:form_texts", args=[world.form.key]),
    "content:form_preview": lambda world: reverse("content:form_preview", args=[world.form.key]),
    "content:form_publish": lambda world: reverse("content:form_publish", args=[world.form.key]),
    "content:form_switch": lambda world: reverse("content:form_switch", args=[world.form.key]),
    "content:form_duplicate": lambda world: reverse("content:form_duplicate", args=[world.form.key]),
    "content:form_discard": lambda world: reverse("content:form_discard", args=[world.form.key]),
    "content:form_share": lambda world: reverse("content:form_share", args=[world.form.key]),
    "content:submissions": lambda world: reverse("content:submissions", args=[world.form.key]),
    "content:submissions_export": lambda world: reverse("content:submissions_export", args=[world.form.key]),
    "content:submission_release": lambda world: reverse(
        "content:submission_release", args=[world.form.key, world.held.pk]
    ),
}
"""Routes to an object of a team: out of scope they answer 404; the toast, asked for by a script, shows nothing."""

LISTS: dict[str, str] = {
    "lifecycle:home": "/?period=30d",
    "lifecycle:inbox": "/inbox/?view=all",
    "lifecycle:inbox_rows": "/inbox/rows/?view=all",
    "lifecycle:inbox_news": "/inbox/news/?view=all",
    "lifecycle:trial": "/settings/routing/trial/",
    "lifecycle:people": f"/people/?q={ITS_BEGINNING}&reach=everybody",
    "sales:opportunities": f"/opportunities/?q={ITS_BEGINNING}&stage=all",
    "sales:new": "/opportunities/new/",
    "sales:contracts": f"/contracts/?q={ITS_BEGINNING}&stage=all",
    "sales:accounts": f"/accounts/?q={ITS_BEGINNING}",
    "lifecycle:own": "/settings/own/",
    "platform:notifications": "/notifications/",
    "platform:notifications_read": "/notifications/read/",
    "platform:notification_count": "/notifications/count/",
    "platform:notification_poll": "/notifications/poll/?after=0",
    "platform:audit": "/system/audit/",
    "platform:audit_export": "/system/audit/export/",
    "platform:jobs": "/system/jobs/",
    "platform:health": "/system/health/",
    # What the analyst answers is cut to the reader's sight in tests/analytics; here it is not started.
    "analytics:leads": "/insight/leads/?period=30d&whole=1",
    "analytics:leads_panel": "/insight/leads/funnel/?period=30d&by=owner",
    "analytics:leads_behind": "/insight/leads/behind/?period=30d&step=1",
    "analytics:leads_export": "/insight/leads/export/",
    "analytics:funnel": "/insight/funnel/",
    "analytics:funnel_figures": "/insight/funnel/figures/?method=nonsense",
    "analytics:funnel_people": "/insight/funnel/people/?method=nonsense",
    "analytics:funnel_export": "/insight/funnel/export/",
    "content:forms": "/forms/",
}
"""Routes that show many objects: those of another team are not among them."""

WHOLE_COMPANY: dict[str, Callable[[World], str]] = {
    "platform:colleague": lambda world: reverse("platform:colleague", args=[world.staff.public_id]),
    "platform:staff_invite_again": lambda world: reverse("platform:staff_invite_again", args=[world.staff.public_id]),
    "platform:staff_password_link": lambda world: reverse("platform:staff_password_link", args=[world.staff.public_id]),
    "platform:staff_deactivate": lambda world: reverse("platform:staff_deactivate", args=[world.staff.public_id]),
    "platform:staff_reactivate": lambda world: reverse("platform:staff_reactivate", args=[world.staff.public_id]),
    "platform:team": lambda world: reverse("platform:team", args=[world.site.team.public_id]),
    "platform:api_key_revoke": lambda _world: f"/settings/api-keys/{uuid.uuid4()}/revoke/",
    "lifecycle:product_line": lambda _world: "/settings/product-lines/nonsense/",
    **{
        f"lifecycle:product_line_{act}": (lambda _world, act=act: f"/settings/product-lines/nonsense/{act}/")
        for act in ("move", "retire", "restore")
    },
    "lifecycle:own_remove": lambda _world: f"/settings/own/{uuid.uuid4()}/remove/",
    "platform:calendar_day_drop": lambda _world: "/system/hours/days/2026-10-01/drop/",
    "platform:job_retry": lambda _world: "/system/jobs/1/retry/",
    "platform:job_cancel": lambda _world: "/system/jobs/1/cancel/",
    "platform:parked_retry": lambda _world: "/system/jobs/parked/1/retry/",
    "platform:parked_discard": lambda _world: "/system/jobs/parked/1/discard/",
    "platform:file": lambda _world: f"/files/{uuid.uuid4()}/",
    **{
        f"scoring:{name}": (lambda _world, name=name, rest=rest: reverse(f"scoring:{name}", args=[draft(), *rest]))
        for name, rest in {
            "version": (),
            "bounds": (),
            "fit_rule_new": (),
            "fit_rule": ("competitor",),
            "act_rule_new": (),
            "act_rule": ("pricing",),
            "rule_drop": ("pricing",),
            "publish": (),
            "discard": (),
            "roll_back": (),
        }.items()
    },
    **{
        f"lifecycle:{name}": (lambda _world, name=name: reverse(f"lifecycle:{name}", args=[assignment_rule()]))
        for name in ("rule", "rule_move", "rule_switch", "rule_drop")
    },
    "lifecycle:duty_of": lambda world: reverse("lifecycle:duty_of", args=[world.staff.public_id]),
    "lifecycle:scoring_preview": lambda _world: reverse("lifecycle:scoring_preview", args=[draft()]),
    "lifecycle:status": lambda _world: "/settings/contact-statuses/none/",
    "content:site": lambda world: reverse("content:site", args=[world.site.key]),
    "content:server_key": lambda world: reverse("content:server_key", args=[world.site.key]),
    "content:arriving": lambda world: reverse("content:arriving", args=[world.site.key]),
}
"""Routes to what belongs to the company: a right of the role opens them, for every team alike."""

API: dict[str, Callable[[World], str]] = {
    "api:leads": lambda _world: reverse("api:leads"),
    "api:lead": lambda world: reverse("api:lead", args=[world.lead.public_id]),
    "api:person": lambda world: reverse("api:person", args=[world.person.public_id]),
    "api:events": lambda _world: reverse("api:events"),
}
"""Routes of other systems: they take a key, and no colleague's session opens them."""

WITHOUT_OBJECT: dict[str, str] = {
    "healthz": "/healthz",
    "readyz": "/readyz",
    "metrics": "/metrics",
    "web:components": "/_components",
    "platform:sign_in": "/sign-in/",
    "platform:sign_out": "/sign-out/",
    "platform:password_forgotten": "/password/forgotten/",
    "platform:password_reset": "/password/reset/x/y/",
    "platform:invitation": "/invitation/x/",
    "platform:welcome": "/welcome/x/",
    "lifecycle:routing": "/settings/routing/",
    "lifecycle:time_limits": "/settings/routing/time-limits/",
    "lifecycle:rule_new": "/settings/routing/rules/new/",
    "lifecycle:duty": "/me/duty/",
    "lifecycle:assign_leads": "/leads/assign/",
    "scoring:models": "/settings/scoring/",
    "scoring:draft_open": "/settings/scoring/draft/",
    "platform:profile": "/me/",
    "platform:change_password": "/me/password/",
    "platform:preferences": "/me/preferences/",
    "platform:live_token": "/live/token/",
    "platform:staff": "/system/staff/",
    "platform:staff_invite": "/system/staff/invite/",
    "platform:teams": "/system/teams/",
    "platform:roles": "/system/roles/",
    "platform:organisation": "/system/organisation/",
    "sandbox:end": "/system/demo/end/",
    "lifecycle:own_link": "/settings/own/link/",
    "lifecycle:product_lines": "/settings/product-lines/",
    "lifecycle:step_skip": "/first-steps/team/skip/",
    "platform:hours": "/system/hours/",
    "platform:calendar_day_add": "/system/hours/days/",
    "platform:mail": "/system/mail/",
    "platform:mail_test": "/system/mail/test/",
    "platform:api_keys": "/settings/api-keys/",
    "api:docs": "/api/docs",
    "api:openapi": "/api/openapi.json",
    "api:nowhere": "/api/nowhere",
    "platform:api_key_new": "/settings/api-keys/new/",
    "lifecycle:statuses": "/settings/contact-statuses/",
    "content:sites": "/settings/sites/",
    "content:site_new": "/settings/sites/new/",
    "content:form_new": "/forms/new/",
}
"""Routes that show settings, forms and oneself."""


@pytest.fixture
def world(mei, lin, north, quiet_log) -> World:
    """Mei's team knows somebody through every door there is, and every text about them holds the canary."""
    form = make_form(site=make_site(team=north), name=CANARY, fields=[{"name": "name", "label": CANARY}])
    view = hit(
        site=form.site,
        visitor="c1",
        url=f"https://www.example.com/{CANARY}?utm_medium=email&utm_campaign={CANARY}",
        props={"title": CANARY, "path": f"/{CANARY}"},
    )
    arrive(view, hit("link_clicked", site=form.site, visitor="c1", props={"href": f"https://x.cn/{CANARY}"}))
    said = {"name": CANARY, "company": f"{CANARY} GmbH", "title": CANARY, "phone": PHONE, "email": MAIL, "note": CANARY}
    arrive(post_form(form, visitor="c1", answers=said), post_form(form, answers=said, suspicions=["links"]))
    lead = Lead.objects.get()
    record_follow_up(
        lead=lead,
        by=mei,
        at=LATELY,
        kind=FollowUp.Kind.CALL,
        outcome=FollowUp.Outcome.REACHED,
        note=CANARY,
        next_step=CANARY,
    )
    # An arrival that fails is told to administrators; what it holds is not.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event ADD CONSTRAINT poison CHECK (url NOT LIKE '%/poison/%')")
    arrive(post_form(form, answers=said, url=f"https://www.example.com/poison/{CANARY}"))
    for _try in range(TRIES):
        wait_for_leases()
        drain("test:0")
    assert ParkedItem.objects.exists()

    person = person_of(phone(f"+86{PHONE}"))
    lead = Lead.objects.get()
    seller = make_staff("Seller", role="sales", team=north, data_scope="team")
    sold = deal_of(seller, lead=sql_of(seller, person=person), account=lead.account, name=f"{CANARY} sold")
    contract = close_opportunity(
        opportunity=sold, to=OpportunityStage.WON, by=seller, at=LATER, reason="product", competitor=CANARY
    )
    deal = deal_of(seller, lead=sql_of(seller, person=person), account=lead.account, name=CANARY, next_step=CANARY)
    sql_of(seller, person=person)
    identifier = Identifier.objects.get(kind="phone")
    return World(
        lead=lead,
        person=person,
        reveal_token=sign(REVEAL, identifier.pk, at=timezone.now()),
        undo_token=sign(UNDO, [lead.pk, 1, "first", CANARY, None], at=timezone.now()),
        notice=Notification.objects.filter(staff=mei).latest("pk"),
        staff=mei,
        site=form.site,
        form=form,
        held=QuarantinedSubmission.objects.get(),
        deal=deal,
        contract=contract,
        seller=seller,
    )


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
        reset_queries()  # the log holds nine thousand, and the walk is long
        undo = transaction.savepoint()
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.generic(
                method,
                address,
                data="method=nonsense" if method == "POST" else "",  # a form that is filled in, and badly
                content_type="application/x-www-form-urlencoded",
                headers={"HX-Request": "true"} if htmx else {},
            )
        transaction.savepoint_rollback(undo)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        live = [query["sql"] for query in queries if "pg_notify" in query["sql"]]
        return answer.status_code, f"{answer.headers}{answer.cookies}{body.decode()}{live}"


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


@pytest.mark.parametrize("place", ["another team", "another part of the business"])
def test_nothing_of_another_team_shows_anywhere(world: World, south, place: str) -> None:
    is_near = place == "another team"
    built, brand = addresses(world), make_scope("brand")
    leaks, wrong = [], []
    for role in Role.values:
        stranger = make_staff(f"Stranger-{role}", role=role, team=south, data_scope="team" if is_near else "all")
        stranger.scopes.set([] if is_near else [brand])
        walker = Walker(stranger)
        for name, pattern in routes():
            if not is_near and name not in OBJECTS | LISTS:
                continue
            right = need(pattern)
            for method, htmx in [("GET", False), ("POST", False)] + [("GET", True)] * (is_near and name in OBJECTS):
                status, text = walker.tries(method, built[name], htmx=htmx)
                if holds_a_secret(text):
                    leaks.append((role, method, name))
                if wrong_status(name, status, may=right is None or right in GRANTS[role]):
                    wrong.append((role, method, name, status))
    assert leaks == []
    assert wrong == []


def test_the_canary_would_be_heard(world: World, mei) -> None:
    """The same addresses, tried by whom they are for: else the walk proves nothing."""
    walkers = [Walker(mei), Walker(world.seller)]
    heard = {
        name
        for name, address in addresses(world).items()
        for walker in walkers
        if any(holds_a_secret(walker.tries(method, address, htmx=True)[1]) for method in ("GET", "POST"))
    }
    assert heard >= {
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
    }


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
    nothing |= {"api:events": (405, False)}
    all_of_it = nothing | {"api:leads": (200, True), "api:lead": (200, True), "api:person": (200, True)}
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
