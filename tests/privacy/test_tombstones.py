"""The file of those who were erased."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from wutong.privacy.tombstones import Tombstone, Unreadable, bury, digest_of, missing, path, tombstones

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
ONE, TWO = (
    Tombstone(
        id=UUID(int=n), person=UUID(int=n + 9), erased_at=AT, digests=[digest_of("email", "", f"{n}@example.com")]
    )
    for n in (1, 2)
)


@pytest.fixture(autouse=True)
def no_tombstones() -> Iterator[None]:
    path().unlink(missing_ok=True)
    yield
    path().unlink(missing_ok=True)


def test_each_stands_once_and_tells_no_address() -> None:
    for stone in (ONE, TWO, ONE):
        bury(stone)
    assert list(tombstones()) == [ONE, TWO]
    assert "@a.cn" not in path().read_text()
    assert path().stat().st_mode & 0o077 == 0
    assert missing([ONE.id]) == [TWO]


def test_a_line_that_was_cut_off_is_written_anew_and_an_altered_one_is_told() -> None:
    bury(ONE)
    with path().open("ab") as file:
        file.write(b'{"id":"0000')
    assert list(tombstones()) == [ONE]
    bury(TWO)
    assert list(tombstones()) == [ONE, TWO]
    path().write_text('{"id": 1}\n')
    with pytest.raises(Unreadable, match="line 1"):
        list(tombstones())


def test_the_same_text_of_another_kind_has_another_digest() -> None:
    assert digest_of("email", "", "x") != digest_of("crm_id", "", "x") != digest_of("crm_id", "x", "")
