"""The OpenAPI document, from what `shops.rest.resources` says of each operation."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from shops.rest import bodies, idempotency, paging, problems
from shops.rest.bodies import Schema
from shops.rest.filters import Filter
from shops.rest.resources import Operation, Resource

SCOPES = "x-scope"
ALWAYS = ["unauthorised", "forbidden", "invalid", "method-not-allowed", "too-many", "error"]
ALWAYS += ["unavailable", "not-found", "unacceptable"]
OF_WRITES = ["conflict"]
OF_BODIES = ["too-large", "unsupported-media-type"]
RATE = {
    "RateLimit-Limit": gettext_lazy("Requests a second that the key may make."),
    "RateLimit-Remaining": gettext_lazy("Requests that are left in this second."),
    "RateLimit-Reset": gettext_lazy("Seconds until all of them are there again."),
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "enum": [problems.TYPE + kind for kind in problems.KINDS],
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class KeyScheme(OpenApiAuthenticationExtension):
    """How spectacular shows our keys; found by it through `target_class`."""

    target_class = "shops.rest.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": _("A key of the shop.")}


class ResourceSchema(AutoSchema):
    """One operation of a resource."""

    view: Resource

    @property
    def operation(self) -> Operation:
        return getattr(self.view, str(self.view.action)).operation

    def get_operation_id(self) -> str:
        return f"{self.view.basename}_{self.view.action}"

    def get_tags(self) -> list[str]:
        return [self.view.basename]

    def get_summary(self) -> str:
        return str(self.operation.says)

    def get_description(self) -> str:
        return ""

    def get_extensions(self) -> Schema:
        return {SCOPES: f"{self.operation.access}:{self.view.basename}"}

    def get_request_serializer(self) -> Any:
        return None

    def _get_parameters(self) -> list[Schema]:
        found = [
            _parameter(name, "path", self.view.id_schema, _("As the list shows it."), required=True)
            for name in re.findall(r"{(\w+)}", self.path)
        ]
        found += [_query(name, known) for name, known in self.operation.filters.items()]
        if self.operation.many:
            found += _of_lists()
        if self.operation.access == "write":
            found.append(_of_writes())
        return found

    def _get_request_body(self, direction: str = "request") -> Schema | None:
        shape = self.operation.body
        if shape is None:
            return None
        return {
            "required": True,
            "content": {bodies.MEDIA_TYPE: {"schema": self._component(shape.name, shape.schema)}},
        }

    def _get_response_bodies(self, direction: str = "response") -> Schema:
        operation = self.operation
        answers: Schema = {str(operation.status): self._success()}
        kinds = list(ALWAYS)
        if operation.access == "write":
            kinds += OF_WRITES
        if operation.body:
            kinds += OF_BODIES
        for kind in sorted(kinds, key=lambda kind: problems.KINDS[kind][0]):
            answers[str(problems.KINDS[kind][0])] = self._problem(kind)
        return answers

    def _problem(self, kind: str) -> Schema:
        schema = self._component("Problem", PROBLEM)
        content = {problems.MEDIA_TYPE: {"schema": schema}}
        said = {"description": str(problems.KINDS[kind][1]), "content": content}
        return self._component(kind, said, "responses")

    def _success(self) -> Schema:
        operation, answered = self.operation, {"description": _("Done."), "headers": self._rates()}
        if operation.answer is None:
            return answered
        component = self.resolve_serializer(operation.answer(), "response").ref
        schema = _page(component) if operation.many else component
        return {**answered, "content": {bodies.MEDIA_TYPE: {"schema": schema}}}

    def _rates(self) -> Schema:
        return {
            name: self._component(
                name, {"description": str(says), "schema": {"type": "integer"}}, "headers"
            )
            for name, says in RATE.items()
        }

    def _postprocess_serializer_schema(
        self, schema: Schema, serializer: Any, direction: str
    ) -> Any:
        """What we answer with is always there, be it null."""
        return {**schema, "required": sorted(schema.get("properties", {}))}

    def _component(self, name: str, content: Schema, kind: str = "schemas") -> Schema:
        component = ResolvedComponent(name, kind, content, name)
        self.registry.register_on_missing(component)
        return component.ref


def _parameter(
    name: str, place: str, schema: Schema, says: object, *, required: bool = False
) -> Schema:
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": str(says),
        "schema": schema,
    }


def _query(name: str, known: Filter) -> Schema:
    return _parameter(name, "query", known.schema, known.says, required=known.required)


def _page(item: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": item},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def _of_lists() -> list[Schema]:
    cursor = {"type": "string", "minLength": 1, "maxLength": paging.LONGEST_CURSOR}
    says = _("next_cursor of the page before; without it the list begins.")
    limit = {"type": "integer", "minimum": 1, "maximum": paging.MOST, "default": paging.PAGE}
    return [
        _parameter("cursor", "query", cursor, says),
        _parameter("limit", "query", limit, _("Rows of a page.")),
    ]


def _of_writes() -> Schema:
    schema = {"type": "string", "pattern": f"^{idempotency.KEY.pattern}$"}
    says = _("Names this call: sent again within a day, it is answered, not done again.")
    return _parameter(idempotency.HEADER, "header", schema, says)
