"""From what was sent to a typed value, or to the list of everything that is wrong with it."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from wutong.api.problems import Flawed, Problem
from wutong.platform.loose_json import Flaw, NotAnObject, flaws, loosely_decoded

DEPTH_MAX = 6
ERRORS_MAX = 100
Place = tuple[str | int, ...]
Value = TypeVar("Value")

_FLAWS = {
    Flaw.BAD_TEXT: "Holds a NUL character or half of a surrogate pair.",
    Flaw.BAD_NUMBER: "Is no number, or lies outside of ±2^53.",
    Flaw.TOO_DEEP: f"Is nested more than {DEPTH_MAX} deep.",
    Flaw.TOO_LONG: "Is longer than 8,000 characters.",
}
_CODES = (
    ("of length <=", "too_long"),
    ("of length >=", "too_short"),
    ("Invalid enum value", "unknown_value"),
    ("Invalid value", "unknown_value"),
    ("missing required", "missing"),
    (", got `", "wrong_type"),
)


def body_of(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body, every value of which can be stored.

    Raises:
        Problem: it is none, or holds what cannot be stored.
    """
    try:
        content = loosely_decoded(raw)
    except NotAnObject as error:
        raise Problem("malformed_json", "Send one JSON object in UTF-8.") from error
    found = [
        Flawed(pointer=pointer_to(place), code=flaw.value, detail=_FLAWS[flaw])
        for place, flaw in flaws(content, depth_max=DEPTH_MAX)
    ]
    if found:
        raise Problem("invalid", errors=found[:ERRORS_MAX])
    return content


def read(content: object, kind: type[Value], *, place: Place = ()) -> Value:
    """``content`` as a ``kind``.

    Raises:
        Problem: it has another form; its errors name every place.
    """
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise Problem("invalid", errors=errors_in(content, kind, place=place)[:ERRORS_MAX]) from error


def errors_in(content: object, kind: object, *, place: Place = ()) -> list[Flawed]:
    """Why ``content`` is no ``kind``, place by place; empty when it is one. msgspec itself stops at the first."""
    found = list(_errors(content, kind, place))
    if not found:
        try:
            msgspec.convert(content, kind)
        except msgspec.ValidationError as error:
            found = [_flawed(place, str(error))]
    return found


def pointer_to(place: Place) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def _errors(content: object, hint: object, place: Place) -> Iterator[Flawed]:
    kind = _plain(hint)
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(content, dict):
        yield from _errors_of_struct(content, kind, place)
    elif get_origin(kind) is list and isinstance(content, list):
        (item,) = get_args(kind)
        for position, one in enumerate(content):
            yield from errors_in(one, item, place=(*place, position))


def _errors_of_struct(content: dict[str, Any], kind: type[Struct], place: Place) -> Iterator[Flawed]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if name in content:
            yield from errors_in(content[name], hints[field.name], place=(*place, name))
        elif field.required:
            yield Flawed(pointer=pointer_to((*place, name)), code="missing", detail="This is needed.")
    known = fields.keys() | {kind.__struct_config__.tag_field}
    if kind.__struct_config__.forbid_unknown_fields:
        for name in content.keys() - known:
            detail = "There is no such field. Known are: " + ", ".join(sorted(fields)) + "."
            yield Flawed(pointer=pointer_to((*place, name)), code="unknown_field", detail=detail)


def _plain(hint: object) -> object:
    """A hint without its annotations, and without ``| None``."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, types.UnionType):
        others = [one for one in get_args(hint) if one is not type(None)]
        return _plain(others[0]) if len(others) == 1 else hint
    return hint


def _flawed(place: Place, message: str) -> Flawed:
    message, _at, _path = message.partition(" - at `")
    code = next((code for part, code in _CODES if part in message), "wrong_form")
    return Flawed(pointer=pointer_to(place), code=code, detail=f"{message}.")
