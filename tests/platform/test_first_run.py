"""Taking a new company over: one link, for the first administrator, once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.platform.cast import make_staff
from wutong.platform.first_run import ensure_company
from wutong.platform.models import Organisation, Role, Staff, Team
from wutong.platform.one_time_links import mint_invitation

pytestmark = pytest.mark.django_db

CHOSEN = {
    "organisation_name": "Renamed",
    "full_name": "Somebody",
    "email": "elsewhere@example.com",
    "password": "a-long-enough-passphrase",
}


@pytest.fixture
def welcome(db) -> str:
    path = ensure_company(at=timezone.now())
    assert path is not None
    return path


def link_of(staff: Staff) -> str:
    staff.set_unusable_password()
    staff.save()
    return f"/welcome/{mint_invitation(staff, at=timezone.now())}/"


def test_the_first_administrator_takes_the_company_over(welcome: str) -> None:
    client = Client()
    assert client.get(welcome).status_code == 200

    assert client.post(welcome, CHOSEN).status_code == 302

    assert Organisation.objects.get().name == "Renamed"
    assert Staff.objects.get(email="elsewhere@example.com").has_usable_password()


@pytest.mark.parametrize("role", [Role.SDR, Role.ADMIN])
@pytest.mark.parametrize("is_taken_over", [True, False])
def test_the_invitation_of_a_colleague_renames_nothing(welcome: str, role: Role, is_taken_over: bool) -> None:
    if is_taken_over:
        Client().post(welcome, CHOSEN | {"organisation_name": "Ours", "email": "first@example.com"})
    name = Organisation.objects.get().name
    path = link_of(make_staff("Mei", role=role))

    assert Client().get(path).status_code == 409
    assert Client().post(path, CHOSEN).status_code == 409

    assert Organisation.objects.get().name == name
    assert Team.objects.get(parent=None).name == name
    assert not Staff.objects.filter(email="elsewhere@example.com").exists()


def test_a_link_that_is_too_old_takes_nothing_over(db) -> None:
    path = ensure_company(at=timezone.now() - timedelta(days=8))
    assert Client().post(path, CHOSEN).status_code == 409
