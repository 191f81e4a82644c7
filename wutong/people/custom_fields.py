"""Which fields a company adds to its people and customers: adding, changing, ordering and retiring them.

What is in a field is :mod:`wutong.people.custom_values`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from django.db import IntegrityError, transaction
from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.people.models import CustomField, CustomOption
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.pinyin import syllables
from wutong.platform.ready_made import Asked, ready_made
from wutong.platform.refusal import Refusal

MOST_FIELDS = 100
"""Of people, and as many of companies; retired ones do not count."""
MOST_OPTIONS = 200
LONGEST_CODE = 32


class FieldNameTaken(Refusal):
    code = "field_name_taken"
    message = _("There is a field of this name or code already. A retired one can be restored.")


class FieldChangedMeanwhile(Refusal):
    """Somebody else has changed the field or the answer since the page was drawn."""

    code = "field_changed_meanwhile"
    message = _(
        "Somebody has changed this in the meantime. Nothing was saved: look at it as it is now, then save again."
    )


class OptionNameTaken(Refusal):
    code = "option_name_taken"
    message = _("The field offers this already. A retired answer can be restored.")


class TooManyFields(Refusal):
    code = "too_many_fields"
    message = _("There are %(most)d fields already. Retire one that nobody fills in.")


class TooManyOptions(Refusal):
    code = "too_many_options"
    message = _("A field offers at most %(most)d answers. Use a field of text for more.")


@dataclass(frozen=True, kw_only=True)
class Described:
    """What of a field may be changed at any time."""

    name_zh: str
    name_en: str
    group: str = ""
    is_required: bool = False
    lowest: Decimal | None = None
    highest: Decimal | None = None
    readers: Sequence[str] = tuple(Role.values)
    editors: Sequence[str] = tuple(Role.values)
    for_keys: str = CustomField.ForKeys.READ.value

    def write_to(self, field: CustomField) -> None:
        """Administrators see and change every field, and who may say something sees it."""
        field.name_zh, field.name_en, field.group = self.name_zh, self.name_en, self.group
        field.is_required, field.for_keys = self.is_required, self.for_keys
        field.lowest, field.highest = (self.lowest, self.highest) if field.is_counted else (None, None)
        editors = {*self.editors, Role.ADMIN.value}
        field.editors = sorted(editors)
        field.readers = sorted({*self.readers} | editors)


def add_field(
    *, about: str, kind: str, code: str = "", described: Described, options: Sequence[str] = (), by: Staff, at: datetime
) -> CustomField:
    """Add a field at the end.

    Args:
        code: plain letters, digits and underscores; empty: made of the English name.
        options: what a field of choices offers, in one language for both; they are renamed on its page.

    Raises:
        FieldNameTaken, TooManyFields, OptionNameTaken, TooManyOptions: nothing is added then.
    """
    try:
        with transaction.atomic(durable=True):
            # Who adds waits for who adds: else two could take one place, or pass the limit.
            others = list(CustomField.objects.select_for_update().of(about).order_by("pk"))
            if sum(one.is_active for one in others) >= MOST_FIELDS:
                raise TooManyFields(most=MOST_FIELDS)
            taken = {one.code for one in others}
            field = CustomField(
                about=about,
                kind=kind,
                code=code or free_code(described.name_en, taken=taken),
                position=max((one.position for one in others), default=0) + 1,
            )
            described.write_to(field)
            field.save()
            # What differs in case alone is one answer: else the table would refuse the whole field.
            for name in {one.lower(): one for one in options}.values() if field.has_options else ():
                _add_option(field, name_zh=name, name_en=name)
            record("fields.added", actor=by, subject=field, at=at, about=about, kind=kind, code=field.code)
    except IntegrityError as error:
        raise FieldNameTaken from error
    return field


def mark_of_field(field: CustomField | CustomOption) -> str:
    """Changes with what the form of a field, or of an answer, shows."""
    shown = _told(field) if isinstance(field, CustomField) else (field.name_zh, field.name_en)
    return blake2b(repr(shown).encode(), digest_size=8).hexdigest()


def change_field(*, field: CustomField, described: Described, by: Staff, at: datetime, seen: str = "") -> None:
    """Call a field something else, or change who may see it; its code and kind stay.

    Args:
        seen: the mark of the field that the form showed; empty for who saw no form.

    Raises:
        FieldNameTaken, FieldChangedMeanwhile: see there.
    """
    try:
        with transaction.atomic(durable=True):
            now = CustomField.objects.select_for_update().get(pk=field.pk)
            _refuse_unseen(seen, now)
            before = _told(now)
            described.write_to(now)
            now.save()
            after = _told(now)
            changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
            record("fields.changed", actor=by, subject=now, at=at, changed=changed)
    except IntegrityError as error:
        raise FieldNameTaken from error


def retire_field(*, field: CustomField, is_active: bool, by: Staff, at: datetime) -> None:
    """Ask for a field no longer, or (``is_active``) again. Its values stay.

    Raises:
        TooManyFields: so many others are in use by now.
    """
    with transaction.atomic(durable=True):
        others = CustomField.objects.select_for_update().of(field.about).in_use().exclude(pk=field.pk).order_by("pk")
        if is_active and len(others) >= MOST_FIELDS:
            raise TooManyFields(most=MOST_FIELDS)
        CustomField.objects.filter(pk=field.pk).update(is_active=is_active)
        record("fields.restored" if is_active else "fields.retired", actor=by, subject=field, at=at)


def move_field(*, field: CustomField, up: bool, by: Staff, at: datetime) -> None:
    """Let a field change places with its neighbour; at the end it stays where it is."""
    with transaction.atomic(durable=True):
        ordered = list(CustomField.objects.select_for_update().of(field.about).order_by("position", "pk"))
        if _swapped([one.pk for one in ordered], field.pk, up=up, rows=ordered):
            CustomField.objects.bulk_update(ordered, ["position"])
            record("fields.moved", actor=by, subject=field, at=at, up=up)


def add_option(*, field: CustomField, name_zh: str, name_en: str, by: Staff, at: datetime) -> CustomOption:
    """Let a field offer one more answer.

    Raises:
        OptionNameTaken, TooManyOptions: see there.
    """
    try:
        with transaction.atomic(durable=True):
            locked = CustomField.objects.select_for_update().get(pk=field.pk)
            option = _add_option(locked, name_zh=name_zh, name_en=name_en)
            record("fields.option_added", actor=by, subject=field, at=at, option=option.code)
    except IntegrityError as error:
        raise OptionNameTaken from error
    return option


def change_option(*, option: CustomOption, name_zh: str, name_en: str, by: Staff, at: datetime, seen: str = "") -> None:
    """Call an answer something else, wherever it was given.

    Args:
        seen: the mark of the answer that the form showed; empty for who saw no form.

    Raises:
        OptionNameTaken, FieldChangedMeanwhile: see there.
    """
    try:
        with transaction.atomic(durable=True):
            _refuse_unseen(seen, CustomOption.objects.select_for_update().get(pk=option.pk))
            CustomOption.objects.filter(pk=option.pk).update(name_zh=name_zh, name_en=name_en)
            record("fields.option_changed", actor=by, subject=option.field, at=at, option=option.code)
    except IntegrityError as error:
        raise OptionNameTaken from error


def retire_option(*, option: CustomOption, is_active: bool, by: Staff, at: datetime) -> None:
    """Offer an answer no longer, or (``is_active``) again. Where it was given it stays."""
    with transaction.atomic(durable=True):
        CustomOption.objects.filter(pk=option.pk).update(is_active=is_active)
        action = "fields.option_restored" if is_active else "fields.option_retired"
        record(action, actor=by, subject=option.field, at=at, option=option.code)


def move_option(*, option: CustomOption, up: bool, by: Staff, at: datetime) -> None:
    """Let an answer change places with its neighbour; at the end it stays where it is."""
    with transaction.atomic(durable=True):
        ordered = list(
            CustomOption.objects.select_for_update().filter(field=option.field_id).order_by("position", "pk")
        )
        if _swapped([one.pk for one in ordered], option.pk, up=up, rows=ordered):
            CustomOption.objects.bulk_update(ordered, ["position"])
            record("fields.option_moved", actor=by, subject=option.field, at=at, option=option.code, up=up)


def readable_by(staff: Staff, about: str) -> list[CustomField]:
    """The fields in use that ``staff`` may see, in order, each with its answers in order."""
    found: list[CustomField] = readable_ahead(staff, about).answer()
    return found


def readable_ahead(staff: Staff, about: str) -> Asked:
    """What :func:`readable_by` asks."""
    return _read_by.about(str(staff.role) if staff.is_active else "", str(about))


@ready_made
def _read_by(role: str, about: str) -> QuerySet[CustomField]:
    return _with_options(CustomField.objects.of(about).in_use().filter(readers__contains=[role]))


def readable_by_keys(about: str) -> list[CustomField]:
    """The fields in use that other systems may read."""
    return with_options(CustomField.objects.of(about).in_use().exclude(for_keys=CustomField.ForKeys.NOTHING))


def writable_by_keys(about: str) -> list[CustomField]:
    """The fields in use that other systems may fill in."""
    return with_options(CustomField.objects.of(about).in_use().filter(for_keys=CustomField.ForKeys.WRITE))


def may_edit(staff: Staff, field: CustomField) -> bool:
    return staff.is_active and field.is_active and staff.role in field.editors


def with_options(fields: QuerySet[CustomField]) -> list[CustomField]:
    """``fields`` in order, each with its answers in ``options.all()``, retired ones too."""
    return list(_with_options(fields))


def _with_options(fields: QuerySet[CustomField]) -> QuerySet[CustomField]:
    options = Prefetch("options", CustomOption.objects.order_by("position", "pk"))
    return fields.prefetch_related(options).order_by("about", "position", "pk")


def free_code(name: str, *, taken: Iterable[str], otherwise: str = "field") -> str:
    """A code made of a name, Chinese as it is read, not among those that are taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", "_".join(syllables(name)).lower()).strip("_")
    plain = (plain if plain[:1].isalpha() else f"{otherwise}_{plain}" if plain else otherwise)[: LONGEST_CODE - 4]
    plain = plain.strip("_")
    held = set(taken)
    return next(code for n in range(1, 10_000) if (code := plain if n == 1 else f"{plain}_{n}") not in held)


