"""``wutong normalise`` and ``wutong companies``: the rules by which we compare, on anybody's own table.

Both read a CSV file with a heading (UTF-8, or GB 18030 as Excel writes it in China) and print one. A file that they
cannot read is told on stderr, and they leave with 2.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from wutong.people.companies.index import read_all
from wutong.people.credit_code import NotACreditCode, credit_code, fault_of, kind_of
from wutong.people.mail_domains import whose
from wutong.people.normal_form import NotAnIdentifier, email, is_generic, phone

if TYPE_CHECKING:
    import _csv

BAD_INPUT = 2
_BETWEEN_CODES = ";"


class BadTable(Exception):
    """A file is not the table that it should be; the message says what to mend."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A CSV file: its heading, and its rows, read one after the other."""

    path: Path
    columns: Sequence[str]
    rows: Iterator[Sequence[str]]

    def place_of(self, column: str) -> int:
        """Where a column stands.

        Raises:
            BadTable: there is none of this name.
        """
        if column not in self.columns:
            raise BadTable(f"{self.path} has no column {column}. It has: {', '.join(self.columns)}.")
        return self.columns.index(column)


@dataclass(frozen=True, kw_only=True)
class Normal:
    """What a value is in its normal form, or why it has none."""

    form: str = ""
    kind: str = ""
    is_valid: bool
    reason: str = ""
    extension: str = ""


def normalise_main(argv: list[str]) -> int:
    """Print a table with the normal form of one column.

    Added to each row: normal_form, normal_extension, kind, validity (valid or invalid), reason.
    """
    parser = argparse.ArgumentParser(
        prog="wutong normalise", description=normalise_main.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=list(_NORMALISERS))
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--column", help="the column to read; else the first of the usual names, else the first")
    parser.add_argument("--region", default="CN", help="of telephone numbers without one, where no default_region is")
    given = parser.parse_args(argv)
    return guarded("normalise", lambda: _normalise(given.what, given.file, column=given.column, region=given.region))


