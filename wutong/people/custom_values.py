"""What is in a company's own fields: read in their types, kept as statements, brought to stand for lists.

One text stands for a value wherever it is kept or sent: a number without separators, a day as 2026-12-31, ``yes`` or
``no``, the codes of answers with commas between them. :func:`read_text` and :func:`read_json` are the only ways to it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wutong.people.account_facts import Word
from wutong.people.facts import Statement, standing, state_many
from wutong.people.identifiers import hold
from wutong.people.models import Account, AccountFact, Assurance, CustomField, CustomOption, FieldValue
from wutong.people.models.custom_field import PREFIX
from wutong.people.people_to_tag import look_again
from wutong.platform.rows import execute, id_array

LONGEST_TEXT = 300
LONGEST_LINK = 500
MOST_CHOSEN = 25
LARGEST = Decimal(10) ** 13
Json = str | int | float | bool | list[str] | None
_K = CustomField.Kind
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_YES = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√"})
_NO = frozenset({"no", "n", "false", "0", "否", "没有", "不", "×"})
_BETWEEN = re.compile(r"[,，;；、\n]")
_is_link = URLValidator(schemes=["http", "https"])


class NotAValue(ValueError):
    """What was said is none of what the field takes. Its text says what is needed; ``code`` is for programs."""

    def __init__(self, code: str, sentence: str | Promise, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self._sentence, self._params = sentence, params

    def __str__(self) -> str:
        return str(self._sentence) % self._params


@dataclass(frozen=True, kw_only=True)
class SaidOfPerson:
    """Somebody says what is in a field of a person; ``value`` is in its one text, empty for nothing."""

    subject_id: int
    person_id: int
    field: CustomField
    value: str
    event_id: UUID | None = None


def read_text(field: CustomField, text: str, *, held: str = "") -> str:
    """What somebody typed, or a cell holds, in its one text; empty for nothing.

    Args:
        held: what is there now: answers that are offered no longer may stay.

    Raises:
        NotAValue: see there.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\x00", "").strip()
    if not plain:
        return ""
    match field.kind:
        case _K.NUMBER | _K.MONEY:
            return _number(field, plain.replace(",", "").replace(" ", "").lstrip("¥￥$€"))
        case _K.DATE:
            return _day(plain)
        case _K.YES_NO:
            word = plain.casefold()
            if word not in _YES | _NO:
                raise NotAValue("wrong_type", _("Write yes or no."))
            return "yes" if word in _YES else "no"
        case _K.ONE:
            return _option(field, plain, held)
        case _K.MANY:
            return _options(field, [part.strip() for part in _BETWEEN.split(plain) if part.strip()], held)
        case _K.LINK:
            return _link(text.replace("\x00", "").strip())
    shown = text.replace("\x00", "").strip()
    if len(shown) > LONGEST_TEXT:
        raise NotAValue("too_long", _("At most %(most)d characters."), most=LONGEST_TEXT)
    return shown