def _refuse_unseen(seen: str, now: CustomField | CustomOption) -> None:
    if seen and seen != mark_of_field(now):
        raise FieldChangedMeanwhile


def _add_option(field: CustomField, *, name_zh: str, name_en: str) -> CustomOption:
    held = list(CustomOption.objects.filter(field=field).values_list("code", flat=True))
    if len(held) >= MOST_OPTIONS:
        raise TooManyOptions(most=MOST_OPTIONS)
    last: int = CustomOption.objects.filter(field=field).aggregate(last=Max("position"))["last"] or 0
    return CustomOption.objects.create(
        field=field,
        code=free_code(name_en, taken=held, otherwise="option"),
        name_zh=name_zh[:40],
        name_en=name_en[:40],
        position=last + 1,
    )


def _swapped(keys: Sequence[int], key: int, *, up: bool, rows: Sequence[CustomField | CustomOption]) -> bool:
    """Number ``rows`` anew with the one of ``key`` a place further up or down; whether anything changed."""
    place = keys.index(key)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return False
    for position, row in enumerate(rows, start=1):
        row.position = position
    rows[place].position, rows[other].position = rows[other].position, rows[place].position
    return True


def _told(field: CustomField) -> dict[str, object]:
    """A field as the audit trail tells it."""
    limits = {
        name: str(value) if (value := getattr(field, name)) is not None else None for name in ("lowest", "highest")
    }
    names = {"name_zh": field.name_zh, "name_en": field.name_en, "group": field.group}
    rights = {"readers": list(field.readers), "editors": list(field.editors), "for_keys": str(field.for_keys)}
    return names | limits | rights | {"is_required": field.is_required}
