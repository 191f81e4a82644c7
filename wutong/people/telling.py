"""Whether a text tells of somebody who is erased: by an address of theirs, or by their name."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from wutong.people.holdings import Whom
from wutong.people.models import Person

TELLING = 7
"""A shorter address than this may stand in a text by chance."""
_SHORTEST_NAME = 2
_BETWEEN_DIGITS = str.maketrans("", "", " -().+·")
Tells = Callable[[Iterable[str]], bool]


def addresses_of(whom: Whom) -> list[str]:
    """What points at them, as people write it, where it is long enough to be theirs alone."""
    return [value for one in whom.values if len(value := one.removeprefix("+86")) >= TELLING]


def names_of(whom: Whom) -> list[str]:
    names = Person.objects.filter(pk__in=whom.people).values_list("full_name", flat=True)
    return [name for name in names if len(name) >= _SHORTEST_NAME]


def told_by(values: Iterable[str]) -> Tells:
    """Whether texts hold one of these, however a telephone number is spaced."""
    wanted = sorted({_plain(value) for value in values})
    if not wanted:
        return lambda texts: False  # noqa: ARG005  # as the other
    pattern = re.compile("|".join(map(re.escape, wanted)))

    def tells(texts: Iterable[str]) -> bool:
        line = _plain("\n".join(texts))
        return pattern.search(line) is not None or pattern.search(line.translate(_BETWEEN_DIGITS)) is not None

    return tells


def sql_told_in(text: str) -> str:
    """A condition of SQL: whether an expression holds one of ``%(told)s``, in small letters, spaced as they may be.

    Not LIKE, to which the zhang_wei@… who is erased would be zhang.wei@…, too.
    """
    return (
        f"EXISTS (SELECT FROM unnest(%(told)s::text[]) t"
        f" WHERE strpos(lower({text}), t) > 0 OR strpos(translate({text}, ' -().+·', ''), t) > 0)"
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
