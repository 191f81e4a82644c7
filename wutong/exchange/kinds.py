"""What the kinds of imports differ in before their rows are read: what columns may mean, and what a row must name."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import pgettext

from wutong.exchange import columns, company_columns
from wutong.exchange.columns import (
    OF_COMPANY,
    Words,
    column_name,
    guess_columns,
    is_own,
    own_meaning,
    own_meanings,
    with_own_fields,
)
from wutong.exchange.models import PeopleImport
from wutong.people.models import CustomField

_K = PeopleImport.Kind


def words_of(kind: str) -> Words:
    """What columns may mean."""
    return columns.OF_PEOPLE if kind == _K.PEOPLE else company_columns.OF_COMPANIES


def recognised_by(kind: str) -> tuple[str, ...]:
    """The meanings of which a file must have one, and a row as well."""
    return columns.IDENTIFIERS if kind == _K.PEOPLE else company_columns.IDENTIFIERS


def meanings_for(run: PeopleImport) -> dict[str, str | Promise]:
    """What a column may mean: with the company's own fields that the import may fill in."""
    own, of_company = (
        pgettext("column", "Own field: %(name)s"),
        pgettext("column", "Own field of the company: %(name)s"),
    )
    return {**words_of(run.kind).meanings} | {
        code: (of_company if code.startswith(OF_COMPANY) else own) % {"name": field.name}
        for code, field in own_meanings(run).items()
    }


def guesses_for(run: PeopleImport, rows: Sequence[Sequence[str]]) -> list[str]:
    """The best guess of what each column of a file means, by its first rows."""
    words = words_of(run.kind)
    return with_own_fields(guess_columns(run.columns, rows, words), run.columns, own_meanings(run), words)


def retired_in(run: PeopleImport, mapping: Sequence[str]) -> list[tuple[str, str]]:
    """The columns that ``mapping`` lets fill in a field that is retired, or no longer the colleague's to fill in: they
    are left out. Each with the name of its field.
    """
    known = meanings_for(run)
    gone = {place: meaning for place, meaning in enumerate(mapping) if is_own(meaning) and meaning not in known}
    names = {own_meaning(field, run.kind): field.name for field in CustomField.objects.all()} if gone else {}
    return [(column_name(run.columns, place), names.get(meaning, meaning)) for place, meaning in gone.items()]
