"""The unified social credit code of a company: 18 characters, the last a check digit. Source: GB 32100-2015."""

import re
import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

_SHAPE = re.compile(r"^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$")


class NotACreditCode(ValueError):
    """A text that cannot be a credit code, whatever its check digit."""


def credit_code(text: str) -> str:
    """The normal form of a code as people type it, its check digit unchecked.

    Raises:
        NotACreditCode: it has not 18 characters of the code's alphabet, or only zeros.
    """
    compact = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _SHAPE.match(compact) or not compact.strip("0"):
        raise NotACreditCode
    return compact


def is_consistent(code: str) -> bool:
    """Whether division and check digit of a code in normal form fit. About one real code in ten thousand does not."""
    try:
        uscc.validate(code)
    except ValidationError:
        return False
    return True
