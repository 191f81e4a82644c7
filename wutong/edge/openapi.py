"""The document of the public doors, for programs and for tests that try everything the document allows and forbids."""

from typing import Any

import msgspec

from wutong import __version__
from wutong.edge.collect import BROWSER, SERVER
from wutong.edge.forms import Submission

_REFUSALS = {
    "400": "The request is malformed.",
    "403": "The page's origin does not belong to the site.",
    "404": "No such site, form or address.",
    "405": "Another method is needed.",
    "413": "Too large, or too many hits.",
    "415": "Another content type is needed.",
    "429": "Too many requests from one address; Retry-After says when to come back.",
    "503": "Nothing can be stored right now; Retry-After says when to come back. Nothing was acknowledged.",
}


def document() -> bytes:
    """The document, as JSON."""
    (browser, server, submission), parts = msgspec.json.schema_components(
        [BROWSER.schema, SERVER.schema, Submission], ref_template="#/components/schemas/{name}"
    )
    content = {
        "openapi": "3.1.0",
        "info": {"title": "Wutong collector", "version": __version__},
        "paths": {
            "/c/e": {"post": _post("Send what a visitor did", browser, ["application/json", "text/plain"], "202")},
            "/c/identify": {
                "post": _post("Send what a known person did, from a server", server, ["application/json"], "202")
                | {"security": [{"serverKey": []}]}
            },
            "/c/f/{form}": {
                "parameters": [_parameter("form", "path", required=True)],
                "post": _form(submission),
            },
            "/c/p.gif": {
                "get": {
                    "summary": "Tell a page view by an image",
                    "parameters": [
                        _parameter(name, "query", required=name == "s") for name in ("s", "u", "r", "t", "v")
                    ],
                    "responses": {"200": {"description": "The image.", "content": {"image/gif": {}}}}
                    | _refusals("429", "503"),
                }
            },
            "/c/r/{token}": {
                "get": {
                    "summary": "Follow a signed link",
                    "parameters": [_parameter("token", "path", required=True)],
                    "responses": {"302": {"description": "Leads on."}, "410": {"description": "The link has expired."}}
                    | _refusals("404", "429"),
                }
            },
        },
        "components": {
            "schemas": parts,
            "securitySchemes": {"serverKey": {"type": "http", "scheme": "bearer"}},
        },
    }
    return msgspec.json.encode(content)


def _post(summary: str, schema: dict[str, Any], kinds: list[str], success: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}},
        "responses": {success: {"description": "Stored.", "content": {"application/json": {}}}}
        | _refusals(*_REFUSALS)
        | {"401": {"description": "The server key is missing or wrong."}},
    }


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    post = _post("Send a filled-in form", schema, ["application/json"], "202")
    post["responses"]["409"] = {"description": "The token has expired; the answer holds a fresh one."}
    return post


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"description": _REFUSALS[status]} for status in statuses}


def _parameter(name: str, place: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
