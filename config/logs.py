"""Logs that machines can read: who asked, which task, which customer by number, and nobody's data.

Every line of the product and of its libraries goes through the same processors. What looks like an
address or a telephone number is hidden, in the text of exceptions too: a database says the value
that it refused.
"""

import re
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from django.http import HttpRequest, HttpResponse

HIDDEN = "•••"
EMAIL = re.compile(r"[^\s@\"'<>(),;:=]{1,64}@[^\s@\"'<>(),;:=]+\.[^\s@\"'<>(),;:=]+")
PHONE = re.compile(r"(?<![\w.:-])\+\d[\d ().-]{6,17}\d")
GIVEN_ID = re.compile(r"[\w-]{8,64}")
Event = MutableMapping[str, Any]


def without_personal_data(_logger: object, _method: str, event: Event) -> Event:
    """The same line with addresses and telephone numbers hidden, wherever they stand."""
    return {name: hide(value) for name, value in event.items()}


def hide(value: Any) -> Any:
    if isinstance(value, str):
        return PHONE.sub(HIDDEN, EMAIL.sub(HIDDEN, value))
    if isinstance(value, dict):
        return {name: hide(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [hide(each) for each in value]
    return value


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def formatter(shape: str) -> dict[str, Any]:
    """How lines are written: `json` for machines, `text` for people."""
    last: list[Any] = (
        [structlog.processors.JSONRenderer()]
        if shape == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
    )
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_personal_data,
            *last,
        ],
    }


class RequestIds:
    """Gives every request a number that its log lines bear and its answer tells.

    A proxy's own X-Request-ID is kept where it looks like one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=name):
            answer = self.get_response(request)
        answer["X-Request-ID"] = name
        return answer


@signals.task_prerun.connect
def _task_begins(task_id: str, task: Any, **_rest: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def _task_ends(**_rest: Any) -> None:
    structlog.contextvars.clear_contextvars()


def watch_errors() -> None:
    """Tell Sentry of errors, where `SENTRY_DSN` is set: no bodies, no variables, no addresses."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # noqa: PLC0415  (not installed where nobody asks for it)

    sentry_sdk.init(
        settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=lambda event, _hint: hide(event),
        before_breadcrumb=lambda crumb, _hint: hide(crumb),
    )
