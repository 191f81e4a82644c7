"""Tables written to files, each row with the mark of whoever had it written."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.platform.audit_trail import neutral
from wutong.platform.organisation import our_zone
from wutong.platform.watermark import COLUMN, Watermark

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Cell = str | int | Decimal | date | datetime | None
Row = list[Cell]
_LONGEST_FOOTER = 240
"""Excel takes 255 characters."""


def write_csv(
    path: Path,
    *,
    title: str,  # noqa: ARG001  # as the other
    columns: Sequence[str | Promise],
    rows: Iterable[Row],
    mark: Watermark,
) -> None:
    """A table as Excel and machines read it: the mark is its last column and nothing stands above the headings."""
    zone = our_zone()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([neutral(str(column)) for column in (*columns, COLUMN)])
        writer.writerows([_told(cell, zone) for cell in (*row, str(mark))] for row in rows)


def write_xlsx(
    path: Path, *, title: str, columns: Sequence[str | Promise], rows: Iterable[Row], mark: Watermark
) -> None:
    """A workbook of the table, with the mark in its rows, in what is printed, and on a sheet of its own."""
    from xlsxwriter import Workbook  # here: only whoever writes a workbook needs it

    zone = our_zone()
    # A cell is text or a number, whatever it begins with: nothing becomes a formula or a link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, [str(column) for column in (*columns, COLUMN)], bold)
        sheet.freeze_panes(1, 0)
        printed = str(mark).replace("&", "&&")[:_LONGEST_FOOTER]
        sheet.set_footer(f"&L{printed}&R&P/&N")
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate([*row, str(mark)]):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(number, place, cell)
                elif cell not in (None, ""):
                    sheet.write_string(number, place, _text(cell, zone)[:32_000])
        _tell_of_file(book, title, mark)


def _tell_of_file(book: "Workbook", title: str, mark: Watermark) -> None:
    """A sheet, and the properties of the file, that say whose it is."""
    book.set_properties({"title": title, "author": mark.name, "company": mark.company, "comments": str(mark)})
    sheet = book.add_worksheet(_("About this file"))
    told = [
        (pgettext("of a file", "List"), title),
        (_("Exported by"), mark.name),
        (pgettext("of a file", "Company"), mark.company),
        (pgettext("of a file", "Written"), f"{mark.at:%Y-%m-%d %H:%M}"),
        (str(COLUMN), mark.number),
        ("", _("For internal use. Whoever passes it on is named in every row.")),
    ]
    for number, (label, value) in enumerate(told):
        sheet.write_string(number, 0, label)
        sheet.write_string(number, 1, value)


def _told(cell: Cell, zone: ZoneInfo) -> str:
    """What was typed begins no formula; a number below nought stays one."""
    return neutral(cell) if isinstance(cell, str) else _text(cell, zone)


def _text(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
