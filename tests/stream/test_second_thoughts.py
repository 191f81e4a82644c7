"""What came back from the edge of things: parked arrivals that return, ids that return, clocks that are wrong."""

from datetime import timedelta

import pytest

from tests.cast import LATELY, hit, make_form, make_site, make_staff, post_form
from wutong.events.arrivals import pack
from wutong.events.models import Event
from wutong.lifecycle.models import Clock, Lead, StageVisit
from wutong.people.models import Consent, Identifier, Person
from wutong.platform.models import BusinessScope, DropCount, InboxBlock, Notification, ParkedItem
from wutong.platform.parked_items import retry_item
from wutong.stream.parking import park
from wutong.stream.pipeline import work

pytestmark = pytest.mark.django_db


def test_a_parked_arrival_that_is_put_back_is_worked_through(transactional_db, mei, north) -> None:
    from wutong.stream.processor import drain

    arrival = hit(site=make_site(team=north), visitor="v" * 26)
    parked = park(pack([arrival]), lane="collector", received_at=LATELY, error=ValueError("x"), attempts=3, at=LATELY)

    retry_item(item_id=parked.pk, by=mei, at=LATELY)
    drain("test:1")

    assert Event.objects.filter(pk=arrival.id).exists()
    assert not ParkedItem.objects.exists()
    assert not InboxBlock.objects.exists()


def test_a_form_under_an_id_that_was_used_links_nobody(north) -> None:
    form = make_form(site=make_site(team=north))
    first = hit(site=form.site, visitor="v" * 26)
    work([first], at=LATELY)
    people = Person.objects.count()

    batch = work([post_form(form, id=first.id, visitor="v" * 26)], at=LATELY)

    assert batch.drops["id_reused"] == 1
    assert Person.objects.count() == people
    assert not Identifier.objects.filter(kind__in=["email", "phone"]).exists()
    assert not DropCount.objects.exists()  # the worker counts, not the pipeline


def test_a_lead_begins_when_its_form_arrived_not_when_the_visitors_clock_says(north) -> None:
    form = make_form(site=make_site(team=north))
    work([post_form(form, at=LATELY - timedelta(hours=2), received_at=LATELY)], at=LATELY)
    assert Lead.objects.get().created_at == LATELY
    assert Clock.objects.get().started_at == LATELY


def test_a_box_that_was_not_ticked_is_no_refusal(north) -> None:
    work([post_form(make_form(site=make_site(team=north)), consent_given=False)], at=LATELY)
    assert not Consent.objects.exists()
    assert Lead.objects.exists()


def test_only_those_who_may_see_a_lead_are_told_of_it(mei, lin, north) -> None:
    other = BusinessScope.objects.create(code="other", name="Other brand", kind="brand")
    lin.scopes.add(other)
    work([post_form(make_form(site=make_site(team=north)))], at=LATELY)
    assert set(Notification.objects.values_list("staff__email", flat=True)) == {mei.email}


def test_the_campaign_by_which_somebody_came_stays_with_the_lead(north) -> None:
    form = make_form(site=make_site(team=north))
    url = "https://www.example.com/?utm_medium=cpc&utm_campaign=autumn"
    arrivals = [hit(site=form.site, visitor="v" * 26, url=url), post_form(form, visitor="v" * 26)]
    work(arrivals, at=LATELY)
    assert (Lead.objects.get().channel, Lead.objects.get().campaign) == ("paid_search", "autumn")


def test_our_own_people_open_no_leads(north) -> None:
    form = make_form(site=make_site(team=north))
    work([hit(site=form.site, visitor="v" * 26)], at=LATELY)
    Person.objects.update(is_own=True)
    work([post_form(form, visitor="v" * 26)], at=LATELY)
    assert not Lead.objects.exists()


def test_an_administrator_hears_when_the_team_has_nobody(north) -> None:
    admin = make_staff("Ada", role="admin", data_scope="all", team=None)
    work([post_form(make_form(site=make_site(team=north)))], at=LATELY)
    assert list(Notification.objects.values_list("staff", flat=True)) == [admin.pk]


def test_where_somebody_came_from_is_kept_when_they_agree_a_moment_later(north) -> None:
    form = make_form(site=make_site(team=north))
    landing = "https://www.example.com/?utm_medium=cpc&utm_campaign=autumn"
    nobodys = hit(site=form.site, url=landing)
    agreed = hit("consent_given", site=form.site, visitor="v" * 26, url=landing, props={"version": "1"})
    work([nobodys], at=LATELY)
    work([agreed], at=LATELY)
    work([post_form(form, visitor="v" * 26)], at=LATELY)
    assert (Lead.objects.get().channel, Lead.objects.get().campaign) == ("paid_search", "autumn")
    assert StageVisit.objects.get(machine="reach", stage="visitor").channel == "paid_search"
