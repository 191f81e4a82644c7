"""Files and imports for tests."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from tests.cast import NINE
from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.exchange.starting import Policy, map_columns, start, upload
from wutong.exchange.undoing import run_undo, undo
from wutong.platform.models import BusinessScope, Staff, Team

HEADINGS = ("姓名", "手机", "邮箱", "公司", "职位", "客户编号")
ZHOU = ("周思远", "13900010001", "zhou@beichen.cn", "北辰科技有限公司", "总监", "C1")
LI = ("李梅", "13900010002", "li@nanshan.cn", "南山贸易有限公司", "经理", "C2")
LATER = NINE + timedelta(days=1)


def as_csv(*rows: tuple[str, ...], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(path: Path, **sheets: list[tuple[Any, ...]]) -> bytes:
    with Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path.read_bytes()


def uploaded(
    content: bytes, by: Staff, *, name: str = "people.csv", at: datetime = NINE, kind: str = "people"
) -> PeopleImport:
    return upload(file=SimpleUploadedFile(name, content), by=by, at=at, kind=kind)


def policy(**given: Any) -> Policy:
    values: dict[str, Any] = {
        "known": PeopleImport.Known.FILL,
        "leads": PeopleImport.Leads.NONE,
        "basis": PeopleImport.Basis.CONSENT,
        "basis_text": "We may call you.",
        "basis_proof": "Cards in folder 12",
        "team": Team.objects.get(parent=None),
        "scope": BusinessScope.objects.get(),
    }
    return Policy(**(values | given))


def started(*rows: tuple[str, ...], by: Staff, **given: Any) -> PeopleImport:
    """An import that waits to run."""
    run = uploaded(as_csv(HEADINGS, *rows), by)
    map_columns(run=run, mapping=run.mapping, by=by, at=NINE)
    start(run=run, policy=policy(**given), by=by, at=NINE)
    return run


def imported(*rows: tuple[str, ...], by: Staff, at: datetime = NINE, **given: Any) -> PeopleImport:
    """An import that has run."""
    run = started(*rows, by=by, **given)
    run_import(run.pk, now=lambda: at)
    run.refresh_from_db()
    return run


def undone(run: PeopleImport, by: Staff) -> PeopleImport:
    undo(run=run, by=by, at=LATER)
    run_undo(run.pk, now=lambda: LATER)
    run.refresh_from_db()
    return run
