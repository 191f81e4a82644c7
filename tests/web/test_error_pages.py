"""What people see when a page cannot be shown."""

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from wutong.web import views


@pytest.mark.django_db
def test_a_wrong_address_says_so_in_chinese_and_english(client: Client) -> None:
    chinese = client.get("/no-such-page/", headers={"Accept-Language": "zh-CN"})

    assert chinese.status_code == 404
    assert "这里没有内容" in chinese.content.decode()


@pytest.mark.django_db
def test_the_component_page_is_not_for_strangers(client: Client) -> None:
    assert client.get("/_components").status_code == 404


def test_a_failed_page_gives_a_code_even_without_a_database() -> None:
    request = RequestFactory().get("/")  # no user, no session, and the test may not touch the database

    with translation.override("zh-hans"):
        response = views.server_error(request)

    assert response.status_code == 500
    assert "E-" in response.content.decode()
    assert "页面出错了" in response.content.decode()


def test_maintenance_tells_machines_when_to_come_back() -> None:
    response = views.unavailable(RequestFactory().get("/"))

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
