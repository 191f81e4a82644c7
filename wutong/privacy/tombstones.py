"""Who was erased, in a file that no restore brings back to an older state: digests that only our key can make.

One line of JSON an erasure, in ``erased.jsonl`` of the data folder. After an older backup is restored, the people whose
identifiers have these digests are erased again. The file tells nobody who they were: the digests need the key file, and
somebody to compare with. ``wutong restore --erased FILE`` brings the file of the lost data folder along.
"""

import fcntl
import hmac
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from wutong.config import config
from wutong.platform.secrets import derived

FILE = "erased.jsonl"


class Tombstone(Struct, frozen=True, kw_only=True):
    """One erasure."""

    id: UUID
    person: UUID
    erased_at: datetime
    digests: list[str]
    """Of every identifier that the person had."""


class Unreadable(Exception):
    """A line of the file is no tombstone: it was altered or cut off."""


def path() -> Path:
    return config().data_dir / FILE


def digest_of(kind: str, scope: str, value: str) -> str:
    """What stands for an identifier; the same for ever, because the oldest key makes it."""
    text = "\x00".join((kind, scope, value)).encode()
    return hmac.digest(derived("erased identifiers"), text, "sha256").hex()


def bury(stone: Tombstone) -> None:
    """Write a tombstone, for good before this returns. One that stands already stands once."""
    path().parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path(), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two erasures at once write one after the other
        if any(one.id == stone.id for one in tombstones()):
            return
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)  # a line that was cut off would spoil the next
        file.seek(whole)
        file.write(msgspec.json.encode(stone) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def tombstones(file: Path | None = None) -> Iterator[Tombstone]:
    """All of them, the oldest first.

    Raises:
        Unreadable: see there.
    """
    file = file or path()
    if not file.exists():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return  # cut off while it was written: then nothing was erased yet, and the erasure will write it anew
            try:
                yield msgspec.json.decode(line, type=Tombstone)
            except msgspec.DecodeError as error:
                raise Unreadable(f"{file}, line {number}: {error}") from error


def missing(known: Iterable[UUID]) -> list[Tombstone]:
    """Tombstones of erasures that the database does not know: it was restored from an older backup."""
    stones = {one.id: one for one in tombstones()}
    for id in known:
        stones.pop(id, None)
    return list(stones.values())
