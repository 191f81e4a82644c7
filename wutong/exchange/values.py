"""What a cell looks like by itself: how columns are guessed, and a line of headings told from a line of data."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent

_PHONE = re.compile(r"(?:\+|00)?[\d\s().·-]{7,20}(?:(?:转|ext\.?|#)\s*\d{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]{2,}")
_COMPANY = re.compile(
    r"(?:公司|集团|工厂|厂|研究院|研究所|事务所|合作社|银行|医院|大学|学院)(?:[（(].*[)）])?$"
    r"|\b(?:inc|ltd|llc|gmbh|co|corp|limited|company|s\.?a\.?|b\.?v\.?|plc|ag)\.?$",
    re.IGNORECASE,
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵万覃武钱戴严欧莫孔向常汤康易乔赖文涂詹柳施柯凌"
)
_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|(?:欧阳|司马|上官|诸葛|夏侯|司徒)[\u4e00-\u9fff]{{1,2}}")
_LATIN_NAME = re.compile(r"[A-Z][a-z'’-]+(?: [A-Z][a-z'’.-]*){1,2}")
_TITLE = re.compile(
    r"经理|总监|总裁|主管|主任|工程师|专员|顾问|董事|老师|院长|厂长|CEO|CTO|CFO|CIO|manager|director|engineer|officer",
    re.IGNORECASE,
)
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d.%m.%Y")


def read_date(text: str) -> date | None:
    """The day that a cell names, year first or as 31.12.2026; a time behind it is left out."""
    day = text.strip().partition("T")[0].split(" ")[0]
    for form in _DATES:
        try:
            found = datetime.strptime(day, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        return found if 1900 <= found.year <= 2200 else None
    return None


def is_phone(text: str) -> bool:
    digits = sum(character.isdecimal() for character in text)
    return 7 <= digits <= 15 and _PHONE.fullmatch(text) is not None and read_date(text) is None


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def is_credit_code(text: str) -> bool:
    try:
        return is_consistent(credit_code(text))
    except NotACreditCode:
        return False


def is_company(text: str) -> bool:
    return len(text) > 3 and _COMPANY.search(text) is not None


def is_name(text: str) -> bool:
    return (_NAME.fullmatch(text) or _LATIN_NAME.fullmatch(text)) is not None and not is_company(text)


def is_title(text: str) -> bool:
    return len(text) <= 20 and _TITLE.search(text) is not None


def is_date(text: str) -> bool:
    return read_date(text) is not None


LOOKS: dict[str, Callable[[str], bool]] = {
    "email": is_email,
    "credit_code": is_credit_code,
    "phone": is_phone,
    "company": is_company,
    "seen_on": is_date,
    "title": is_title,
    "full_name": is_name,
}
"""By the code of a column's meaning, the surest first."""


def looks_like_data(text: str) -> bool:
    """Whether a cell can be no heading."""
    return is_email(text) or is_phone(text) or is_credit_code(text)


def share_of(look: Callable[[str], bool], samples: Sequence[str]) -> float:
    """How many of ``samples`` look so, as a share of 1; 0 where there are none."""
    return sum(map(look, samples)) / len(samples) if samples else 0.0
