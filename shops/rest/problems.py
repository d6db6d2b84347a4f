"""Every error of the API as RFC 9457 describes it: `application/problem+json`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:waymark:problem:"
RETRY_AFTER_SECONDS = 5

# kind: HTTP status, title
KINDS = {
    "invalid": (400, gettext_lazy("The request is not what the documentation asks for")),
    "unauthorised": (401, gettext_lazy("A valid API key is needed")),
    "forbidden": (403, gettext_lazy("The key may not do this")),
    "not-found": (404, gettext_lazy("There is no such thing")),
    "method-not-allowed": (405, gettext_lazy("The method is not allowed here")),
    "conflict": (409, gettext_lazy("The same call is still running")),
    "too-large": (413, gettext_lazy("The body is too large")),
    "unsupported-media-type": (415, gettext_lazy("The body is not JSON")),
    "unacceptable": (422, gettext_lazy("The request can be read, but not done")),
    "too-many": (429, gettext_lazy("Too many requests")),
    "error": (500, gettext_lazy("The fault is ours")),
    "unavailable": (503, gettext_lazy("Not available at the moment")),
}
OF_EXCEPTION: dict[type[Exception], str] = {
    exceptions.NotAuthenticated: "unauthorised",
    exceptions.AuthenticationFailed: "unauthorised",
    exceptions.PermissionDenied: "forbidden",
    PermissionDenied: "forbidden",
    exceptions.NotFound: "not-found",
    Http404: "not-found",
    exceptions.MethodNotAllowed: "method-not-allowed",
    exceptions.Throttled: "too-many",
    RequestDataTooBig: "too-large",
    OperationalError: "unavailable",
    InterfaceError: "unavailable",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where: `lines[2].quantity`, or a parameter's name."""

    path: str
    message: str


class Problem(Exception):
    """A request that is answered with an error; `kind` is one of KINDS."""

    def __init__(self, kind: str, detail: str, errors: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, list(errors)


def document(problem: Problem) -> dict[str, Any]:
    """The body of an answer that says what went wrong."""
    status, title = KINDS[problem.kind]
    return {
        "type": TYPE + problem.kind,
        "title": str(title),
        "status": status,
        "detail": problem.detail,
        "errors": [asdict(fault) for fault in problem.errors],
    }


def answer(fault: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF asks for every exception; None (nobody expected it) makes it an error of ours."""
    problem = _problem(fault)
    if problem is None:
        return None
    headers = {}
    if challenge := getattr(fault, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if problem.kind == "too-many":
        headers["Retry-After"] = str(max(1, round(getattr(fault, "wait", None) or 1)))
    if problem.kind == "unavailable":
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    said = document(problem)
    return Response(said, said["status"], headers=headers, content_type=MEDIA_TYPE)


def _problem(fault: Exception) -> Problem | None:
    if isinstance(fault, Problem):
        return fault
    for cause, kind in OF_EXCEPTION.items():
        if isinstance(fault, cause):
            return Problem(kind, _detail(fault, kind))
    return None


def _detail(fault: Exception, kind: str) -> str:
    """DRF's own words where they say more than the title; never those of the database."""
    if isinstance(fault, exceptions.APIException):
        return str(fault.detail)
    return str(KINDS[kind][1]) + "."


@csrf_exempt  # else a POST to nowhere would be told of a cookie
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address below /api/ that leads nowhere; elsewhere Django's own page."""
    if not _is_api(request):
        return defaults.page_not_found(request, exception or Http404())
    return _json(Problem("not-found", _("There is nothing at %s.") % request.path))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _json(Problem("invalid", HTTPStatus.BAD_REQUEST.phrase + "."))


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return _json(Problem("error", _("It is in our log. Trying again may help; if not, tell us.")))


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _json(problem: Problem) -> HttpResponse:
    said = document(problem)
    return JsonResponse(said, status=said["status"], content_type=MEDIA_TYPE)