def read_json(field: CustomField, value: object) -> str:
    """What another system sent, in its one text.

    Raises:
        NotAValue: it is no JSON value of the field's type, or none that the field takes.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match field.kind:
        case _ if value is None:
            return ""
        case _K.NUMBER | _K.MONEY if is_number:
            return _number(field, repr(value))
        case _K.YES_NO if isinstance(value, bool):
            return "yes" if value else "no"
        case _K.MANY if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return _options(field, value, "")
        case _K.TEXT | _K.DATE | _K.ONE | _K.LINK if isinstance(value, str):
            return read_text(field, value)
    raise NotAValue("wrong_type", "Send %(wanted)s, or null.", wanted=_WANTED[_K(field.kind)])


_WANTED = {
    _K.TEXT: "a string",
    _K.NUMBER: "a number",
    _K.MONEY: "a number",
    _K.DATE: "a day as 2026-12-31",
    _K.YES_NO: "true or false",
    _K.ONE: "the code of an option",
    _K.MANY: "a list of codes of options",
    _K.LINK: "an address as a string",
}


def as_json(field: CustomField, value: str) -> Json:
    """A value as the API sends it."""
    if not value:
        return None
    match field.kind:
        case _K.NUMBER | _K.MONEY:
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else float(number)
        case _K.YES_NO:
            return value == "yes"
        case _K.MANY:
            return value.split(",")
    return value


def in_words(field: CustomField, value: str) -> str:
    """A value for a reader or a file, but for numbers and days, which stay as they are kept."""
    match field.kind:
        case _K.YES_NO:
            return {"yes": gettext("yes"), "no": gettext("no")}.get(value, "")
        case _K.ONE | _K.MANY:
            names = {one.code: one.name for one in field.options.all()}
            return gettext(", ").join(names.get(code, code) for code in value.split(",") if code)
    return value


def values_of_people(people: Collection[int], fields: Iterable[CustomField]) -> dict[int, dict[str, FieldValue]]:
    """The statement that counts of each field, by person and code; one query for any number of them."""
    said: dict[int, list[FieldValue]] = {person: [] for person in people}
    wanted = [field.statement for field in fields]
    if wanted and said:
        for one in FieldValue.objects.filter(person__in=list(said), field__in=wanted):
            said[one.person_id].append(one)
    return {
        person: {name.removeprefix(PREFIX): one for name, one in standing(ones).items()}
        for person, ones in said.items()
    }


def values_of_accounts(accounts: Collection[int], fields: Iterable[CustomField]) -> dict[int, dict[str, AccountFact]]:
    """The same of companies: the latest statement counts."""
    found: dict[int, dict[str, AccountFact]] = {account: {} for account in accounts}
    wanted = [field.statement for field in fields]
    if wanted and found:
        facts = AccountFact.objects.filter(account__in=list(found), field__in=wanted).select_related("by")
        for one in facts.order_by("at", "pk"):
            found[one.account_id][one.field.removeprefix(PREFIX)] = one
    return found


def state_of_people(said: Sequence[SaidOfPerson], *, source: str, assurance: Assurance, at: datetime) -> None:
    """Keep what is said and let it stand. Opens no transaction; the people's rows are locked by the caller."""
    there = hold({one.subject_id for one in said})
    state_many(
        [
            Statement(
                subject_id=one.subject_id,
                person_id=one.person_id,
                field=one.field.statement,
                value=one.value,
                source=source,
                assurance=assurance,
                observed_at=at,
                event_id=one.event_id,
            )
            for one in said
            if one.subject_id in there
        ]
    )
    people = sorted({one.person_id for one in said})
    restate_people(people)
    look_again(people)


def state_of_account(account: Account, values: Mapping[CustomField, str], *, word: Word) -> None:
    """Keep what is said of a company, whose row is locked, and let it stand. Opens no transaction."""
    state_of_accounts([account], values, word=word)


def state_of_accounts(accounts: Sequence[Account], values: Mapping[CustomField, str], *, word: Word) -> None:
    """The same of several, of which the same is said."""
    AccountFact.objects.bulk_create(
        AccountFact(account=account, field=field.statement, value=value, source=word.source, by=word.by, at=word.at)
        for account in accounts
        for field, value in values.items()
    )
    restate_accounts([account.pk for account in accounts])


def restate_people(people: Sequence[int]) -> None:
    """Work out anew what counts of the fields of ``people``, whose rows are locked. Opens no transaction."""
    if people and _is_asked("person"):
        _restate(_OF_PEOPLE, "people_personcustomvalue", "person_id", people)


def restate_accounts(accounts: Sequence[int]) -> None:
    """The same of companies."""
    if accounts and _is_asked("account"):
        _restate(_OF_ACCOUNTS, "people_accountcustomvalue", "account_id", accounts)


def follow_people(people: Sequence[int], at: datetime) -> None:  # noqa: ARG001  # as followers of reassign are called
    restate_people(people)


def follow_accounts(accounts: Sequence[Account], at: datetime) -> None:  # noqa: ARG001  # as followers are called
    restate_accounts([account.pk for account in accounts])


def _is_asked(about: str) -> bool:
    """Most companies have no such fields, and the stream asks with every batch."""
    return CustomField.objects.of(about).exists()


# Statements are weighed as wutong.people.facts.standing has it; a test holds the two together.
_OF_PEOPLE = """
    SELECT DISTINCT ON (v.person_id, v.field) v.person_id AS owner, f.id AS field, f.kind, v.value
    FROM people_fieldvalue v JOIN people_customfield f ON f.about = 'person' AND v.field = 'custom:' || f.code
    WHERE v.person_id = ANY(%(ids)s::bigint[]) AND starts_with(v.field, 'custom:')
    ORDER BY v.person_id, v.field, array_position(ARRAY['verified', 'staff', 'typed', 'browser'], v.assurance::text),
        v.observed_at DESC, length(v.value) DESC, v.value COLLATE "C"
"""
_OF_ACCOUNTS = """
    SELECT DISTINCT ON (v.account_id, v.field) v.account_id AS owner, f.id AS field, f.kind, v.value
    FROM people_accountfact v JOIN people_customfield f ON f.about = 'account' AND v.field = 'custom:' || f.code
    WHERE v.account_id = ANY(%(ids)s::bigint[]) AND starts_with(v.field, 'custom:')
    ORDER BY v.account_id, v.field, v.at DESC, v.id DESC
"""


