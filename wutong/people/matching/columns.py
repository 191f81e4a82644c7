"""What the columns of a table hold, guessed from their names and their values."""

import re
from collections.abc import Sequence

from wutong.people.matching.agreement import Kind, prepared

_LOOKED_AT = 2_000
_MOST = 0.8
_FEW_VALUES = 60
_FEW_OF_ALL = 0.2
_CHINESE_NAME = 4

_ID = re.compile(r"(^|[\s_\-])(id|ids|key|no|nr|uid|uuid|rec|record|row|index)([\s_\-]|$)|编号|序号|主键|标识")
_BY_NAME: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.EMAIL, re.compile(r"e-?mail|邮箱|邮件")),
    (Kind.PHONE, re.compile(r"phone|mobile|\btel|cell|手机|电话|联系方式")),
    (Kind.DATE, re.compile(r"birth|\bdob\b|date|出生|生日|日期")),
    (Kind.COMPANY, re.compile(r"company|employer|organi[sz]ation|公司|企业|单位|客户名称")),
    (Kind.NAME, re.compile(r"name|surname|姓|^名$|名字|联系人|称呼")),
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_READ_DATE = re.compile(r"^(18|19|20|21)\d{6}$")


def id_column(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """Where the records' own ids stand: the first column of different values whose name says so, else none."""
    for place, name in enumerate(columns):
        if _ID.search(name.casefold()) and len({row[place].strip() for row in rows} - {""}) == len(rows):
            return place
    return None


def kind_of(name: str, values: Sequence[str]) -> Kind | None:
    """What a column holds; None where there is nothing to compare: it is empty, or always the same."""
    known = [text.strip() for text in values if prepared(Kind.TEXT, text)][:_LOOKED_AT]
    distinct = {text.casefold() for text in known}
    if len(distinct) < 2:
        return None
    by_value = _by_value(known, distinct)
    by_name = next((kind for kind, pattern in _BY_NAME if pattern.search(name.casefold())), None)
    match by_name, by_value:
        case Kind.PHONE, Kind.DATE | Kind.NUMBER:
            return Kind.PHONE
        case Kind.COMPANY | Kind.NAME, Kind.TEXT | Kind.NAME | Kind.CHOICE:
            return by_name
        case Kind.DATE, Kind.NUMBER | Kind.TEXT:
            return Kind.DATE
        case _:
            return by_value


def _by_value(known: Sequence[str], distinct: set[str]) -> Kind:
    def most(fits: Sequence[bool]) -> bool:
        return sum(fits) >= _MOST * len(known)

    if most([_EMAIL.match(text) is not None for text in known]):
        return Kind.EMAIL
    if most([_READ_DATE.match(prepared(Kind.DATE, text)) is not None for text in known]):
        return Kind.DATE
    if len(distinct) <= min(_FEW_VALUES, max(2, _FEW_OF_ALL * len(known))):
        return Kind.CHOICE
    if most([2 * sum(char.isdigit() for char in text) >= len(text) for text in known]):
        return Kind.NUMBER
    if most([len(text.split()) == 1 for text in known]) and _is_short(known):
        return Kind.NAME
    return Kind.TEXT


def _is_short(known: Sequence[str]) -> bool:
    chinese = [text for text in known if not text.isascii()]
    return all(len(text) <= _CHINESE_NAME for text in chinese)
