"""Request ids, addresses, figures and readiness."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory

from tests.fixtures import WebLog
from wutong.platform.models import DropCount, InboxBlock
from wutong.platform.observe import RequestLog, client_address, metrics
from wutong.platform.proxies import believed_address, network_of


@pytest.mark.django_db
def test_a_process_whose_database_answers_is_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


def test_health_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_an_id_given_by_a_proxy_is_kept(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "abcdef-0123456789"})
    assert answer["X-Request-ID"] == "abcdef-0123456789"


def test_an_id_that_is_not_one_is_replaced(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert "<" not in answer["X-Request-ID"]


def test_figures_are_told_to_this_machine_only(rf: RequestFactory) -> None:
    assert metrics(rf.get("/metrics", REMOTE_ADDR="127.0.0.1")).status_code == 200
    assert metrics(rf.get("/metrics", REMOTE_ADDR="192.0.2.1")).status_code == 403
    assert metrics(rf.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")).status_code == 403


@pytest.mark.django_db
def test_figures_tell_depth_lag_and_drops() -> None:
    from wutong.platform.observe import database_figures

    now = datetime.now(UTC)
    InboxBlock.objects.create(received_at=now - timedelta(seconds=90), count=7, body=b"")
    DropCount.objects.create(on=now.date(), door="web", reason="clock_skew", n=3)
    figures = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for metric in database_figures()
        for sample in metric.samples
    }
    assert figures["wutong_inbox_events", "collector"] == 7
    assert figures["wutong_inbox_oldest_seconds", "collector"] >= 90
    assert figures["wutong_dropped_total", "clock_skew", "web"] == 3


@pytest.mark.parametrize(
    ("forwarded_for", "trusted", "believed"),
    [
        ("203.0.113.9", 0, "192.0.2.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("not an address", 1, "192.0.2.1"),
        ("", 1, "192.0.2.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(forwarded_for: str, trusted: int, believed: str) -> None:
    assert believed_address(peer="192.0.2.1", forwarded_for=forwarded_for, trusted_proxies=trusted) == believed


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_addresses_of_one_network_of_ipv6_share_their_allowance(one: str, other: str, are_alike: bool) -> None:
    assert (network_of(one) == network_of(other)) is are_alike


def test_a_request_without_an_address_has_none(rf: RequestFactory) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR="")) is None


def test_a_log_line_names_process_and_request_but_no_detail(web_log: WebLog) -> None:
    with web_log() as lines:
        logging.getLogger("wutong.test").warning("duplicate\nDETAIL: Key (email)=(mei@example.com) already exists.")
    (line,) = lines
    assert line["process"] == "web"
    assert "mei@example.com" not in line["event"]


@pytest.mark.django_db
def test_the_line_of_a_request_tells_what_it_took(client: Client, web_log: WebLog) -> None:
    with web_log() as lines:
        client.get("/sign-in/")

    (line,) = (line for line in lines if line["event"] == "request")
    assert line["ms"] >= line["cpu_ms"] > 0
    assert line["queries"] >= 1
    assert line["ms"] >= line["database_ms"] > 0


DUPLICATE = "duplicate key\nLINE 1: VALUES ('Mei')\n         ^\nDETAIL:  Key (note)=(Mei\nlikes tea) already exists."
NOT_SAVED = "not saved\nDETAIL:  Failing row contains (1, Mei)."


def test_of_each_error_in_a_traceback_the_details_are_left_out_to_their_end(web_log: WebLog) -> None:
    with web_log() as lines:
        try:
            try:
                raise ValueError(DUPLICATE)
            except ValueError as error:
                raise RuntimeError(NOT_SAVED) from error
        except RuntimeError:
            logging.getLogger("wutong.test").exception("failed")

    (line,) = lines
    assert "ValueError: duplicate key" in line["exception"]
    assert "RuntimeError: not saved" in line["exception"]
    assert "Mei" not in line["exception"]
    assert "tea" not in line["exception"]


def test_the_middleware_is_the_one_of_the_settings(settings: object) -> None:
    assert f"{RequestLog.__module__}.RequestLog" in settings.MIDDLEWARE  # type: ignore[attr-defined]  # pytest-django's
