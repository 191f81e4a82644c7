"""Files that colleagues upload: taken in pieces, recognised by their content, kept under their digest."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.platform.audit import record
from wutong.platform.models import Staff, StoredFile
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal

LARGEST_BYTES = 20 * 1024 * 1024
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/webp"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Files = Callable[[Staff], QuerySet[Any, Any]]

_readers: list[Files] = []
_withheld: list[Files] = []
_HEAD_BYTES = 4_096
_MOST_ZIP_ENTRIES = 5_000


Recogniser = Callable[[IO[bytes], str], str]


class FileTooLarge(Refusal):
    code = "file_too_large"
    message = _("A file may have at most %(mib)d MB. Make it smaller or split it.")


class FileNotTaken(Refusal):
    code = "file_not_taken"
    message = _("Only images (PNG, JPEG, WebP), PDF, CSV and Excel files (xlsx) are taken, and this is none of them.")


class Upload(Protocol):
    """What a form or an API hands over."""

    name: str | None

    def chunks(self) -> Iterator[bytes]: ...


def store(
    *,
    file: Upload,
    by: Staff,
    at: datetime,
    largest_bytes: int = LARGEST_BYTES,
    recognised: Recogniser | None = None,
) -> StoredFile:
    """Keep an uploaded file.

    Args:
        recognised: tells the content type from a file and its name, or refuses; by default :func:`kind_of`.

    Raises:
        FileTooLarge: it has more than ``largest_bytes``.
        FileNotTaken: its content is of no kind that is taken, whatever its name says.
    """
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=root, prefix="upload-", delete=False) as part:
        try:
            digest, size = _copy(file, part, largest_bytes)
            name = _plain_name(file.name or "")
            content_type = (recognised or kind_of)(part, name)
            part.flush()
            os.fsync(part.fileno())
            path = path_of(digest)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(part.name).replace(path)  # the same content twice is one file
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    with transaction.atomic(durable=True):
        stored = StoredFile.objects.create(
            name=name, content_type=content_type, size_bytes=size, digest=digest, uploaded_by=by, uploaded_at=at
        )
        record("file.stored", actor=by, subject=stored, at=at, content_type=content_type, size_bytes=size)
    return stored


def keep(*, written: Path, name: str, content_type: str, by: Staff, at: datetime) -> StoredFile:
    """Keep a file that we have written for ``by``, who finds it among the own files. Opens no transaction."""
    digest = hashlib.sha256()
    with written.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    path, size = path_of(digest.hexdigest()), written.stat().st_size
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written.replace(path)
    return StoredFile.objects.create(
        name=_plain_name(name),
        content_type=content_type,
        size_bytes=size,
        digest=digest.hexdigest(),
        uploaded_by=by,
        uploaded_at=at,
    )


def forget(stored: StoredFile) -> None:
    """Remove a file that nothing uses any more; its bytes, if no other file has the same. Opens no transaction."""
    is_shared = StoredFile.objects.filter(digest=stored.digest).exclude(pk=stored.pk).exists()
    stored.delete()
    if not is_shared:
        path_of(stored.digest).unlink(missing_ok=True)


def visible_to(staff: Staff) -> QuerySet[StoredFile]:
    """What ``staff`` uploaded, and files of what they see; everything, for those who manage staff."""
    if may(staff, "staff.manage"):
        return StoredFile.objects.all()
    readable = Q(uploaded_by=staff)
    for readers in _readers:
        readable |= Q(pk__in=readers(staff))
    found = StoredFile.objects.filter(readable)
    for withheld in _withheld:
        found = found.exclude(pk__in=withheld(staff))
    return found


def readers_of(files: Files) -> None:
    """Let ``files(staff)``, keys of stored files, say which of those that belong to something a colleague may open."""
    if files not in _readers:
        _readers.append(files)


def withhold(files: Files) -> None:
    """Let ``files(staff)``, keys of stored files, say which a colleague may open no longer, though they are theirs."""
    if files not in _withheld:
        _withheld.append(files)


def path_of(digest: str) -> Path:
    """Where the bytes with this SHA-256 lie."""
    return _root() / digest[:2] / digest[2:4] / digest


def _root() -> Path:
    return config().data_dir / "files"


def _copy(file: Upload, part: IO[bytes], largest_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        size += len(chunk)
        if size > largest_bytes:
            raise FileTooLarge(mib=largest_bytes // 1024 // 1024)
        digest.update(chunk)
        part.write(chunk)
    return digest.hexdigest(), size


def kind_of(part: IO[bytes], name: str) -> str:
    """The content type of what is taken.

    Raises:
        FileNotTaken: see there.
    """
    part.seek(0)
    head = part.read(_HEAD_BYTES)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04") and is_workbook(part):
        return XLSX
    if name.lower().endswith(".csv") and _is_text(head):
        return "text/csv"
    raise FileNotTaken


def is_workbook(part: IO[bytes]) -> bool:
    """Whether a file is an Excel workbook (xlsx) without macros."""
    part.seek(0)
    try:
        with zipfile.ZipFile(part) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    is_excel = "[Content_Types].xml" in names and "xl/workbook.xml" in names
    return is_excel and not has_macros and len(names) <= _MOST_ZIP_ENTRIES


def _is_text(head: bytes) -> bool:
    """UTF-8, or GB 18030 as Chinese Excel saves it. The head may end within a character."""
    if b"\x00" in head or head.lstrip().startswith(b"<"):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _plain_name(name: str) -> str:
    """The last part of a path, without what a header or a shell might take badly."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in last if character.isprintable()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    shortened = f"{stem[:180]}{dot}{ending[:16]}" if dot else plain[:196]
    return shortened or "file"
