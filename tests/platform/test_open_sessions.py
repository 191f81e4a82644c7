"""Where a colleague is signed in, and ending it."""

import pytest
from django.test import Client

from tests.platform.cast import NINE, PASSWORD, signed_in
from wutong.platform.models import AuditEntry, Staff
from wutong.platform.open_sessions import SessionOver, device_of, end_one, sessions_of
from wutong.platform.staff import deactivate

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Mobile/15E148 MicroMessenger/8.0"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def browser(staff: Staff, user_agent: str) -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.post("/sign-in/", {"email": staff.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


@pytest.mark.parametrize(
    ("said", "device"), [(PHONE, "WeChat, iPhone"), (DESK, "Edge, Windows"), ("curl/8", "unknown device")]
)
def test_a_device_is_named_as_its_owner_would(said: str, device: str) -> None:
    assert str(device_of(said)).replace("微信", "WeChat").replace("未知设备", "unknown device") == device


def test_one_session_is_ended_and_the_others_stay(mei: Staff, lin: Staff) -> None:
    phone, desk = browser(mei, PHONE), browser(mei, DESK)
    here = desk.session.session_key
    listed = sessions_of(mei, here=here, at=NINE)
    other = next(one for one in listed if not one.is_this_one)

    with pytest.raises(SessionOver):
        end_one(staff=lin, session_id=other.id, by=lin, at=NINE)
    assert desk.post(f"/me/security/sessions/{other.id}/end/").status_code == 302

    assert len(listed) == 2
    assert not is_in(phone)
    assert is_in(desk)
    assert AuditEntry.objects.filter(action="staff.session_ended", actor=mei).count() == 1


def test_the_session_says_who_looks_whoever_it_belonged_to_before(mei: Staff, lin: Staff) -> None:
    desk = browser(mei, DESK)
    assert desk.get("/me/").wsgi_request.user == mei

    theirs = desk.session
    theirs["_auth_user_id"], theirs["_auth_user_hash"] = str(lin.pk), lin.get_session_auth_hash()
    theirs.save()

    assert desk.get("/me/").wsgi_request.user == lin


def test_all_others_are_ended_and_this_one_goes_on(mei: Staff) -> None:
    phone, desk = browser(mei, PHONE), browser(mei, DESK)

    desk.post("/me/security/sessions/end/")

    assert is_in(desk)
    assert not is_in(phone)
    assert len(sessions_of(Staff.objects.get(pk=mei.pk), here=desk.session.session_key, at=NINE)) == 1


def test_who_signs_out_is_not_listed_and_a_deactivated_colleague_is_out_at_once(
    mei: Staff, lin: Staff, ada: Staff
) -> None:
    desk, phone = browser(mei, DESK), browser(lin, PHONE)
    desk.post("/sign-out/")
    assert sessions_of(mei, here=None, at=NINE) == []

    deactivate(staff=lin, by=ada, at=NINE)

    assert not is_in(phone)
    assert sessions_of(lin, here=None, at=NINE) == []


def test_an_administrator_sees_and_ends_a_colleagues_sessions(mei: Staff, ada: Staff) -> None:
    phone = browser(mei, PHONE)
    admin = signed_in(ada)
    assert "WeChat, iPhone" in admin.get(f"/system/staff/{mei.public_id}/").content.decode()

    admin.post(f"/system/staff/{mei.public_id}/sessions/end/")

    assert not is_in(phone)


def test_a_session_that_no_table_can_hold_is_none() -> None:
    client = Client(headers={"cookie": 'wt_session="\\000aaaaaaaa"'})
    assert client.get("/people/").status_code == 302
