"""The API's document (OpenAPI 3.1), made from the operations and the very types their bodies are read with."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from django.db.models import TextChoices
from django.utils import translation
from msgspec import Struct

from wutong.api import accounts, consents, custom, doubts, events, imports, leads, people, sending_leads
from wutong.api.operations import Operation
from wutong.api.problems import KIND, TYPES, ProblemOut
from wutong.config import config

VERSION = "1.0.0"
OPERATIONS: tuple[Operation, ...] = (
    sending_leads.SEND,
    leads.LIST,
    leads.READ,
    people.READ,
    custom.SET_OF_PERSON,
    accounts.LIST,
    accounts.READ,
    custom.SET_OF_ACCOUNT,
    events.SEND,
    consents.SEND,
    doubts.LIST,
    doubts.DECIDE,
    imports.SEND,
    imports.READ,
)
_REF = "#/components/schemas/{name}"
_EVERYWHERE = (
    "bad_parameter",
    "no_key",
    "bad_key",
    "key_revoked",
    "key_expired",
    "missing_scope",
    "method_not_allowed",
    "not_acceptable",
    "too_many_requests",
    "internal_error",
    "unavailable",
)
_WITH_BODY = ("malformed_json", "too_large", "unsupported_media_type", "invalid")
_REPEATABLE = ("request_in_progress", "idempotency_key_reused")


@cache
def document() -> dict[str, Any]:
    """The document, in English."""
    with translation.override("en"):
        return _document()


def schemas_of(kinds: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """JSON schemas of ``kinds``, and of the types that they are made of."""
    found, parts = msgspec.json.schema_components(kinds, schema_hook=_choices, ref_template=_REF)
    return list(found), parts


def _choices(kind: type[Any]) -> dict[str, Any]:
    """The schema of Django's choices, which msgspec reads as an enum but cannot describe."""
    if issubclass(kind, TextChoices):
        return {"type": "string", "enum": list(kind.values)}
    raise NotImplementedError  # how a hook tells msgspec that a type is not its own


def codes_of(operation: Operation) -> list[str]:
    """The problems that an operation may answer with, in the order of their statuses."""
    codes = [*_EVERYWHERE]
    codes += _WITH_BODY if operation.body is not None else ()
    codes += _REPEATABLE if operation.is_repeatable else ()
    codes += ("not_found",) if "{" in operation.path else ()
    codes += operation.problems
    return sorted(codes, key=lambda code: (TYPES[code].status, list(TYPES).index(code)))


def overview() -> str:
    """The tables of ``docs/api.md``; a test holds the two together."""
    with translation.override("en"):
        lines = ["| operation | scope | answers |", "| --- | --- | --- |"]
        for operation in OPERATIONS:
            statuses = ", ".join(str(status) for status in operation.answers)
            address = f"`{operation.method} /api/v1{operation.path}`"
            lines.append(f"| {address} {operation.summary} | `{operation.right.value}` | {statuses} |")
        lines += ["", "| code | status | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{code}` | {kind.status} | {kind.title} |" for code, kind in TYPES.items()]
        return "\n".join(lines) + "\n"


def _document() -> dict[str, Any]:
    bodies = [operation.body for operation in OPERATIONS if operation.body is not None]
    answers = [kind for operation in OPERATIONS for kind in operation.answers.values()]
    _, parts = schemas_of([*bodies, *answers, ProblemOut])
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wutong",
            "version": VERSION,
            "description": "How to use it, in words: " + f"{config().web_origin}/api/docs",
        },
        "servers": [{"url": f"{config().web_origin}/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": parts,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the API."}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": str(operation.summary),
        "description": f"{operation.text}\n\nScope: `{operation.right.value}`",
        "parameters": list(_parameters(operation)),
        "responses": {str(status): _success(kind) for status, kind in operation.answers.items()}
        | _refusals(codes_of(operation)),
    }
    if operation.body is not None:
        (schema,), _ = schemas_of([operation.body])
        content: dict[str, Any] = {"schema": schema}
        if operation.example is not None:
            content["example"] = operation.example
        told["requestBody"] = {"required": True, "content": {"application/json": content}}
    return told


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    if "{id}" in operation.path:
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    if operation.query is not None:
        for name, schema in query_schema(operation.query).items():
            described = {"description": schema.pop("description")} if "description" in schema else {}
            yield {"name": name, "in": "query", "required": False, **described, "schema": schema}
    if operation.is_repeatable:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Names the request for thirty days: repeated, it is answered as the first time.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,180}$"},
        }


def query_schema(kind: type[Struct]) -> dict[str, dict[str, Any]]:
    """The schema of each parameter, without the null that stands for one left out."""
    _, parts = schemas_of([kind])
    properties: dict[str, dict[str, Any]] = parts[kind.__name__]["properties"]
    return {name: _inlined(schema, parts) for name, schema in properties.items()}


def _inlined(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in schema.items() if name not in ("anyOf", "default", "$ref")}
    if schema.get("default") not in (None, ""):
        plain["default"] = schema["default"]
    for option in [*schema.get("anyOf", ()), schema]:
        if "$ref" in option:
            named = parts[option["$ref"].rpartition("/")[2]]
            plain |= {name: value for name, value in named.items() if name in ("type", "enum")}
        elif option is not schema and option.get("type") != "null":
            plain |= option
    if "enum" in plain:
        plain.setdefault("type", "string")
    return plain


def _success(kind: type[Struct]) -> dict[str, Any]:
    (schema,), _ = schemas_of([kind])
    return {
        "description": (kind.__doc__ or "").strip(),
        "headers": {
            name: {"schema": {"type": "string"}, "description": text}
            for name, text in (
                ("RateLimit-Policy", "The key's allowance: q requests in w seconds."),
                ("RateLimit", "r requests are left; all of them are there again in t seconds."),
            )
        },
        "content": {"application/json": {"schema": schema}},
    }


def _refusals(codes: Iterable[str]) -> dict[str, Any]:
    (schema,), _ = schemas_of([ProblemOut])
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(TYPES[code].status, []).append(code)
    return {
        str(status): {
            "description": " ".join(f"`{code}`: {TYPES[code].title}" for code in named),
            "content": {KIND: {"schema": schema}},
        }
        for status, named in by_status.items()
    }