def companies_main(argv: list[str]) -> int:
    """Find the companies of one table among those of another, by name."""
    parser = argparse.ArgumentParser(prog="wutong companies", description=companies_main.__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    match = acts.add_parser(
        "match",
        help="print query,decision,codes,reason",
        description="Print query,decision,codes,reason: decision is same, branch, candidate or none;"
        f" codes are at most five, best first, with “{_BETWEEN_CODES}” between them.",
    )
    match.add_argument("--master", type=Path, required=True, metavar="M.csv", help="uscc,name,province,city")
    match.add_argument("--queries", type=Path, required=True, metavar="Q.csv", help="query")
    given = parser.parse_args(argv)
    return guarded("companies", lambda: _match(given.master, given.queries))


def read_table(path: Path) -> Table:
    """Open a CSV file.

    Raises:
        BadTable: there is no such file, or it is no table.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadTable(f"{path}: {error.strerror}.") from error
    if b"\0" in content:
        raise BadTable(f"{path} is no CSV file: it holds zero bytes. Save it as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise BadTable(f"{path} is neither UTF-8 nor GB 18030. Save it as CSV in UTF-8.") from error
    # Not splitlines(): a vertical tab or a separator of Unicode within a cell ends no row.
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    columns = _next_row(path, reader)
    if columns is None or not any(name.strip() for name in columns):
        raise BadTable(f"{path} has no heading. Write the names of the columns into the first line.")
    return Table(path=path, columns=[name.strip() for name in columns], rows=_rows(path, reader, len(columns)))


def guarded(name: str, work: Callable[[], None]) -> int:
    """Do the work of ``wutong NAME``; a table that cannot be read is told on stderr."""
    try:
        work()
    except BadTable as bad:
        print(f"wutong {name}: {bad}", file=sys.stderr)  # noqa: T201  # a command speaks on its streams
        return BAD_INPUT
    except BrokenPipeError:  # whoever read on has read enough; what is left must not fail on the way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _rows(path: Path, reader: "_csv.Reader", width: int) -> Iterator[Sequence[str]]:
    while (row := _next_row(path, reader)) is not None:
        if len(row) > width:
            raise BadTable(f"{path}, line {reader.line_num}: {len(row)} fields under {width} columns.")
        if row:
            yield [*row, *[""] * (width - len(row))]


def _next_row(path: Path, reader: "_csv.Reader") -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise BadTable(f"{path}, line {reader.line_num}: {error}.") from error


def _normalise(what: str, path: Path, *, column: str | None, region: str) -> None:
    table = read_table(path)
    usual, normalise = _NORMALISERS[what]
    chosen = column or next((name for name in usual if name in table.columns), table.columns[0])
    value_at = table.place_of(chosen)
    region_at = table.columns.index("default_region") if "default_region" in table.columns else None
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*table.columns, "normal_form", "normal_extension", "kind", "validity", "reason"])
    for row in table.rows:
        here = (row[region_at].strip().upper() if region_at is not None else "") or region
        one = normalise(row[value_at], here)
        validity = "valid" if one.is_valid else "invalid"
        out.writerow([*row, one.form, one.extension, one.kind, validity, one.reason])


def _phone(text: str, region: str) -> Normal:
    if not text.strip():
        return Normal(is_valid=False, reason="empty")
    try:
        found = phone(text, region=region)
    except NotAnIdentifier as no:
        return Normal(is_valid=False, reason=str(no))
    if found.extension:
        reason = "an extension: links nobody"
    elif is_generic("phone", found.e164):
        reason = "a placeholder: links nobody"
    elif found.is_personal:
        reason = "identifies a person"
    else:
        reason = "a company's number: identifies nobody"
    return Normal(form=found.e164, kind=found.kind, is_valid=True, reason=reason, extension=found.extension)


def _email(text: str, region: str) -> Normal:  # noqa: ARG001  # the form of all normalisers
    if not text.strip():
        return Normal(is_valid=False, reason="empty")
    try:
        address = email(text)
    except NotAnIdentifier as no:
        return Normal(is_valid=False, reason=str(no))
    is_role = is_generic("email", address)
    kind = "role" if is_role else whose(address.rpartition("@")[2]).value
    reason = "a role's mailbox: links nobody" if is_role else "identifies a person"
    return Normal(form=address, kind=kind, is_valid=True, reason=reason)


def _credit_code(text: str, region: str) -> Normal:  # noqa: ARG001  # the form of all normalisers
    if not text.strip():
        return Normal(is_valid=False, reason="empty")
    try:
        code = credit_code(text)
    except NotACreditCode as no:
        return Normal(is_valid=False, reason=str(no))
    fault = fault_of(code)
    return Normal(form=code, kind=kind_of(code), is_valid=not fault, reason=fault)


_NORMALISERS: dict[str, tuple[Sequence[str], Callable[[str, str], Normal]]] = {
    "phones": (("raw", "phone", "telephone", "mobile", "手机", "电话"), _phone),
    "emails": (("raw", "email", "e-mail", "mail", "邮箱"), _email),
    "credit-codes": (("raw", "code", "uscc", "credit_code", "统一社会信用代码"), _credit_code),
}


def _match(master: Path, queries: Path) -> None:
    companies = read_table(master)
    places = [companies.place_of(name) for name in ("uscc", "name")]
    optional = [companies.columns.index(name) if name in companies.columns else None for name in ("province", "city")]
    asked = read_table(queries)
    query_at = asked.place_of("query")

    def known() -> Iterator[tuple[str, str, str, str]]:
        for row in companies.rows:
            code, name = (row[at].strip() for at in places)
            province, city = (row[at] if at is not None else "" for at in optional)
            if code and name.strip():
                yield code, name, province, city

    index = read_all(known())
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["query", "decision", "codes", "reason"])
    for row in asked.rows:
        answer = index.find(row[query_at])
        codes = _BETWEEN_CODES.join(one.code for one in answer.found)
        out.writerow([row[query_at], answer.decision.value, codes, answer.reason])
