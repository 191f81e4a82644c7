"""The demo company."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from wutong.content.models import FormSubmission
from wutong.lifecycle.models import FollowUp, Lead
from wutong.people.models import Person
from wutong.platform.models import Notification, Organisation, Role, Staff
from wutong.sandbox.demo import CompanyIsReal, ensure_demo

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_the_demo_is_small_alive_and_quickly_made() -> None:
    began = process_time()
    ensure_demo(at=NOW)
    took = process_time() - began

    assert 40 <= Person.objects.current().count() <= 90
    assert 28 <= Lead.objects.count() <= 32
    assert FormSubmission.objects.count() >= Lead.objects.count()
    assert FollowUp.objects.count() >= 27
    assert took < 5  # seconds of our own work; PostgreSQL's share is about as much again


def test_every_role_can_sign_in_with_the_password_told() -> None:
    logins = ensure_demo(at=NOW)

    assert {role for role, _, _ in logins} == set(Role.values)
    _, email, password = logins[0]
    assert Staff.objects.get(email=email).check_password(password)


def test_a_second_start_changes_nothing_and_tells_no_password() -> None:
    ensure_demo(at=NOW)
    before = (Person.objects.count(), Lead.objects.count(), Staff.objects.count())

    assert ensure_demo(at=NOW + timedelta(hours=1)) == []
    assert (Person.objects.count(), Lead.objects.count(), Staff.objects.count()) == before


def test_the_freshest_leads_wait_for_whoever_tries_it() -> None:
    ensure_demo(at=NOW)

    waiting = Lead.objects.awaiting_first_contact().filter(clocks__stopped_at=None)

    assert waiting.count() == 3
    assert waiting.filter(clocks__due_at__gt=NOW).count() == 2
    assert Notification.objects.filter(read_at=None).exists()


def test_each_sdr_sees_only_the_leads_of_the_own_team() -> None:
    ensure_demo(at=NOW)
    east, south = Staff.objects.get(full_name="林晓"), Staff.objects.get(full_name="周宁")

    assert Lead.objects.visible_to(east).exists()
    assert Lead.objects.visible_to(south).exists()
    assert not Lead.objects.visible_to(east).filter(pk__in=Lead.objects.visible_to(south)).exists()


def test_a_real_company_is_left_alone() -> None:
    Organisation.objects.create(name="真公司", created_at=NOW)

    with pytest.raises(CompanyIsReal):
        ensure_demo(at=NOW)
