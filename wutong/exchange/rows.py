"""A row of a file as a person with a company: what it says in normal form, and what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from msgspec import Struct

from wutong.exchange.columns import EXTRA, IDENTIFIERS, IGNORE, OF_COMPANY, is_own
from wutong.exchange.values import read_date
from wutong.people import normal_form
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent
from wutong.people.custom_values import NotAValue, read_text
from wutong.people.identifiers import IdentifierKey
from wutong.people.models import CustomField, IdentifierKind
from wutong.people.normal_form import NotAnIdentifier

_LENGTHS = {"full_name": 120, "title": 120, "company": 200, "department": 120, "region": 80, "campaign": 80}
_LONGEST_REMARK = 5_000
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
EMPTY = frozenset({"", "-", "--", "/", "无", "暂无", "n/a", "na", "null", "none", "#n/a", "nan", "空"})
BETWEEN_TAGS = re.compile(r"[;；、,，|\n]")
_SEPARATORS = str.maketrans("", "", " -()+\u3000（）")
_BETWEEN = re.compile(r"[;；/、]|,|，| 或 ")

REASONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "nobody": (
        pgettext_lazy("import problem", "Nothing to recognise anybody by"),
        pgettext_lazy("import problem", "Add a mobile number, an e-mail address or a customer number."),
    ),
    "bad_phone": (
        pgettext_lazy("import problem", "Not a valid telephone number"),
        pgettext_lazy("import problem", "Check the digits; numbers abroad begin with + and the country."),
    ),
    "shortened": (
        pgettext_lazy("import problem", "Excel has shortened this number, its last digits are lost"),
        pgettext_lazy("import problem", "Format the column as text in the original and export it anew."),
    ),
    "bad_email": (
        pgettext_lazy("import problem", "Not a valid e-mail address"),
        pgettext_lazy("import problem", "Write it as name@company.com, one address in a cell."),
    ),
    "bad_credit_code": (
        pgettext_lazy("import problem", "Not a credit code: it has 18 digits and letters"),
        pgettext_lazy("import problem", "Copy it from the licence, or leave the cell empty."),
    ),
    "odd_credit_code": (
        pgettext_lazy("import problem", "The check digit of this credit code does not fit; it was not used"),
        pgettext_lazy("import problem", "Compare it with the licence."),
    ),
    "bad_date": (
        pgettext_lazy("import problem", "Not a date"),
        pgettext_lazy("import problem", "Write it as 2026-12-31."),
    ),
    "bad_own_value": (
        pgettext_lazy("import problem", "Does not fit the kind or the limits of this field; it was left out"),
        pgettext_lazy("import problem", "Look at the field under Settings: a number, a date, yes or no."),
    ),
    "unknown_answer": (
        pgettext_lazy("import problem", "The field does not offer this answer; it was left out"),
        pgettext_lazy("import problem", "Write one of its answers, or let an administrator add this one."),
    ),
    "too_long": (
        pgettext_lazy("import problem", "Longer than can be kept; the end was cut off"),
        pgettext_lazy("import problem", "Shorten it, or put the rest into a remark."),
    ),
    "generic": (
        pgettext_lazy("import problem", "Belongs to nobody in particular, such as info@ or 13800138000"),
        pgettext_lazy("import problem", "Add the person's own number or address."),
    ),
    "unknown_owner": (
        pgettext_lazy("import problem", "No colleague of this name or address can own leads"),
        pgettext_lazy("import problem", "Write the colleague's sign-in address."),
    ),
    "unknown_tag": (
        pgettext_lazy("import problem", "There is no such tag of people; it was left out"),
        pgettext_lazy("import problem", "Add it under Settings, or write “group: tag” where two groups have one."),
    ),
    "not_in_sight": (
        pgettext_lazy("import problem", "This person is looked after by others and was left as it is"),
        pgettext_lazy("import problem", "Ask a manager to import this row."),
    ),
    "could_not_be_stored": (
        pgettext_lazy("import problem", "This row could not be stored"),
        pgettext_lazy("import problem", "Look for unusual characters, and tell your administrator."),
    ),
}
"""What happened and what to do, by the code of a problem."""


class Problem(Struct, frozen=True):
    """What is wrong with a cell, or with the row as a whole (``place`` -1)."""

    place: int
    code: str


class Row(Struct, frozen=True, kw_only=True):
    """What a row says. One that ``is_faulty`` cannot be imported; of others only single values are left out."""

    number: int
    owner: str = ""
    tags: tuple[str, ...] = ()
    """As the file calls them."""
    problems: tuple[Problem, ...] = ()
    is_faulty: bool = False


class ImportRow(Row, frozen=True, kw_only=True):
    """What a row says of a person with a company."""

    identifiers: tuple[IdentifierKey, ...] = ()
    facts: Mapping[str, str]
    email: str = ""
    credit_code: str = ""
    company_values: Mapping[str, str] = {}
    """Of the own fields of the person's company, each in its one text, by what they are filed under."""
    campaign: str = ""
    seen_at: datetime | None = None