def _restate(stands: str, table: str, owner: str, ids: Sequence[int]) -> None:
    typed = f"""
        WITH stands AS ({stands}), typed AS (
            SELECT s.owner, s.field, o.id AS option,
                CASE WHEN s.kind IN ('text', 'link') THEN s.value ELSE '' END AS text,
                CASE WHEN s.kind IN ('number', 'money') THEN s.value::numeric END AS number,
                CASE WHEN s.kind = 'date' THEN s.value::date END AS day,
                CASE WHEN s.kind = 'yes_no' THEN s.value = 'yes' END AS is_yes
            FROM stands s LEFT JOIN people_customoption o
                ON s.kind IN ('one', 'many') AND o.field_id = s.field AND o.code = ANY(string_to_array(s.value, ','))
            WHERE s.value <> '' AND (s.kind NOT IN ('one', 'many') OR o.id IS NOT NULL)
        )
    """  # noqa: S608  # names of our own
    execute(
        f"""{typed}
        DELETE FROM {table} c WHERE c.{owner} = ANY(%(ids)s::bigint[]) AND NOT EXISTS (
            SELECT FROM typed t WHERE t.owner = c.{owner} AND t.field = c.field_id AND t.text = c.text
                AND (t.option, t.number, t.day, t.is_yes)
                    IS NOT DISTINCT FROM (c.option_id, c.number, c.day, c.is_yes))
        """,  # noqa: S608  # as above
        ids=id_array(ids),
    )
    execute(
        f"""{typed}
        INSERT INTO {table} ({owner}, field_id, option_id, text, number, day, is_yes)
        SELECT owner, field, option, text, number, day, is_yes FROM typed ON CONFLICT DO NOTHING
        """,  # noqa: S608  # as above
        ids=id_array(ids),
    )


def _number(field: CustomField, text: str) -> str:
    places = 2 if field.kind == _K.MONEY else 4
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise NotAValue("wrong_type", _("Write a number, such as 1200 or 3.5.")) from error
    if not number.is_finite() or abs(number) >= LARGEST:
        raise NotAValue("out_of_range", _("This is larger than can be kept."))
    if number != round(number, places):
        raise NotAValue("too_precise", _("At most %(places)d places after the point."), places=places)
    if field.lowest is not None and number < field.lowest:
        raise NotAValue("out_of_range", _("At least %(least)s."), least=plain_number(field.lowest))
    if field.highest is not None and number > field.highest:
        raise NotAValue("out_of_range", _("At most %(most)s."), most=plain_number(field.highest))
    return plain_number(number)


def plain_number(number: Decimal) -> str:
    """A number as it is kept: no separators, no needless zeros."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _day(text: str) -> str:
    for form in _DAYS:
        try:
            found = datetime.strptime(text.partition("T")[0].split(" ")[0], form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        if date(1900, 1, 1) <= found <= date(2200, 12, 31):
            return found.isoformat()
    raise NotAValue("wrong_type", _("Write a day as 2026-12-31."))


def _option(field: CustomField, text: str, held: str) -> str:
    wanted = text.casefold()
    offered = [one for one in field.options.all() if one.is_active or one.code in held.split(",")]
    for one in offered:
        if wanted in _called(one):
            return one.code
    known = ", ".join(one.code for one in offered[:20])
    raise NotAValue(
        "unknown_value", _("“%(given)s” is not offered. Choose from: %(known)s."), given=text[:40], known=known
    )


def _called(option: CustomOption) -> tuple[str, str, str]:
    return option.code, option.name_zh.casefold(), option.name_en.casefold()


def _options(field: CustomField, texts: Sequence[str], held: str) -> str:
    chosen = {_option(field, text, held) for text in texts}
    if len(chosen) > MOST_CHOSEN:
        raise NotAValue("too_long", _("At most %(most)d answers."), most=MOST_CHOSEN)
    return ",".join(one.code for one in field.options.all() if one.code in chosen)


def _link(text: str) -> str:
    address = text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else f"https://{text}"
    try:
        _is_link(address)
    except ValidationError as error:
        raise NotAValue("wrong_type", _("Write an address that begins with https://.")) from error
    if len(address) > LONGEST_LINK:
        raise NotAValue("too_long", _("At most %(most)d characters."), most=LONGEST_LINK)
    return address
