"""Keys of the API: made and shown once, recognised, limited, ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.platform.cast import NINE, make_staff, signed_in
from wutong.platform.api_keys import (
    AlreadyRevoked,
    BadKey,
    KeyExpired,
    KeyRevoked,
    NobodyAnswersForIt,
    key_of,
    make_key,
    revoke_key,
    spend,
)
from wutong.platform.models import ApiKey, ApiRight, AuditEntry, BusinessScope, Role, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(company, ada):
    return make(by=ada)


def make(*, by, **given):
    values = {
        "name": "CRM",
        "rights": [ApiRight.LEADS_READ],
        "team": Team.objects.get(parent=None),
        "scope": BusinessScope.objects.get(),
        "per_minute": 3,
        "expires_at": NINE + timedelta(days=30),
    }
    return make_key(**(values | given), by=by, at=NINE)


def test_a_key_is_known_by_its_secret_of_which_only_the_digest_is_stored(made) -> None:
    assert key_of(made.secret, at=NINE) == made.key
    row = ApiKey.objects.values().get()
    assert made.secret not in str(row)
    assert made.secret.startswith(row["beginning"])
    with pytest.raises(BadKey):
        key_of(f"{made.secret}x", at=NINE)


def test_a_key_ends_with_its_time(made) -> None:
    with pytest.raises(KeyExpired):
        key_of(made.secret, at=NINE + timedelta(days=30))


def test_a_revoked_key_is_refused_and_cannot_be_revoked_again(made, ada) -> None:
    revoke_key(key=made.key, by=ada, at=NINE)
    with pytest.raises(KeyRevoked):
        key_of(made.secret, at=NINE)
    with pytest.raises(AlreadyRevoked):
        revoke_key(key=made.key, by=ada, at=NINE)


def test_a_key_of_somebody_who_left_is_refused_until_another_answers_for_it(made, ada) -> None:
    root, manager = make_staff("Root", role=Role.ADMIN), make_staff("Chen", role=Role.MANAGER)
    client = signed_in(root)
    ended = make(by=ada, name="Shop").key
    revoke_key(key=ended, by=root, at=NINE)

    answer = client.post(f"/system/staff/{ada.public_id}/deactivate/")

    with pytest.raises(NobodyAnswersForIt):
        key_of(made.secret, at=NINE)
    assert f"/system/staff/{ada.public_id}/hand-over/" in client.get("/settings/api-keys/").content.decode()
    client.post(answer["Location"], {"kind": ["api_keys"], "to": [manager.pk]})
    assert ApiKey.objects.get(pk=made.key.pk).created_by == ada  # keys are for administrators
    client.post(answer["Location"], {"kind": ["api_keys"], "to": [manager.pk, root.pk]})
    assert key_of(made.secret, at=NINE).created_by == root
    assert ApiKey.objects.get(pk=ended.pk).created_by == ada
    assert AuditEntry.objects.get(action="api_key.handed").detail["before"] == str(ada.public_id)


def test_use_is_noted_to_the_minute(made) -> None:
    for seconds in (0, 59, 60):
        key_of(made.secret, at=NINE + timedelta(seconds=seconds))
    assert ApiKey.objects.get().last_used_at == NINE + timedelta(seconds=60)
    key_of(made.secret, at=NINE + timedelta(seconds=90))
    assert ApiKey.objects.get().last_used_at == NINE + timedelta(seconds=60)


def test_a_key_spends_its_allowance_and_gets_it_back_evenly(made) -> None:
    spent = [spend(made.key, at=NINE) for _request in range(5)]
    assert [one.is_within for one in spent] == [True, True, True, False, False]
    assert [one.remaining for one in spent] == [2, 1, 0, 0, 0]
    assert spent[-1].wait == timedelta(seconds=20)

    assert not spend(made.key, at=NINE + timedelta(seconds=19)).is_within
    assert spend(made.key, at=NINE + timedelta(seconds=20)).is_within
    assert spend(made.key, at=NINE + timedelta(minutes=10)).remaining == 2


def test_an_administrator_makes_a_key_and_sees_it_once(company, ada) -> None:
    client = signed_in(ada)
    assert client.get("/settings/api-keys/new/").status_code == 200
    given = {
        "name": "官网",
        "rights": ["people:reveal", "leads:write"],
        "team": str(Team.objects.get(parent=None).public_id),
        "per_minute": "60",
        "expires_on": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    answer = client.post("/settings/api-keys/new/", given)
    key = ApiKey.objects.get()

    assert key_of(answer.context["secret"], at=timezone.now()) == key
    assert key.rights == ["leads:write", "people:read", "people:reveal"]
    assert answer.context["secret"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = client.get("/settings/api-keys/").content.decode()
    assert "官网" in page
    assert key.beginning in page
    assert answer.context["secret"] not in page
    assert answer.context["secret"] not in str(AuditEntry.objects.values().get(action="api_key.made"))

    client.post(f"/settings/api-keys/{key.public_id}/revoke/")
    assert ApiKey.objects.get().revoked_by == ada
    assert client.post(f"/settings/api-keys/{key.public_id}/revoke/").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"rights": ["staff:write"]}, {"rights": []}, {"per_minute": "0"}, {"expires_on": "2020-01-01"}],
)
def test_a_key_without_name_right_or_time_is_refused(company, ada, wrong) -> None:
    given = {"name": "CRM", "rights": ["leads:read"], "team": str(Team.objects.get(parent=None).public_id)}
    given |= {"per_minute": "60", **wrong}
    assert signed_in(ada).post("/settings/api-keys/new/", given).status_code == 422
    assert not ApiKey.objects.exists()


def test_only_administrators_make_keys(company) -> None:
    manager = make_staff("Chen", role=Role.MANAGER)
    assert signed_in(manager).get("/settings/api-keys/").status_code == 403
