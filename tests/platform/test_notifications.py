"""The bell, toasts, polling and the token of the live stream."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.platform.cast import NINE, signed_in
from wutong.config import config
from wutong.platform.live_token import LiveTicket
from wutong.platform.live_token import read as read_token
from wutong.platform.models import Notification, Staff
from wutong.platform.notice_kinds import NOTICE_KINDS, Tab
from wutong.platform.notify import Notice, notify_many

pytestmark = pytest.mark.django_db

SLY = "<img src=x onerror=alert(1)>"


def tell(staff: Staff, kind: str = "lead_arrived", group: str = "lead 1", **params: object) -> int:
    params = {"name": "周思远", "company": "华东精密", "form": "Demo", **params}
    [id] = notify_many([Notice(staff_id=staff.pk, kind=kind, group=group, url="/leads/1/", params=params)], at=NINE)
    return id


def test_a_notice_speaks_the_language_of_its_reader(mei: Staff) -> None:
    tell(mei)
    assert "New lead: 周思远" in signed_in(mei).get("/notifications/").content.decode()

    Staff.objects.update(language="zh-hans")
    assert "新线索：周思远" in signed_in(mei).get("/notifications/").content.decode()
    tell(mei, group="lead 2", name="")
    assert "新线索：未具名" in signed_in(mei).get("/notifications/").content.decode()


def test_what_a_visitor_typed_is_shown_as_text(mei: Staff) -> None:
    id = tell(mei, name=SLY, company=SLY)
    for address in ("/notifications/", f"/notifications/{id}/toast/"):
        page = signed_in(mei).get(address).content.decode()
        assert SLY not in page
        assert "&lt;img" in page


def test_a_notice_that_lacks_a_parameter_still_speaks(mei: Staff) -> None:
    notify_many([Notice(staff_id=mei.pk, kind="lead_arrived", group="x", params={"name": "100%"})], at=NINE)
    assert "100%" in signed_in(mei).get("/notifications/").content.decode()


def test_a_kind_of_a_later_version_stands_among_the_systems(mei: Staff) -> None:
    tell(mei, kind="from_the_future")
    assert "Something happened" in signed_in(mei).get("/notifications/?tab=system").content.decode()


def test_repeated_acts_fold_into_one_notice(mei: Staff) -> None:
    for _page in range(3):
        tell(mei, kind="lead_active", group="lead 1 active", page="Pricing")
    page = signed_in(mei).get("/notifications/").content.decode()
    assert "is reading again: 3 pages" in page


def test_the_list_without_a_script_is_a_whole_page_and_with_one_a_part(mei: Staff) -> None:
    client = signed_in(mei)
    assert "<html" in client.get("/notifications/").content.decode()
    assert "<html" not in client.get("/notifications/", headers={"hx-request": "true"}).content.decode()


def test_reading_one_leads_where_it_points(mei: Staff) -> None:
    id = tell(mei)
    response = signed_in(mei).post(f"/notifications/{id}/read/")
    assert response["Location"] == "/leads/1/"
    assert Notification.objects.get(pk=id).read_at


def test_reading_all_leaves_the_other_tab_alone(mei: Staff) -> None:
    tell(mei)
    other = tell(mei, kind="lead_taken", group="taken")
    signed_in(mei).post("/notifications/read/", {"tab": Tab.TO_DO})
    assert list(Notification.objects.filter(read_at=None).values_list("pk", flat=True)) == [other]


def test_the_notices_of_others_do_not_exist(mei: Staff, lin: Staff) -> None:
    id = tell(lin, name="canary")
    client = signed_in(mei)
    assert client.get(f"/notifications/{id}/toast/").status_code == 204
    assert client.post(f"/notifications/{id}/read/").status_code == 404
    assert "canary" not in client.get("/notifications/").content.decode()
    assert client.get("/notifications/poll/?after=0").json() == {"notices": [], "unread": 0}
    assert not Notification.objects.filter(pk=id, read_at__isnull=False).exists()


def test_a_notice_that_was_read_meanwhile_makes_no_toast(mei: Staff) -> None:
    id = tell(mei)
    Notification.objects.update(read_at=NINE)
    assert signed_in(mei).get(f"/notifications/{id}/toast/").status_code == 204


def test_polling_brings_what_came_after_the_last_known(mei: Staff) -> None:
    first, second = tell(mei), tell(mei, group="lead 2")
    answer = signed_in(mei).get(f"/notifications/poll/?after={first}").json()
    assert answer == {"notices": [{"id": second, "kind": "lead_arrived", "topics": ["inbox"]}], "unread": 2}


@pytest.mark.parametrize("after", ["x", "-1", "1" * 40, "²"])
def test_polling_after_nonsense_is_refused(mei: Staff, after: str) -> None:
    assert signed_in(mei).get("/notifications/poll/", {"after": after}).status_code == 400


def test_the_count_is_short(mei: Staff) -> None:
    for n in range(101):
        tell(mei, group=f"lead {n}")
    assert signed_in(mei).get("/notifications/count/").content == b"99+"


def test_the_live_token_names_its_bearer_for_five_minutes(mei: Staff) -> None:
    answer = signed_in(mei).post("/live/token/").json()
    address, token = answer["url"].split("?token=")
    assert address == f"{config().edge_origin}/live"
    assert answer["expires_in"] == 300
    now = datetime.now(UTC)
    assert read_token(token, at=now + timedelta(minutes=4)) == LiveTicket(staff_id=mei.pk, auth_epoch=mei.auth_epoch)


def test_a_notice_never_leads_out_of_the_system(mei: Staff) -> None:
    id = tell(mei)
    Notification.objects.update(url="//evil.example/")
    assert signed_in(mei).post(f"/notifications/{id}/read/")["Location"] == "/notifications/"


def test_every_kind_has_words_in_both_languages() -> None:
    from django.utils.translation import override

    params = {"count": 2, **dict.fromkeys(("name", "by", "company", "minutes", "n", "file"), "x")}
    for kind in NOTICE_KINDS.values():
        with override("en"):
            english = str(kind.title % params)
        with override("zh-hans"):
            assert str(kind.title % params) != english