def read_row(
    number: int,
    cells: Sequence[str],
    mapping: Sequence[str],
    names: Sequence[str],
    *,
    scope: str,
    id: UUID,
    own: Mapping[str, CustomField] | None = None,
) -> ImportRow:
    """Read one row.

    Args:
        mapping: the meaning of each column.
        names: how the columns are called, for what is kept under its own name.
        scope: the other system whose numbers ``crm_id`` holds; empty: there is one.
        id: what stands for somebody who has an office number alone.
        own: the company's own fields that may be filled in, by their meaning.
    """
    found: list[IdentifierKey] = []
    facts: dict[str, str] = {}
    of_company: dict[str, str] = {}
    given: dict[str, str] = {}
    problems: list[Problem] = []
    for place, (cell, meaning) in enumerate(zip(cells, mapping, strict=False)):
        if not cell or meaning == IGNORE or (len(cell) < 5 and cell.lower() in EMPTY):
            continue
        if meaning in IDENTIFIERS:
            keys, said = _identifiers(meaning, cell, scope)
            found += keys
            problems += [Problem(place, code) for code in said]
            if meaning in ("phone", "email") and not _tells_all(keys, cell):
                facts.setdefault(meaning, cell[:320])
        elif is_own(meaning):
            try:
                value = read_text(own[meaning], cell) if own and meaning in own else ""
                (of_company if meaning.startswith(OF_COMPANY) else facts)[meaning.removeprefix(OF_COMPANY)] = value
            except NotAValue as no:
                problems.append(Problem(place, "bad_own_value" if no.code != "unknown_value" else "unknown_answer"))
        elif meaning == EXTRA:
            facts[f"extra:{(names[place] or str(place + 1))[:34]}"] = cell
        else:
            if len(cell) > (longest := _LENGTHS.get(meaning, _LONGEST_REMARK)):
                problems.append(Problem(place, "too_long"))
            given[meaning] = cell[:longest]
            if wrong := value_problem(meaning, cell):
                problems.append(Problem(place, wrong))
    facts = {name: value for name, value in facts.items() if value}
    facts |= {name: value for name, value in given.items() if name in _FACTS}
    identifiers = tuple(dict.fromkeys(found))
    if not identifiers and "phone" in facts and not any(mapping[one.place] == "phone" for one in problems):
        identifiers = (IdentifierKey(IdentifierKind.DEVICE, f"import-{id}"),)
    is_faulty = not identifiers
    if is_faulty and not problems:
        problems.append(Problem(-1, "nobody"))
    return ImportRow(
        number=number,
        identifiers=identifiers,
        facts=facts,
        email=next((key.value for key in identifiers if key.kind is IdentifierKind.EMAIL), ""),
        credit_code=code_in(given.get("credit_code", "")),
        company_values={name: value for name, value in of_company.items() if value} if of_company else of_company,
        campaign=given.get("campaign", ""),
        owner=given.get("owner", ""),
        tags=tuple(filter(None, map(str.strip, BETWEEN_TAGS.split(given.get("tags", ""))))),
        seen_at=_noon(given.get("seen_on", "")),
        problems=tuple(problems),
        is_faulty=is_faulty,
    )


_FACTS = ("full_name", "title", "department", "company", "region", "message")


def _tells_all(keys: Sequence[IdentifierKey], cell: str) -> bool:
    """Whether nothing is lost of a cell when its identifier is kept: not an extension, and no second number."""
    if len(keys) != 1:
        return False
    written = cell.casefold().translate(_SEPARATORS)
    return keys[0].value.endswith(written) and bool(written)


def _identifiers(meaning: str, cell: str, scope: str) -> tuple[list[IdentifierKey], list[str]]:
    """What a cell says, which may hold several, and what is wrong with it."""
    if meaning == "phone":
        return _each(cell, _phone)
    if meaning == "email":
        return _each(cell, _email)
    kind = IdentifierKind(meaning)
    return [IdentifierKey(kind, cell[:320], scope if kind is IdentifierKind.CRM_ID else "")], []


def _each(cell: str, read: Callable[[str], tuple[IdentifierKey | None, str]]) -> tuple[list[IdentifierKey], list[str]]:
    """Read a cell, and where that fails its parts: 138…; 139…."""
    key, said = read(cell)
    if key is not None or not said or not _BETWEEN.search(cell):
        return ([key] if key is not None else []), ([said] if said else [])
    keys, problems = [], []
    for part in filter(None, map(str.strip, _BETWEEN.split(cell))):
        key, said = read(part)
        keys += [key] if key is not None else []
        problems += [said] if said else []
    return keys, list(dict.fromkeys(problems))


def _phone(text: str) -> tuple[IdentifierKey | None, str]:
    if _SHORTENED.fullmatch(text):
        return None, "shortened"
    try:
        number = normal_form.phone(text)
    except NotAnIdentifier:
        return None, "bad_phone"
    if normal_form.is_generic("phone", number.e164):
        return None, "generic"
    # An office number reaches somebody and identifies nobody: kept as a fact.
    return (IdentifierKey(IdentifierKind.PHONE, number.e164) if number.is_personal else None), ""


def _email(text: str) -> tuple[IdentifierKey | None, str]:
    try:
        address = normal_form.email(text)
    except NotAnIdentifier:
        return None, "bad_email"
    if normal_form.is_generic("email", address):
        return None, "generic"
    return IdentifierKey(IdentifierKind.EMAIL, address), ""


def value_problem(meaning: str, cell: str) -> str:
    if meaning == "seen_on":
        return "" if read_date(cell) else "bad_date"
    if meaning == "credit_code":
        try:
            return "" if is_consistent(credit_code(cell)) else "odd_credit_code"
        except NotACreditCode:
            return "bad_credit_code"
    return ""


@lru_cache(maxsize=5_000)
def code_in(cell: str) -> str:
    with suppress(NotACreditCode):
        code = credit_code(cell)
        if is_consistent(code):
            return code
    return ""


def _noon(cell: str) -> datetime | None:
    """A day as an instant that is that day in every zone of China's and Europe's."""
    day = read_date(cell) if cell else None
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC) if day else None
