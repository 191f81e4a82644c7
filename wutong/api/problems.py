"""What the API says when it cannot do what was asked: problem details with a code that never changes.

Source: RFC 9457, Problem Details for HTTP APIs; places in a body are JSON pointers (RFC 6901) as URI fragments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from wutong.config import config

KIND = "application/problem+json"


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem: its status, and what it means in one sentence."""

    status: int
    title: str | Promise


TYPES: dict[str, ProblemType] = {
    "malformed_json": ProblemType(400, _("The body is no JSON object.")),
    "bad_parameter": ProblemType(400, _("A parameter or header has the wrong form; errors names it.")),
    "no_key": ProblemType(401, _("The request carries no key.")),
    "bad_key": ProblemType(401, _("The key is unknown.")),
    "key_revoked": ProblemType(401, _("The key was revoked.")),
    "key_expired": ProblemType(401, _("The key has expired.")),
    "key_of_a_leaver": ProblemType(401, _("Whoever answered for the key has left; detail says what to do.")),
    "missing_scope": ProblemType(403, _("The key may not do this; detail names the scope it needs.")),
    "not_found": ProblemType(404, _("There is no such address or object, or the key does not see it.")),
    "method_not_allowed": ProblemType(405, _("The address has no such method; Allow lists those it has.")),
    "not_acceptable": ProblemType(406, _("The API answers in JSON, and Accept excludes it.")),
    "request_in_progress": ProblemType(
        409, _("A request with this Idempotency-Key is still being worked on; repeat it after Retry-After.")
    ),
    "refused": ProblemType(409, _("A rule says no; detail says which, and what to do. Nothing was stored.")),
    "too_large": ProblemType(413, _("The body is larger than the API takes.")),
    "unsupported_media_type": ProblemType(415, _("The body must be application/json.")),
    "invalid": ProblemType(422, _("The body has the wrong form; errors lists every place. Nothing was stored.")),
    "idempotency_key_reused": ProblemType(422, _("This Idempotency-Key came with another request before.")),
    "enough_read": ProblemType(
        429, _("The key has read as many values in full today as it may; masked ones it may go on reading.")
    ),
    "too_many_requests": ProblemType(429, _("The key's allowance is spent; repeat the request after Retry-After.")),
    "internal_error": ProblemType(500, _("Something failed on our side. Nothing was stored.")),
    "unavailable": ProblemType(
        503, _("Nothing can be stored or read right now; repeat the request after Retry-After. Nothing was stored.")
    ),
}
"""Every problem by its code."""


class Flawed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place that needs mending."""

    pointer: str = ""
    """JSON pointer into the body, such as ``#/person/email``."""
    parameter: str = ""
    """Name of a query parameter or header."""
    code: str
    detail: str


class ProblemOut(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem as it is sent (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Flawed] = []
    request_id: str = ""


class Problem(Exception):
    """The request cannot be done; says why and what to do."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Iterable[Flawed] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


def answer_to(problem: Problem, request: HttpRequest) -> HttpResponse:
    """``problem`` as a response."""
    kind = TYPES[problem.code]
    title = str(kind.title)
    content = ProblemOut(
        type=f"{config().web_origin}/api/docs#{problem.code}",
        title=title,
        status=kind.status,
        code=problem.code,
        detail=problem.detail or title,
        errors=problem.errors,
        request_id=request.META.get("wutong.request_id", ""),
    )
    response = HttpResponse(msgspec.json.encode(content), content_type=KIND, status=kind.status)
    response["Cache-Control"] = "no-store"
    for name, value in problem.headers.items():
        response[name] = value
    return response
