"""What an address or a form names by an id. Nonsense names nobody: no error, and never the database's to judge."""

from uuid import UUID

_LONGEST = 18
"""Digits that fit a bigint, whatever they are."""


def uuid_or_none(text: object) -> UUID | None:
    """The public id that ``text`` spells."""
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def id_or_none(text: object) -> int | None:
    """The number that ``text`` spells."""
    is_number = isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if is_number and isinstance(text, str) else None
