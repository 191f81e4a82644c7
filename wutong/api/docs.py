"""The API's document, and the page on which people read it. Both are public: they tell nothing about the company."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from wutong.api import events
from wutong.api.openapi import OPERATIONS, VERSION, codes_of, document, query_schema, schemas_of
from wutong.api.operations import Operation
from wutong.api.problems import TYPES
from wutong.config import config
from wutong.events.taxonomy import TAXONOMY, label
from wutong.platform.models import ApiRight


@dataclass(frozen=True, kw_only=True)
class Field:
    """One line of a table of fields."""

    name: str
    kind: str
    text: str = ""
    is_needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """One operation as the page shows it."""

    operation: Operation
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    curl: str
    codes: list[str]


@csrf_exempt
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django passes it
    """The document, for programs."""
    return HttpResponse(msgspec.json.encode(document()), content_type="application/json")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to use the API, in the reader's language."""
    language = translation.get_language() or "zh-hans"
    context = {
        "frame": "web/base.html" if request.user.is_authenticated else "web/bare.html",
        "version": VERSION,
        "origin": config().web_origin,
        "sections": [_section(operation) for operation in OPERATIONS],
        "rights": list(ApiRight),
        "problems": [{"code": code, "status": kind.status, "title": kind.title} for code, kind in TYPES.items()],
        "events": [
            {"name": name, "label": label(name, language), "props": list(_props(name))} for name in events.TYPES
        ],
        "size_kib": config().collector_max_kib,
    }
    return render(request, "api/docs.html", context)


def _section(operation: Operation) -> Section:
    parameters = [
        Field(name=name, kind=_kind(schema, {}), text=_said(schema))
        for name, schema in (query_schema(operation.query) if operation.query else {}).items()
    ]
    return Section(
        operation=operation,
        parameters=parameters,
        body=_fields_of(operation.body) if operation.body is not None else [],
        answer=_fields_of(next(iter(operation.answers.values()))),
        curl=_curl(operation),
        codes=codes_of(operation),
    )


def _curl(operation: Operation) -> str:
    address = f"{config().web_origin}/api/v1{operation.path}"
    how = "" if operation.method == "GET" else f"-X {operation.method} "
    lines = [f"curl {how}'{address}'", '-H "Authorization: Bearer $KEY"']
    if operation.is_repeatable:
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if operation.example is not None:
        body = json.dumps(operation.example, ensure_ascii=False, indent=2)
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)


def _props(name: str) -> Iterator[Field]:
    yield from _fields_of(TAXONOMY[name].props)


def _fields_of(kind: Any) -> list[Field]:
    (schema,), parts = schemas_of([kind])
    return list(_fields(schema, parts, prefix=""))


def _fields(schema: Mapping[str, Any], parts: Mapping[str, Any], *, prefix: str) -> Iterator[Field]:
    """The fields of an object and of the objects in it, with dots between."""
    schema = _resolved(schema, parts)
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        inner = _resolved(field, parts)
        path = f"{prefix}{name}"
        text = _said(field) or _said(inner)
        yield Field(name=path, kind=_kind(field, parts), text=text, is_needed=name in needed)
        if inner.get("type") == "array":
            yield from _fields(inner["items"], parts, prefix=f"{path}[].")
        elif name != "props":
            yield from _fields(inner, parts, prefix=f"{path}.")


def _resolved(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference names; of several the first that says something: events differ in their properties alone."""
    if "$ref" in schema:
        return _resolved(parts[schema["$ref"].rpartition("/")[2]], parts)
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolved(option, parts)
    return schema


def _kind(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """A type in few words; what it may be at most is said with it."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    plain = _resolved(schema, parts)
    if "discriminator" in schema or len(options) > 1 or "const" in plain:
        return _("text")
    if len(plain.get("enum", ())) > 1:
        return ", ".join(str(value) for value in plain["enum"] if value != "")
    kind = _WORDS.get(str(plain.get("format") or plain.get("type")), "")
    if kind == "list":
        return _("list of at most %(n)s") % {"n": plain["maxItems"]} if "maxItems" in plain else _("list")
    said = {"text": _("text"), "number": _("number"), "yes or no": _("yes or no"), "object": _("object")}.get(
        kind, kind
    )
    if "maxLength" in plain:
        return _("text of at most %(n)s characters") % {"n": plain["maxLength"]}
    return said


_WORDS: dict[str, str] = {
    "string": "text",
    "uuid": "UUID",
    "date-time": "RFC 3339",
    "integer": "number",
    "number": "number",
    "boolean": "yes or no",
    "object": "object",
    "array": "list",
}


def _said(schema: Mapping[str, Any]) -> str:
    """What the type says about a field, in the reader's language. Docstrings of types are for the document alone."""
    text = schema.get("description", "")
    return _(text) if text and "properties" not in schema else ""
