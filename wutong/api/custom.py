"""The company's own fields in the API: an object ``custom`` of values by the codes of their fields."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Flawed, Problem
from wutong.api.reading import pointer_to
from wutong.lifecycle.field_values import fill_in_account, fill_in_person
from wutong.lifecycle.models import Lead
from wutong.lifecycle.visibility import people_visible_to_key
from wutong.people.custom_fields import readable_by_keys
from wutong.people.custom_values import Json, NotAValue, as_json, read_json, values_of_accounts, values_of_people
from wutong.people.models import Account, CustomField, Person
from wutong.platform.models import ApiRight
from wutong.platform.refusal import Refusal

_PERSON, _ACCOUNT = CustomField.About.PERSON, CustomField.About.ACCOUNT
MOST = 100
Custom = dict[str, Json]


class CustomIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of the company's own fields."""

    custom: Annotated[
        dict[str, Any],
        Meta(
            min_length=1,
            max_length=MOST,
            description=gettext_noop(
                "By the code of the field: a string, a number, true or false, a day as 2026-12-31, the code of an"
                " option or a list of them. null empties a field; what is left out stays."
            ),
        ),
    ]


class CustomOut(Struct, frozen=True, kw_only=True):
    """What is in the company's own fields now: of those that were sent, and if the key may read people, of all."""

    id: UUID
    custom: Custom


def custom_of_people(people: Collection[int]) -> dict[int, Custom]:
    """What is in the fields of each that keys may read; a field that nobody has filled in is null."""
    fields = readable_by_keys(_PERSON)
    said = values_of_people(people, fields)
    return {
        pk: {one.code: as_json(one, said[pk][one.code].value) if one.code in said[pk] else None for one in fields}
        for pk in people
    }


def custom_of_accounts(accounts: Collection[int]) -> dict[int, Custom]:
    """The same of companies."""
    fields = readable_by_keys(_ACCOUNT)
    said = values_of_accounts(accounts, fields)
    return {
        pk: {one.code: as_json(one, said[pk][one.code].value) if one.code in said[pk] else None for one in fields}
        for pk in accounts
    }


def read_custom(
    about: str, sent: Mapping[str, object], *, place: tuple[str, ...] = ("custom",)
) -> dict[CustomField, str]:
    """What was sent, each in its one text.

    Raises:
        Problem: a field that there is not, that keys may not write, or that does not take the value.
    """
    if not sent:
        return {}
    readable = {field.code: field for field in readable_by_keys(about)}
    values: dict[CustomField, str] = {}
    errors = []
    for code, value in sent.items():
        field = readable.get(code)
        pointer = pointer_to((*place, code))
        if field is None:
            detail = f"There is no such field for keys. Known are: {', '.join(readable) or 'none'}."
            errors.append(Flawed(pointer=pointer, code="unknown_field", detail=detail))
        elif field.for_keys != CustomField.ForKeys.WRITE:
            errors.append(Flawed(pointer=pointer, code="read_only", detail="Keys may read this field, not write it."))
        else:
            try:
                values[field] = read_json(field, value)
            except NotAValue as no:
                errors.append(Flawed(pointer=pointer, code=no.code, detail=str(no)))
    if errors:
        raise Problem("invalid", errors=errors[:MOST])
    return values


def set_of_person(call: Call) -> Answer:
    """Fill in fields of a person."""
    asked = Person.objects.filter(public_id=call.id_of_object).first()
    while asked is not None and asked.merged_into is not None:
        asked = asked.merged_into
    person = people_visible_to_key(call.key).filter(pk=asked.pk).first() if asked else None
    if person is None:
        raise Problem("not_found", "There is no such person, or the key does not see them.")
    values = read_custom(_PERSON, call.body.custom)
    try:
        fill_in_person(person=person, values=values, by=call.key, at=call.at)
    except Refusal as no:
        raise Problem("refused", str(no)) from no
    return _set(call, person.public_id, custom_of_people([person.pk])[person.pk])


def set_of_account(call: Call) -> Answer:
    """Fill in fields of a company."""
    asked = Account.objects.filter(public_id=call.id_of_object).first()
    while asked is not None and asked.merged_into is not None:
        asked = asked.merged_into
    seen = Lead.objects.visible_to_key(call.key).filter(account=asked)
    if asked is None or not seen.exists():
        raise Problem("not_found", "There is no such company, or the key does not see it.")
    values = read_custom(_ACCOUNT, call.body.custom)
    try:
        fill_in_account(account=asked, values=values, by=call.key, at=call.at)
    except Refusal as no:
        raise Problem("refused", str(no)) from no
    return _set(call, asked.public_id, custom_of_accounts([asked.pk])[asked.pk])


def _set(call: Call, id: UUID, custom: Custom) -> Answer:
    """What stands now: to a key that may not read people, only of the fields that it has sent."""
    may_read = ApiRight.PEOPLE_READ in call.key.rights
    told = {code: value for code, value in custom.items() if may_read or code in call.body.custom}
    return Answer(status=200, content=CustomOut(id=id, custom=told))


SET_OF_PERSON = Operation(
    id="setPersonFields",
    method="PATCH",
    path="/people/{id}",
    right=ApiRight.PEOPLE_WRITE,
    summary=_("Set custom fields of a person"),
    text=_("What is sent is kept with its source and time, and counts until somebody says otherwise."),
    body=CustomIn,
    answers={200: CustomOut},
    handle=set_of_person,
    problems=("refused",),
    example={"custom": {"budget": 280000, "systems": ["erp", "paper"]}},
)
SET_OF_ACCOUNT = Operation(
    id="setAccountFields",
    method="PATCH",
    path="/accounts/{id}",
    right=ApiRight.PEOPLE_WRITE,
    summary=_("Set custom fields of a company"),
    text=_("What is sent is kept with its source and time, and counts until somebody says otherwise."),
    body=CustomIn,
    answers={200: CustomOut},
    handle=set_of_account,
    problems=("refused",),
    example={"custom": {"plants": 3, "listed": True}},
)
