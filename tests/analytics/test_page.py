import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import make_lead, make_staff, signed_in
from tests.events.lake.hands import export_all, put_event, put_person
from wutong.events.lake.store import Place
from wutong.people.models import Identifier, Person
from wutong.platform.models import AuditEntry, Role, Staff

NOW = datetime.now(UTC)
HOUR_AGO = NOW - timedelta(hours=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def max_(place: Place, company: Any) -> Staff:
    """A manager who sees everything."""
    return make_staff("Max", role=Role.MANAGER, data_scope="all")


@pytest.fixture
def page(max_: Staff) -> Client:
    return signed_in(max_)


def visited(name: str, *, channel: str = "search", steps: int = 1, at: datetime = HOUR_AGO) -> Identifier:
    """Somebody who came an hour ago and went so many steps."""
    subject = put_person(name)
    put_event("page_viewed", at=at, subject=subject, channel=channel)
    for number, event in enumerate(["form_submitted", "first_contact"][: steps - 1], start=1):
        put_event(event, at=at + timedelta(minutes=number), subject=subject)
    return subject


def test_the_page_comes_at_once_and_asks_for_its_figures(page: Client) -> None:
    shown = page.get(reverse("analytics:funnel"), {"channel": "search"})

    assert shown.status_code == 200
    assert f'hx-get="{reverse("analytics:funnel_figures")}?channel=search"' in shown.text


def test_the_answer_says_in_words_and_figures_how_far_visitors_got(place: Place, page: Client, analyst: None) -> None:
    visited("a", steps=3)
    visited("b", steps=2)
    visited("c", channel="direct")
    export_all(place)

    shown = page.get(reverse("analytics:funnel_figures"), headers=HTMX).text

    assert "Of 3 new visitors, 2 submitted a form (66.7%). Of those, 1 had a first contact (50.0%)." in shown
    assert "2/3" in _plain(shown)
    assert "95%" in shown
    assert "<html" not in shown


def test_without_a_script_the_same_figures_come_in_a_page(place: Place, page: Client, analyst: None) -> None:
    visited("a")
    export_all(place)

    shown = page.get(reverse("analytics:funnel_figures")).text

    assert "<html" in shown
    assert "Of 1 new visitor" in shown


def test_every_figure_opens_as_many_people_as_it_says(place: Place, page: Client, analyst: None) -> None:
    visited("a", steps=3)
    visited("b", steps=2, channel="direct")
    visited("c", channel="direct")
    export_all(place)
    shown = page.get(reverse("analytics:funnel_figures"), headers=HTMX).text
    figures = re.findall(r'<a[^>]*href="([^"]*/people/[^"]*)"[^>]*>([0-9,]+)</a>', shown)

    behind = [page.get(href.replace("&amp;", "&")).context["found"].total for href, _ in figures]

    assert len(figures) == 11  # three bars, and all steps of two channels and their sum but direct's empty last
    assert behind == [int(told) for _, told in figures]


def test_people_out_of_sight_are_counted_and_not_named(place: Place, page: Client, north: Any, analyst: None) -> None:
    lead = make_lead(team=north)
    subject = lead.person.identifiers.get()
    put_event("page_viewed", at=HOUR_AGO, subject=subject, channel="search")
    stranger = visited("canary")
    stranger.person.full_name = "Canary Stranger"
    stranger.person.save()
    export_all(place)
    nina = make_staff("Nina", role=Role.MANAGER, team=north, data_scope="team")

    shown = signed_in(nina).get(reverse("analytics:funnel_people"), {"step": 1})

    assert lead.person.full_name in shown.text
    assert "Canary Stranger" not in shown.text
    assert "The figure is 2. 1 of them lies outside what you may see." in shown.text


def test_own_people_are_counted_only_when_asked_for(place: Place, page: Client, analyst: None) -> None:
    visited("a")
    own = put_person("own")
    put_event("page_viewed", at=HOUR_AGO, subject=own)
    Person.objects.filter(pk=own.person_id).update(is_own=True)
    export_all(place)
    address = reverse("analytics:funnel_figures")

    assert "Of 1 new visitor," in page.get(address, headers=HTMX).text
    assert "Of 2 new visitors," in page.get(address, {"own": "on"}, headers=HTMX).text


def test_the_address_filters_by_channel_and_method(place: Place, page: Client, analyst: None) -> None:
    visited("a", channel="search")
    visited("b", channel="direct")
    export_all(place)
    address = reverse("analytics:funnel_figures")

    assert "Of 1 new visitor," in page.get(address, {"channel": "direct"}, headers=HTMX).text
    assert "In this period 2 people visited" in page.get(address, {"method": "period"}, headers=HTMX).text


def test_a_period_without_visitors_says_so(place: Place, page: Client, analyst: None) -> None:
    visited("a")
    export_all(place)

    shown = page.get(
        reverse("analytics:funnel_figures"), {"period": "own", "first": "2020-01-01", "last": "2020-01-31"}
    )

    assert "Nobody came in this period" in shown.text


def test_a_failing_panel_says_why_and_how_to_try_again(page: Client, analyst: None) -> None:
    shown = page.get(reverse("analytics:funnel_figures"), headers=HTMX)

    assert shown.status_code == 200  # so that the panel takes the place of the waiting one
    assert "Nothing has reached the reports yet." in shown.text
    assert f'href="{reverse("analytics:funnel")}?"' in shown.text


def test_a_period_that_ends_before_it_begins_is_refused_in_place(page: Client) -> None:
    shown = page.get(reverse("analytics:funnel"), {"period": "own", "first": "2026-11-02", "last": "2026-11-01"})

    assert shown.status_code == 422
    assert "The last day lies before the first." in shown.text


def test_the_file_is_for_spreadsheets_and_leaves_a_trace(place: Place, page: Client, analyst: None) -> None:
    visited("a", steps=2, channel="=1+1")
    export_all(place)

    file = page.post(reverse("analytics:funnel_export"), {"period": "30d"})

    assert file.content.startswith("\ufeffChannel,Step,People".encode())
    assert "'=1+1,Submitted a form,1,1,1.000000" in file.content.decode("utf-8-sig")
    assert AuditEntry.objects.get(action="analytics.funnel_exported").detail["rows"] == 6


@pytest.mark.parametrize("name", ["funnel", "funnel_figures", "funnel_people"])
def test_an_sdr_is_told_whom_to_ask(page: Client, ada: Staff, name: str) -> None:
    shown = signed_in(make_staff("Lin", role=Role.SDR)).get(reverse(f"analytics:{name}"), {"step": 1})

    assert shown.status_code == 403
    assert "Ada" in shown.text


def test_who_may_not_see_people_gets_figures_without_links(place: Place, page: Client, analyst: None) -> None:
    visited("a")
    export_all(place)
    writer = signed_in(make_staff("Wei", role=Role.CONTENT, data_scope="all"))

    shown = writer.get(reverse("analytics:funnel_figures"), headers=HTMX).text

    assert "Of 1 new visitor," in shown
    assert reverse("analytics:funnel_people") not in shown


def test_freshness_is_now_unless_something_waits_for_its_export(place: Place, page: Client, analyst: None) -> None:
    visited("a")
    export_all(place)
    address = reverse("analytics:funnel_figures")
    complete = page.get(address, headers=HTMX).context["report"].complete_until
    assert complete >= NOW

    put_event("page_viewed", at=HOUR_AGO, subject=put_person("b"), received_at=HOUR_AGO)

    assert page.get(address, headers=HTMX).context["report"].complete_until == HOUR_AGO


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)
