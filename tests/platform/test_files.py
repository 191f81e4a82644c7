"""Uploads: what is taken, how it is served, and that nothing runs in it."""

import io
import zipfile
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.platform.cast import NINE, signed_in
from wutong.config import config
from wutong.platform.files import LARGEST_BYTES, FileNotTaken, FileTooLarge, path_of, store
from wutong.platform.models import Staff, StoredFile

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def workbook(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", *names):
            archive.writestr(name, "x")
    return file.getvalue()


def keep(content: bytes, name: str, by: Staff) -> StoredFile:
    return store(file=SimpleUploadedFile(name, content), by=by, at=NINE)


def leftovers() -> list[str]:
    return [path.name for path in (config().data_dir / "files").glob("upload-*")]


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (PNG, "photo.txt", "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 20, "p.jpg", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "p.webp", "image/webp"),
        (b"%PDF-1.7\n", "p.pdf", "application/pdf"),
        ("姓名,电话\n周思远,138".encode(), "p.csv", "text/csv"),
        ("姓名,电话\n周思远,138".encode("gb18030"), "p.csv", "text/csv"),
        (workbook(), "p.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_content_says_what_a_file_is(mei: Staff, content: bytes, name: str, content_type: str) -> None:
    stored = keep(content, name, mei)
    assert stored.content_type == content_type
    assert path_of(stored.digest).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "page.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "p.svg"),
        (b"  <script>", "p.csv"),
        (b"MZ\x90\x00", "p.pdf"),
        (b"PK\x03\x04 no archive", "p.xlsx"),
        (workbook("xl/vbaProject.bin"), "macros.xlsx"),
        (b"\x00\x01", "p.csv"),
        (b"hello", "p.txt"),
        (b"", "empty.png"),
    ],
)
def test_anything_else_is_refused_and_leaves_nothing(mei: Staff, content: bytes, name: str) -> None:
    with pytest.raises(FileNotTaken):
        keep(content, name, mei)
    assert not leftovers()
    assert not StoredFile.objects.exists()


def test_a_file_too_large_is_refused_while_it_comes_in(mei: Staff) -> None:
    class Endless:
        name = "endless.png"
        taken = 0

        def chunks(self):
            while True:
                self.taken += 1
                yield b"\x89PNG\r\n\x1a\n" + b"\x00" * 2**20

    file = Endless()
    with pytest.raises(FileTooLarge):
        store(file=file, by=mei, at=NINE)
    assert file.taken <= LARGEST_BYTES // 2**20 + 1
    assert not leftovers()


def test_the_same_content_twice_is_one_file_on_disk(mei: Staff) -> None:
    first, second = keep(PNG, "a.png", mei), keep(PNG, "b.png", mei)
    assert first.digest == second.digest
    assert first.public_id != second.public_id


def test_an_image_is_shown_and_may_run_nothing(mei: Staff) -> None:
    stored = keep(PNG, "photo.png", mei)
    response = signed_in(mei).get(f"/files/{stored.public_id}/")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == PNG


def test_anything_else_is_a_download(mei: Staff) -> None:
    stored = keep(b"%PDF-1.7", "../../报价.pdf", mei)
    response = signed_in(mei).get(f"/files/{stored.public_id}/")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert stored.name == "报价.pdf"
    response.close()


def test_a_name_cannot_break_a_header(mei: Staff) -> None:
    stored = keep(PNG, 'x"\r\nSet-Cookie: a=b.png', mei)
    response = signed_in(mei).get(f"/files/{stored.public_id}/")
    assert "Set-Cookie" not in response
    response.close()


def test_a_colleague_opens_no_file_of_somebody_else(mei: Staff, lin: Staff) -> None:
    stored = keep(PNG, "photo.png", mei)
    assert signed_in(lin).get(f"/files/{stored.public_id}/").status_code == 404


def test_who_manages_staff_opens_every_file(mei: Staff, ada: Staff) -> None:
    stored = keep(PNG, "photo.png", mei)
    response = signed_in(ada).get(f"/files/{stored.public_id}/")
    assert response.status_code == 200
    response.close()


def test_files_are_for_colleagues_only(mei: Staff) -> None:
    stored = keep(PNG, "photo.png", mei)
    assert Client().get(f"/files/{stored.public_id}/").status_code == 302
    assert signed_in(mei).get(f"/files/{uuid4()}/").status_code == 404
    path_of(stored.digest).unlink()
    assert signed_in(mei).get(f"/files/{stored.public_id}/").status_code == 404
