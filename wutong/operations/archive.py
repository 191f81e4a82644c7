"""The form of a backup: one tar file whose last member tells the digest of every other."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from wutong.operations.problem import Problem

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds and where it comes from."""

    wutong: str
    postgres: int
    made_at: str
    lake: str
    """``inside``, or the address of the bucket, which a backup does not hold."""
    format: int = FORMAT
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each member, by name."""

    @classmethod
    def of(cls, text: bytes) -> Self:
        told: dict[str, Any] = json.loads(text)
        if told.get("format") != FORMAT:
            raise Problem(f"This backup has the form {told.get('format')}; this version reads {FORMAT}.")
        return cls(**told)


class ArchiveWriter:
    """Adds members one by one and keeps their digests."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.digests: dict[str, str] = {}

    def add_file(self, name: str, path: Path) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = path.stat().st_size, 0o600, int(path.stat().st_mtime)
        with path.open("rb") as source:
            self._add(entry, source)

    def add_bytes(self, name: str, body: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(body), 0o600
        self._add(entry, io.BytesIO(body))

    def finish(self, manifest: Manifest) -> None:
        told = asdict(manifest) | {"digests": self.digests}
        self.add_bytes(MANIFEST, json.dumps(told, indent=1).encode())

    def _add(self, entry: tarfile.TarInfo, source: IO[bytes]) -> None:
        hashing = _Hashing(source)
        self.tar.addfile(entry, hashing)
        self.digests[entry.name] = hashing.sha256.hexdigest()


class _Hashing:
    """Reads through to another file and remembers the digest of what went by."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.sha256.update(data)
        return data


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """A backup for reading.

    Raises:
        Problem: it is not there or not a backup.
    """
    try:
        with tarfile.open(path) as tar:
            yield tar
    except FileNotFoundError as error:
        raise Problem(f"There is no file {error.filename}.") from error
    except tarfile.ReadError as error:
        raise Problem(f"{path} is not a backup of Wutong, or it is cut off: {error}.") from error


def verified(tar: tarfile.TarFile) -> Manifest:
    """Read every member once and compare it with the manifest.

    Raises:
        Problem: a member is missing, altered or was added.
    """
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    for entry in tar:
        _check_name(entry)
        if entry.name == MANIFEST:
            manifest = Manifest.of(_body(tar, entry).read())
        else:
            found[entry.name] = _digest(_body(tar, entry))
    if manifest is None:
        raise Problem("The backup has no manifest: it was cut off while it was written. Take another.")
    wrong = sorted(name for name, _ in manifest.digests.items() ^ found.items())
    if wrong:
        raise Problem(f"The backup is damaged: {', '.join(wrong[:5])} is not what was written. Take another.")
    return manifest


def extract(tar: tarfile.TarFile, name: str, into: Path) -> None:
    """Write one member to ``into``."""
    into.parent.mkdir(parents=True, exist_ok=True)
    source = _body(tar, tar.getmember(name))
    with private(into) as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)


def private(path: Path) -> IO[bytes]:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def read(tar: tarfile.TarFile, name: str) -> bytes:
    return _body(tar, tar.getmember(name)).read()


def _check_name(entry: tarfile.TarInfo) -> None:
    parts = PurePosixPath(entry.name)
    if not entry.isreg() or parts.is_absolute() or ".." in parts.parts:
        raise Problem(f"The backup holds {entry.name!r}, which no backup of ours does. It is not used.")


def _body(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    body = tar.extractfile(entry)
    if body is None:
        raise Problem(f"The backup holds {entry.name!r}, which no backup of ours does. It is not used.")
    return body


def _digest(body: IO[bytes]) -> str:
    sha256 = hashlib.sha256()
    while chunk := body.read(_CHUNK_BYTES):
        sha256.update(chunk)
    return sha256.hexdigest()
