"""What a request brings: JSON that fits the schema which the documentation shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from shops.connectors.base import PayloadError
from shops.connectors.node import check_text
from shops.rest.problems import Fault, Problem

MEDIA_TYPE = "application/json"
DEEPEST = 30
MOST_FAULTS = 20

Schema = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """The body that an operation takes: a JSON Schema, checked as it is published."""

    name: str
    schema: Schema

    @cached_property
    def validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.schema)

    def check(self, value: Any) -> dict[str, Any]:
        """The value itself. Raises Problem with every fault and its path."""
        faults = [
            Fault(path(error.absolute_path), error.message[:300])
            for error in (best_match([fault]) for fault in self._faults(value))
            if error is not None
        ]
        if faults:
            raise Problem("invalid", _("The body does not fit its schema."), faults)
        return dict(value)

    def _faults(self, value: Any) -> Iterable[ValidationError]:
        faults = []
        for fault in self.validator.iter_errors(value):
            faults.append(fault)
            if len(faults) == MOST_FAULTS:
                break
        return faults


def read(request: HttpRequest) -> Any:
    """The JSON of the request's body. Raises Problem."""
    if request.content_type != MEDIA_TYPE:
        said = request.content_type or _("nothing")
        raise Problem(
            "unsupported-media-type",
            _("Send Content-Type: application/json; this was %s.") % said[:60],
        )
    content = content_of(request)
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise Problem("invalid", _("The body is not JSON: %s") % fault) from fault
    _check_depth(value)
    try:
        check_text(value)
    except PayloadError as fault:
        raise unacceptable(fault) from fault
    return value


def content_of(request: HttpRequest) -> bytes:
    """The raw body. Raises Problem when it is larger than a webhook may be."""
    limit = settings.INTAKE_MAX_BYTES
    try:
        content = request.body
    except RequestDataTooBig:
        content = b" " * (limit + 1)
    if len(content) > limit:
        raise Problem("too-large", _("A body may have %d bytes.") % limit)
    return content


def unacceptable(fault: PayloadError) -> Problem:
    """What fits the schema and still cannot be kept: a date in another century, say."""
    return Problem(
        "unacceptable",
        _("The body fits its schema, but cannot be kept."),
        [Fault(fault.path, fault.message)],
    )


def path(parts: Iterable[str | int]) -> str:
    """`lines[2].quantity` of its parts."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".") or "(whole body)"


def inlined(definition: Any, definitions: Mapping[str, Schema]) -> Any:
    """A schema with each `#/$defs/…` in it replaced by what it stands for."""
    if isinstance(definition, list):
        return [inlined(part, definitions) for part in definition]
    if not isinstance(definition, dict):
        return definition
    if "$ref" in definition:
        return inlined(definitions[definition["$ref"].removeprefix("#/$defs/")], definitions)
    return {key: inlined(part, definitions) for key, part in definition.items()}


def _check_depth(value: Any) -> None:
    """JSON that is nested absurdly deep would exhaust whoever walks through it next."""
    level = [value]
    for _depth in range(DEEPEST):
        level = [part for outer in level for part in _parts(outer)]
        if not level:
            return
    raise Problem("invalid", _("The body is nested more than %d levels deep.") % DEEPEST)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
