"""Files as colleagues have them: how they are understood, and that none of them harms."""

import random
import zipfile
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.cast import HEADINGS, LI, ZHOU, as_csv, as_xlsx
from wutong.exchange.columns import guess_columns
from wutong.exchange.starting import table_kind
from wutong.exchange.tables import prepared, workbook
from wutong.exchange.tables.prepared import (
    Prepared,
    Reading,
    looked_at,
    prepare,
    read_prepared,
    with_rows,
    without_rows,
)
from wutong.exchange.tables.refusals import (
    BrokenQuotes,
    DamagedWorkbook,
    NoRows,
    NotATable,
    OldOrLockedWorkbook,
    TooManyRows,
    WebPage,
    WorkbookTooBig,
)
from wutong.platform.refusal import Refusal

PLAIN = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), max_codepoint=0x9FFF))


def file(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def prepared_of(path: Path, *, is_workbook: bool = False) -> tuple[Reading, Prepared, list[list[str]]]:
    reading = looked_at(path, is_workbook=is_workbook)
    target = path.with_suffix(".rows")
    found = prepare(path, target, reading)
    return reading, found, [cells for _, cells in read_prepared(target)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [HEADINGS, ZHOU, LI]
    _, found, cells = prepared_of(file(tmp_path, as_csv(*rows, encoding=encoding, delimiter=delimiter)))
    assert (found.columns, found.rows, found.heading) == (list(HEADINGS), 2, 1)
    assert cells == [list(ZHOU), list(LI)]


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(PLAIN.filter(bool), min_size=3, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
)
def test_what_was_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], encoding: str, delimiter: str
) -> None:
    rows = [(f"{name}。北京", f"1390001{number:04}", f"u{number}@x.cn") for number, name in enumerate(names)]
    content = as_csv(("姓名", "手机", "邮箱"), *rows, encoding=encoding, delimiter=delimiter)
    path = file(tmp_path_factory.mktemp("t"), content)
    _, found, cells = prepared_of(path)
    assert found.rows == len(rows)
    assert [row[1:] for row in cells] == [list(row[1:]) for row in rows]
    assert [row[0].removeprefix("'") for row in cells] == [row[0].removeprefix("'") for row in rows]


def test_of_two_who_rewrite_rows_at_once_neither_undoes_the_other(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(",name\n2,Zhou\n3,Li\n")
    is_at_it, may_go_on = Event(), Event()

    def is_zhou(cells: list[str]) -> bool:
        is_at_it.set()
        may_go_on.wait(5)
        return cells == ["Zhou"]

    with ThreadPoolExecutor() as pool:
        erasing = pool.submit(without_rows, rows, is_zhou)
        is_at_it.wait(5)
        correcting = pool.submit(with_rows, rows, {3: ["Mei"]})
        wait([correcting], timeout=0.1)
        may_go_on.set()
    assert (erasing.result(), correcting.result()) == (1, None)
    assert list(read_prepared(rows)) == [(2, [""]), (3, ["Mei"])]


def test_a_title_above_the_headings_is_none_of_them(tmp_path: Path) -> None:
    content = as_csv(("2026 年展会名单", "", "", "", "", ""), (), HEADINGS, ZHOU)
    _, found, cells = prepared_of(file(tmp_path, content))
    assert found.heading == 3
    assert cells == [list(ZHOU)]


def test_a_file_without_headings_loses_no_row(tmp_path: Path) -> None:
    _, found, cells = prepared_of(file(tmp_path, as_csv(ZHOU, LI)))
    assert (found.heading, found.rows) == (0, 2)
    assert guess_columns(found.columns, cells)[:4] == ["full_name", "phone", "email", "company"]


def test_one_column_of_numbers_is_a_list_of_people(tmp_path: Path) -> None:
    _, found, cells = prepared_of(file(tmp_path, "手机\n13900010001\n13900010002\n".encode()))
    assert (found.rows, guess_columns(found.columns, cells)) == (2, ["phone"])


@pytest.mark.parametrize(
    ("names", "meanings"),
    [
        (HEADINGS, ["full_name", "phone", "email", "company", "title", "crm_id"]),
        (("Contact name", "Mobile Phone", "E-mail", "Company Name", "Job title", "Customer ID"), None),
        (("客户姓名(必填)", "联系方式", "邮 箱", "客户名称", "职务", "编号"), None),
        (("A", "B", "C", "D", "E", "F"), ["full_name", "phone", "email", "company", "title", "extra"]),
        # Whoever called the column of addresses a telephone was wrong.
        (
            ("姓名", "邮箱", "手机", "公司", "职位", "客户编号"),
            ["full_name", "phone", "email", "company", "title", "crm_id"],
        ),
    ],
)
def test_columns_are_guessed_from_names_and_cells(names: tuple[str, ...], meanings: list[str] | None) -> None:
    usual = ["full_name", "phone", "email", "company", "title", "crm_id"]
    assert guess_columns(names, [list(ZHOU), list(LI)] * 3) == (meanings or usual)


def test_a_workbook_is_read_as_it_is_shown(tmp_path: Path) -> None:
    rows = [("姓名", "手机", "日期"), ("周思远", 13900010001, "2026-03-04"), ("李梅", 13900010002.0, "")]
    as_xlsx(tmp_path / "b.xlsx", 客户=rows, 说明=[("x",)])
    reading, found, cells = prepared_of(tmp_path / "b.xlsx", is_workbook=True)
    assert reading.sheets == ("客户", "说明")
    assert cells == [["周思远", "13900010001", "2026-03-04"], ["李梅", "13900010002", ""]]
    assert found.columns == ["姓名", "手机", "日期"]


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "list.xls", WebPage),
        ("\ufeff <!DOCTYPE html>".encode(), "list.csv", WebPage),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "list.xls", OldOrLockedWorkbook),
        (b"PK\x03\x04 no archive", "list.xlsx", NotATable),
        (b"\x89PNG\r\n\x1a\n", "list.csv", NotATable),
        (b"MZ\x90\x00", "tool.exe", NotATable),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, name: str, refusal: type[Refusal]
) -> None:
    with file(tmp_path, content, name).open("rb") as part, pytest.raises(refusal):
        table_kind(part, name)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b",,,\n", "姓名,手机\n".encode()])
def test_a_file_without_rows_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoRows):
        prepared_of(file(tmp_path, content))


def test_bytes_that_stand_in_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotATable):
        looked_at(file(tmp_path, random.Random(1).randbytes(20_000) + b"\x00" * 9), is_workbook=False)


def test_zero_bytes_in_a_cell_are_left_out(tmp_path: Path) -> None:
    content = "姓名,手机\n周思远,13900010001\n".encode("utf-16-le").replace("思".encode("utf-16-le"), b"\x00\x00")
    _, _, cells = prepared_of(file(tmp_path, content))
    assert cells == [["周远", "13900010001"]]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    rows = "\n".join(f"n{number},1390001{number:04}" for number in range(400))
    with pytest.raises(BrokenQuotes):
        prepared_of(file(tmp_path, f'name,phone\n"Zhou,13900020001\n{rows}\n'.encode()))


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED_MIB", 1)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2 << 20))
    with pytest.raises(WorkbookTooBig):
        looked_at(path, is_workbook=True)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", "<x")
    with pytest.raises(DamagedWorkbook):
        looked_at(path, is_workbook=True)


def test_more_rows_than_one_import_takes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_ROWS", 5)
    with pytest.raises(TooManyRows):
        prepared_of(file(tmp_path, as_csv(HEADINGS, *[ZHOU] * 6)))
