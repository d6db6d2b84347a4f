"""The API's documentation as a page of our own, from the OpenAPI document at the root."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shops.rest import problems

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Line:
    """One parameter of an operation, or one member of a body or an answer."""

    name: str
    kind: str
    says: str
    required: bool


@dataclass(frozen=True)
class Call:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    scope: str
    parameters: list[Line]
    body: list[Line]
    status: str
    answer: list[Line]
    in_pages: bool


def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document itself."""
    return HttpResponse(_text(), "application/json")


def show(request: HttpRequest) -> HttpResponse:
    """All operations by resource, and all problems."""
    context = {
        "resources": calls(),
        "problems": [(problems.TYPE + kind, *known) for kind, known in problems.KINDS.items()],
        "rate_headers": ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    }
    return render(request, "api/reference.html", context)


@cache
def _text() -> str:
    return (settings.BASE_DIR / "openapi.json").read_text()


@cache
def calls() -> dict[str, list[Call]]:
    """The operations by resource, in the order of the document."""
    known = json.loads(_text())
    found: dict[str, list[Call]] = {}
    for path, item in known["paths"].items():
        for method in METHODS:
            if method in item:
                call = _call(known, path, method, item[method])
                found.setdefault(item[method]["tags"][0], []).append(call)
    return found


def _call(known: Any, path: str, method: str, operation: Any) -> Call:
    status = next(code for code in operation["responses"] if code.startswith("2"))
    answer = _content(known, operation["responses"][status])
    in_pages = "next_cursor" in answer.get("properties", {})
    if in_pages:
        answer = _followed(known, answer["properties"]["data"]["items"])
    parameters = [
        Line(p["name"], _kind(known, p["schema"]), p["description"], p.get("required", False))
        for p in operation.get("parameters", [])
    ]
    return Call(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        scope=operation["x-scope"],
        parameters=parameters,
        body=_members(known, _content(known, operation.get("requestBody", {}))),
        status=status,
        answer=_members(known, answer),
        in_pages=in_pages,
    )


def _content(known: Any, part: Any) -> dict[str, Any]:
    content = part.get("content", {}).get("application/json", {})
    return _followed(known, content.get("schema", {}))


def _followed(known: Any, schema: Any) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return dict(known["components"]["schemas"][name])
    return dict(schema)


def _members(known: Any, schema: Any) -> list[Line]:
    required = schema.get("required", [])
    return [
        Line(name, _kind(known, part), part.get("description", ""), name in required)
        for name, part in schema.get("properties", {}).items()
    ]


def _kind(known: Any, schema: Any) -> str:
    """A type in a few words: `text, up to 100 characters`."""
    followed = _followed(known, schema)
    if "enum" in followed:
        return " · ".join(map(str, followed["enum"]))
    types = followed.get("type", "any")
    words = " or ".join(types) if isinstance(types, list) else types
    if "items" in followed:
        return f"array of {_kind(known, followed['items'])}"
    limits = [
        f"{label} {followed[key]}"
        for key, label in LIMITS.items()
        if key in followed and abs(followed[key]) < 10**12
    ]
    return ", ".join([followed.get("format", words), *limits])


LIMITS = {"minimum": "from", "maximum": "to", "maxLength": "up to"}
