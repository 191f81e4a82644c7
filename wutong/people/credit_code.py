"""The unified social credit code of a company: 18 characters, the last a check digit. Source: GB 32100-2015."""

import re
import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_KINDS = {
    "11": "government", "12": "public_institution", "13": "people's_organisation", "31": "law_firm",
    "51": "association", "52": "private_institution", "53": "foundation", "81": "trade_union",
    "91": "enterprise", "92": "sole_trader", "93": "farmers_cooperative",
}  # fmt: skip


class NotACreditCode(ValueError):
    """A text that cannot be a credit code, whatever its check digit; the message says why."""


def credit_code(text: str) -> str:
    """The normal form of a code as people type it, its check digit unchecked.

    Raises:
        NotACreditCode: it has not 18 characters of the code's alphabet, or only zeros.
    """
    compact = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(compact) != LENGTH:
        raise NotACreditCode(f"{len(compact)} characters, not {LENGTH}")
    if strange := sorted(set(compact) - set(_ALPHABET)):
        raise NotACreditCode(f"{' '.join(strange)} stands in no code")
    if not compact.strip("0"):
        raise NotACreditCode("nothing but zeros")
    return compact


def is_consistent(code: str) -> bool:
    """Whether division and check digit of a code in normal form fit. About one real code in ten thousand does not."""
    return not fault_of(code)


def fault_of(code: str) -> str:
    """What does not fit in a code in normal form; nothing when all does."""
    try:
        uscc.validate(code)
    except InvalidChecksum:
        return f"the check character is {code[-1]}, the others ask for {uscc.calc_check_digit(code[:-1])}"
    except ValidationError:
        return "the first eight characters are not all digits"
    return ""


def kind_of(code: str) -> str:
    """What sort of body has a code in normal form, by its first two characters."""
    return _KINDS.get(code[:2], "other")
