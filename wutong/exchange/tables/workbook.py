"""Excel workbooks (xlsx), read in a process of their own: a sheet of 500,000 rows takes 300 MB while it is read, and
a file made to harm takes itself down only.

``python -m wutong.exchange.tables.workbook FILE [SHEET]`` prints the names of its sheets, or one sheet as CSV.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from wutong.exchange.tables.refusals import DamagedWorkbook, WorkbookTooBig

LARGEST_UNPACKED_MIB = 800
_MEMORY_BYTES = 2 << 30
_SECONDS = 180
_CANNOT_BE_OPENED = 3


def sheets_of(path: Path) -> list[str]:
    """The names of the sheets that are shown and hold cells.

    Raises:
        WorkbookTooBig, DamagedWorkbook: see there.
    """
    _refuse_bombs(path)
    done = subprocess.run(_command(path), capture_output=True, check=False, timeout=_SECONDS)
    if done.returncode:
        raise DamagedWorkbook
    names: list[str] = json.loads(done.stdout)
    return names


def rows_of_workbook(path: Path, *, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Each row of a sheet with its number there.

    Raises:
        WorkbookTooBig, DamagedWorkbook: see there.
    """
    _refuse_bombs(path)
    with subprocess.Popen(_command(path, sheet), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None  # noqa: S101  # what PIPE makes of it
        try:
            with io.TextIOWrapper(child.stdout, encoding="utf-8", newline="") as text:
                yield from enumerate(csv.reader(text), start=1)
        finally:
            child.kill()  # done, or nobody wants the rest
            was_cut_off = child.wait() not in (0, -9)
        if was_cut_off:
            raise DamagedWorkbook


def _command(path: Path, *sheet: str) -> list[str]:
    return [sys.executable, "-m", "wutong.exchange.tables.workbook", str(path), *sheet]


def _refuse_bombs(path: Path) -> None:
    """By what the archive says of itself; one that lies meets the limits of the process that reads it."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise DamagedWorkbook from error
    if unpacked > LARGEST_UNPACKED_MIB << 20:
        raise WorkbookTooBig(mib=LARGEST_UNPACKED_MIB)


def _shown(cell: object) -> str:
    """A cell as people read it: a telephone number is no fraction, a day has no midnight."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta() | int() | str():
            return str(cell)
        case _:
            return ""


def _main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(arguments[0])
        if len(arguments) == 1:
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            sys.stdout.write(json.dumps(shown))
            return 0
        # Rows are counted from the sheet's first, empty ones too, so that their numbers are those that Excel shows.
        sheet = book.get_sheet_by_name(arguments[1])
        writer = csv.writer(sys.stdout)
        first = sheet.start[0] if sheet.start else 0
        writer.writerows([] for _ in range(first))
        writer.writerows([_shown(cell) for cell in row] for row in sheet.iter_rows())
    except (CalamineError, MemoryError, ValueError, OSError):
        return _CANNOT_BE_OPENED
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
