"""Text files: in which encoding they are, and what stands between their columns."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from wutong.exchange.tables.refusals import BrokenQuotes, NotATable, UnknownEncoding

ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "gb18030": "GB 18030 (GBK)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "big5": "Big5",
    "cp1252": "Windows-1252",
}
DELIMITERS = (",", "\t", ";", "|", "，")
_LOOKED_AT_BYTES = 65_536
_LOOKED_AT_ROWS = 60
_PIECE = 1 << 20
_MOST_LINES = 200
"""In one cell. More are a quotation mark that is never closed."""


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read: what is plain at its top may be Chinese at its end.

    Raises:
        NotATable: it holds bytes that stand in no text.
        UnknownEncoding: none fits.
    """
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        return _sixteen_bits(head)
    # Only the first is strict enough to rule itself out by nature; the last takes nearly anything.
    for encoding in ("utf-8-sig", "gb18030", "big5", "cp1252"):
        if _is_readable(path, encoding):
            return encoding
    raise UnknownEncoding(encoding=", ".join(ENCODINGS.values()))


def delimiter_of(path: Path, encoding: str) -> str:
    """What stands between the columns: what divides most rows into equally many, at least two."""
    with path.open("rb") as file:
        head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(_LOOKED_AT_BYTES))
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _first_rows(head, delimiter) if row]
        usual = Counter(width for width in widths if width > 1).most_common(1)
        if usual and (score := (round(usual[0][1] / len(widths), 1), usual[0][0])) > best:
            best, found = score, delimiter
    return found


def rows_of_text(path: Path, *, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number, empty ones counted: the numbers that Excel shows.

    Raises:
        UnknownEncoding: a character cannot be read, though the encoding was chosen.
        BrokenQuotes: a quotation mark is never closed.
    """
    with path.open(encoding=encoding, newline="") as file:
        # Not strict: 5" in a cell is inches. A mark that is never closed swallows more than a cell can hold.
        reader = csv.reader((line.replace("\x00", "") for line in file), delimiter=delimiter)
        begun = 1
        try:
            for number, row in enumerate(reader, start=1):
                if reader.line_num - begun > _MOST_LINES:
                    raise BrokenQuotes(line=begun)
                yield number, row
                begun = reader.line_num + 1
        except UnicodeError as error:
            raise UnknownEncoding(encoding=ENCODINGS.get(encoding, encoding)) from error
        except csv.Error as error:
            raise BrokenQuotes(line=begun) from error


def _first_rows(head: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > _LOOKED_AT_ROWS:
                break
    except csv.Error:
        return rows
    return rows[:-1] or rows  # the last one may be cut


def _sixteen_bits(head: bytes) -> str:
    """UTF-16 without its mark: what is plain has a zero in every second byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = 0.05 * len(head) / 2
    if odd > enough and odd > 8 * even:
        return "utf-16-le"
    if even > enough and even > 8 * odd:
        return "utf-16-be"
    raise NotATable


def _is_readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True
