"""What doctor finds, and that it finds what was planted."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import translation

from tests.events.lake.hands import export_all, lake_in, put_event
from wutong.events import partitions
from wutong.events.lake.store import opened
from wutong.operations import doctor
from wutong.platform.key_check import remember_keys
from wutong.platform.models import InboxBlock, KeyCheck, ParkedItem
from wutong.platform.secrets import key_path, master_keys

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.django_db
def test_an_event_that_waits_too_long_is_found() -> None:
    InboxBlock.objects.create(received_at=NOON - timedelta(minutes=5), count=7, body=b"")
    assert doctor.inbox(NOON).is_wrong


@pytest.mark.django_db
def test_an_event_that_has_just_come_is_no_fault() -> None:
    InboxBlock.objects.create(received_at=NOON, count=7, body=b"")
    assert not doctor.inbox(NOON).is_wrong


@pytest.mark.django_db
def test_a_parked_item_is_found_with_the_way_to_mend_it() -> None:
    ParkedItem.objects.create(lane="collector", received_at=NOON, parked_at=NOON, body=b"", error="planted")
    finding = doctor.parked(NOON)
    assert finding.is_wrong
    assert "Jobs" in finding.mend


@pytest.mark.django_db
def test_a_missing_partition_is_found() -> None:
    assert doctor.partitions(NOON.replace(year=2031)).is_wrong


@pytest.mark.django_db
def test_partitions_ahead_are_right() -> None:
    partitions.ensure_around(at=NOON)
    assert not doctor.partitions(NOON).is_wrong


@pytest.mark.django_db
def test_applied_migrations_are_right() -> None:
    assert not doctor.migrations(NOON).is_wrong


@pytest.mark.django_db
def test_a_migration_to_do_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'events' AND name = '0002_event_table'")
    finding = doctor.migrations(NOON)
    assert finding.is_wrong
    assert "wutong upgrade" in finding.mend


@pytest.mark.django_db
def test_writes_that_a_power_cut_may_lose_are_found() -> None:
    """This run's server has fsync off: it is thrown away."""
    finding = doctor.durable_writes(NOON)
    assert finding.is_wrong
    assert "fsync" in finding.found


def test_a_key_file_that_others_can_read_is_found() -> None:
    master_keys()
    with readable_by_others():
        assert doctor.key_file(NOON).is_wrong
    assert not doctor.key_file(NOON).is_wrong


@pytest.mark.django_db
def test_another_key_file_than_the_company_began_with_is_found() -> None:
    remember_keys()
    assert not doctor.keys(NOON).is_wrong
    KeyCheck.objects.update(value_encrypted=Fernet(Fernet.generate_key()).encrypt(b"of another file"))
    finding = doctor.keys(NOON)
    assert finding.is_wrong
    assert "wutong restore --only-key" in finding.mend


@pytest.mark.django_db
def test_a_year_whose_holidays_are_unknown_is_found() -> None:
    assert doctor.calendar(NOON.replace(year=2050)).is_wrong
    assert not doctor.calendar(NOON).is_wrong


@pytest.mark.django_db
def test_a_check_that_cannot_be_made_is_wrong() -> None:
    def broken(_at: datetime) -> doctor.Finding:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")
        raise AssertionError

    (finding,) = doctor.examine([broken], at=NOON)
    assert finding.is_wrong
    assert "no_such_table" in finding.found


@pytest.mark.django_db
def test_the_health_page_tells_it_in_the_language_of_its_reader() -> None:
    ParkedItem.objects.create(lane="collector", received_at=NOON, parked_at=NOON, body=b"", error="planted")
    with translation.override("zh-hans"):
        finding = doctor.parked(NOON)
    assert (finding.found, finding.mend) == ("1 项未能处理", "请在“后台任务”页面查看错误；排除原因后重试，或丢弃。")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
    ],
)
def test_the_command_speaks_the_operators_language(environ: dict[str, str], language: str) -> None:
    assert doctor.terminal_language(environ) == language


@pytest.mark.parametrize(("options", "sentence"), [([], "剩余"), (["--json"], "GB free in")])
def test_programs_read_english_whatever_the_operator_speaks(options: list[str], sentence: str) -> None:
    command = [sys.executable, "-m", "wutong", "doctor", *options]
    done = subprocess.run(command, env=os.environ | {"LC_ALL": "zh_CN.UTF-8"}, stdout=subprocess.PIPE, check=False)
    assert sentence in done.stdout.decode()


@contextmanager
def readable_by_others() -> Iterator[None]:
    key_path().chmod(0o644)
    try:
        yield
    finally:
        key_path().chmod(0o600)


def test_a_watermark_out_of_a_dump_is_wrong(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lake_in(tmp_path) as place:
        monkeypatch.setenv("DATABASE_URL", place.conninfo)
        monkeypatch.setenv("LAKE_PATH", place.files)
        put_event()
        export_all(place)
        assert not doctor.lake(datetime.now(UTC)).is_wrong
        with opened(place) as lake:
            lake.execute("UPDATE lake.watermark SET xid = xid + 5000000")

        found = doctor.lake(datetime.now(UTC))

    assert found.is_wrong
    assert "restore" in found.mend
