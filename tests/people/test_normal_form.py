"""Two spellings of one thing have one normal form."""

import csv
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wutong.people.models import IdentifierKind
from wutong.people.normal_form import NotAnIdentifier, email, is_generic, phone


def test_telephone_numbers_as_people_type_them(shared_data) -> None:
    wrong = []
    for row in csv.DictReader(shared_data("phones.csv").read_text(encoding="utf-8").splitlines()):
        try:
            read = phone(row["raw"], region=row["default_region"])
            found = (read.e164, read.extension)
            is_personal = row["type"] in ("mobile", "fixed_line_or_mobile") and not row["extension"]
        except NotAnIdentifier:
            found, is_personal, read = ("", ""), False, None
        if found != (row["e164"], row["extension"]) or (read is not None and read.is_personal != is_personal):
            wrong.append((row, found))
    assert not wrong


@pytest.mark.parametrize("text", ["", "   ", "not a number", "123", "1" * 40, "+", "转", "\u200b", "１３８"])
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        phone(text)


@pytest.mark.parametrize("text", ["010-62345678", "400-810-6666", "010-62345678 转 802", "139 1111 2222 转 12"])
def test_an_office_number_or_an_extension_names_nobody(text: str) -> None:
    assert not phone(text).is_personal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Mei.Lin@Example.COM", "mei.lin@example.com"),
        ("  mei@example.com\u200b", "mei@example.com"),
        ("ｍｅｉ＠example.com", "mei@example.com"),
        ("mei+news@gmail.com", "mei+news@gmail.com"),
        ("m.e.i@gmail.com", "m.e.i@gmail.com"),
        ("mei@例子.公司", "mei@xn--fsqu00a.xn--55qx5d"),
    ],
)
def test_addresses_differ_in_nothing_but_case_and_form(text: str, normal: str) -> None:
    assert email(text) == normal


mobile_like = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
address_like = st.from_regex(r"[aB1_+.-]{1,5}@[ab1.-]{1,6}\.(cn|com|test|local|c1|x)", fullmatch=True)


@settings(max_examples=200)
@given(mobile_like, address_like)
def test_what_is_plain_is_read_as_anything_else(number: str, address: str) -> None:
    """White space around it leaves it the same number, and takes it out of what is recognised at a glance."""
    assert read(phone, number) == read(phone, f" {number}")
    assert read(email, address) == read(email, f" {address}")


def read(form: Callable[[str], object], text: str) -> object:
    try:
        return form(text)
    except NotAnIdentifier:
        return None


@pytest.mark.parametrize(
    "text", ["", "mei", "mei@", "@example.com", "mei@@example.com", "mei@example..com", "a b@c.de"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        email(text)


@pytest.mark.parametrize(
    ("kind", "value", "generic"),
    [
        (IdentifierKind.EMAIL, "info@example.com", True),
        (IdentifierKind.EMAIL, "客服@example.com", True),
        (IdentifierKind.EMAIL, "informatics@example.com", False),
        (IdentifierKind.PHONE, "+8613800138000", True),
        (IdentifierKind.PHONE, "+8613888888888", True),
        (IdentifierKind.PHONE, "+8613912345678", False),
        (IdentifierKind.PHONE, "+8613901390139", False),
        (IdentifierKind.COOKIE, "info@example.com", False),
    ],
)
def test_what_belongs_to_nobody_in_particular(kind: IdentifierKind, value: str, generic: bool) -> None:
    assert is_generic(kind, value) is generic
