"""The way in and out of every operation: key, rate, form of the request, form of the answer."""

import re
from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from msgspec import Struct

from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import KIND, Flawed, Problem, answer_to
from wutong.api.reading import body_of, read
from wutong.config import config
from wutong.platform.api_keys import Allowance, BadKey, KeyExpired, KeyRevoked, NobodyAnswersForIt, key_of, spend
from wutong.platform.loose_json import flaw
from wutong.platform.models import ApiKey

JSON = "application/json"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,180}")


def resource(*operations: Operation) -> Callable[..., HttpResponseBase]:
    """The view of one address, with its operations by method."""
    by_method = {operation.method: operation for operation in operations}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    allowed = ", ".join(sorted(by_method))

    @csrf_exempt  # a key is no cookie: no other site can make a browser send it
    def view(request: HttpRequest, id: UUID | None = None) -> HttpResponseBase:
        with translation.override("en"):  # who reads this is a program, or whoever wrote it
            headers: dict[str, str] = {"Cache-Control": "no-store"}
            try:
                operation = by_method.get(request.method or "")
                if operation is None:
                    raise Problem("method_not_allowed", headers={"Allow": allowed})
                response = _response(_done(operation, request, id, headers))
            except Problem as problem:
                response = answer_to(problem, request)
            except (OperationalError, InterfaceError):
                response = answer_to(Problem("unavailable", headers={"Retry-After": "3"}), request)
            for name, value in headers.items():
                response[name] = value
            return response

    return view


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address below ``/api/`` at which there is nothing."""
    with translation.override("en"):
        return answer_to(Problem("not_found", f"There is nothing at /api/{rest[:200]}."), request)


def failed(request: HttpRequest) -> HttpResponse:
    """A failure of ours, as the API tells it."""
    with translation.override("en"):
        return answer_to(Problem("internal_error"), request)


def _done(operation: Operation, request: HttpRequest, id: UUID | None, headers: dict[str, str]) -> Answer:
    """Everything that is asked of a request before it is worked on, in the order in which problems are told."""
    at = timezone.now()
    key = _key(request)
    allowance = spend(key, at=at)
    headers |= _rate_headers(allowance)
    if not allowance.is_within:
        raise Problem("too_many_requests", headers={"Retry-After": str(_seconds(allowance))})
    if operation.right not in key.rights:
        raise Problem("missing_scope", f"The key {key.name} does not hold {operation.right.value}.")
    if not (request.accepts(JSON) or request.accepts(KIND)):
        raise Problem("not_acceptable", "Send Accept: application/json, or no Accept.")
    query = _query(request, operation.query)
    name = _idempotency_key(request) if operation.is_repeatable else ""
    body = None
    if operation.body is not None:
        content = body_of(_raw(request))
        body = operation.read_body(content) if operation.read_body else read(content, operation.body)
    return operation.handle(Call(key=key, at=at, body=body, query=query, id=id, idempotency_key=name))


def _key(request: HttpRequest) -> ApiKey:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="api"'}
    if scheme.lower() != "bearer" or not secret.strip():
        raise Problem("no_key", "Send Authorization: Bearer with a key of the API.", headers=challenge)
    try:
        return key_of(secret.strip(), at=timezone.now())
    except (BadKey, KeyRevoked, KeyExpired, NobodyAnswersForIt) as no:
        challenge["WWW-Authenticate"] += ', error="invalid_token"'
        raise Problem(no.code, str(no), headers=challenge) from no


def _rate_headers(allowance: Allowance) -> dict[str, str]:
    """Source: draft-ietf-httpapi-ratelimit-headers-10."""
    return {
        "RateLimit-Policy": f'"key";q={allowance.limit};w=60',
        "RateLimit": f'"key";r={allowance.remaining};t={_seconds(allowance)}',
    }


def _seconds(allowance: Allowance) -> int:
    return max(1, -int(-allowance.wait.total_seconds() // 1))


def _query(request: HttpRequest, kind: type[Struct] | None) -> Struct | None:
    given: Mapping[str, str] = request.GET.dict()
    known = {field.name for field in msgspec.structs.fields(kind)} if kind else set()
    for name, value in given.items():
        if name not in known:
            detail = f"There is no such parameter. Known are: {', '.join(sorted(known)) or 'none'}."
            raise _bad_parameter(name[:80].replace("\x00", ""), "unknown_parameter", detail)
        if flaw(value, depth_max=0) is not None:
            raise _bad_parameter(name, "bad_text", "Holds what cannot be stored.")
        try:
            msgspec.convert({name: value}, kind, strict=False)
        except msgspec.ValidationError as error:
            raise _bad_parameter(name, "wrong_form", str(error).partition(" - at `")[0] + ".") from error
    return msgspec.convert(given, kind, strict=False) if kind else None


def _idempotency_key(request: HttpRequest) -> str:
    name = request.headers.get("Idempotency-Key", "")
    if name and not _IDEMPOTENCY_KEY.fullmatch(name):
        detail = "Send 1 to 180 visible ASCII characters, such as a UUID."
        raise _bad_parameter("Idempotency-Key", "wrong_form", detail)
    return name


def _bad_parameter(name: str, code: str, detail: str) -> Problem:
    return Problem("bad_parameter", errors=[Flawed(parameter=name, code=code, detail=detail)])


def _raw(request: HttpRequest) -> bytes:
    if request.content_type != JSON:
        raise Problem("unsupported_media_type", f"Send Content-Type: {JSON}.")
    limit = config().collector_max_kib * 1024
    raw: bytes = request.read(limit + 1)
    if len(raw) > limit:
        raise Problem("too_large", f"Send at most {limit} bytes in one request.", headers={"Connection": "close"})
    return raw


def _response(answer: Answer) -> HttpResponse:
    content = answer.content if isinstance(answer.content, bytes) else msgspec.json.encode(answer.content)
    response = HttpResponse(content, content_type=JSON, status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response
