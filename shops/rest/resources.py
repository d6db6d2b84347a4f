"""A resource is a class with a method an operation; three decorators say what each one is.

The method returns rows or an object; the decorator reads the request before it and shapes the
answer after it. `shops.rest.schema` makes the documentation of what stands in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.viewsets import ViewSet

from shops import audit, auditing
from shops.connectors.base import PayloadError
from shops.connectors.node import UNSTORABLE
from shops.models import ApiKey, Shop
from shops.rest import bodies, filters, idempotency, paging
from shops.rest.authentication import rate_headers
from shops.rest.bodies import Schema, Shape
from shops.rest.filters import Filter

TEXT_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 100}
NUMBER_ID: Schema = {"type": "integer", "minimum": 1, "maximum": 10**15 - 1}

Method = Callable[..., Any]
Told = str | Promise


class Answer(Serializer):
    """What an operation answers with."""


@dataclass(frozen=True)
class Operation:
    """What the documentation must know of one method of a resource."""

    access: str  # "read" or "write"
    says: Told
    answer: type[BaseSerializer] | None
    status: int = 200
    many: bool = False
    body: Shape | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)


class AlwaysJson(DefaultContentNegotiation):
    """There is nothing but JSON, whatever a client says it would like."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Resource(ViewSet):
    """The rows of one kind that a key sees: those of its own shop."""

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    content_negotiation_class = AlwaysJson
    model: ClassVar[Any]
    lookup_field = "id"
    lookup_value_regex = ".{1,100}"  # the shop's own ids may hold a slash
    id_schema: ClassVar[Schema] = TEXT_ID

    request: Request
    basename: str

    @property
    def key(self) -> ApiKey:
        return self.request.auth

    @property
    def shop(self) -> Shop:
        return self.key.shop

    def rows(self) -> QuerySet[Any]:
        """Every query of a resource begins here."""
        return self.model._default_manager.filter(shop=self.shop)

    def one(self, **lookup: Any) -> Any:
        """The one row of the shop that the lookup finds. Raises Http404."""
        # Postgres cannot even compare with these characters.
        if any(isinstance(v, str) and UNSTORABLE.search(v) for v in lookup.values()):
            raise Http404
        row = self.rows().filter(**lookup).first()
        if row is None:
            raise Http404
        return row

    @classmethod
    def operations(cls) -> list[Operation]:
        return [m.operation for m in vars(cls).values() if hasattr(m, "operation")]

    @classmethod
    def accesses(cls) -> list[str]:
        """`read`, `write`: what the operations need, in this order."""
        return sorted({operation.access for operation in cls.operations()})

    def scope(self) -> str | None:
        """What a key needs for this request; None where the method does not exist."""
        operation = getattr(getattr(self, self.action or "", None), "operation", None)
        return f"{operation.access}:{self.basename}" if operation else None

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        key = getattr(request, "_auth", None)  # `auth` would ask the database again
        for name, value in rate_headers(key).items() if key else ():
            final[name] = value
        final["Cache-Control"] = "no-store"
        return final


def reading(says: Told, answer: type[BaseSerializer]) -> Callable[[Method], Method]:
    """The method returns one object."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def handler(self: Resource, request: Request, **kwargs: Any) -> Response:
            filters.apply({}, self.rows(), request)
            return Response(answer(method(self, **kwargs)).data)

        return _described(handler, Operation("read", says, answer))

    return decorate


def listing(
    says: Told,
    answer: type[BaseSerializer],
    *,
    order: paging.Order,
    by: Mapping[str, Filter] | None = None,
) -> Callable[[Method], Method]:
    """The method returns the shop's rows; they are filtered and paged along `order`."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def handler(self: Resource, request: Request, **kwargs: Any) -> Response:
            rows = filters.apply(by or {}, method(self, **kwargs), request)
            name = f"{self.shop.pk}:{self.basename}:{self.action}"
            page, cursor = paging.page(rows, order, request, name=name)
            return Response({"data": answer(page, many=True).data, "next_cursor": cursor})

        return _described(handler, Operation("read", says, answer, many=True, filters=by or {}))

    return decorate


def writing(
    says: Told,
    answer: type[BaseSerializer] | None = None,
    *,
    body: Shape | None = None,
    status: int = 200,
    beforehand: Callable[[dict[str, Any]], None] = lambda said: None,
) -> Callable[[Method], Method]:
    """The method gets the body as `said` and returns what is answered, inside a transaction.

    `beforehand` checks what must not be asked inside one, such as the network.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def handler(self: Resource, request: Request, **kwargs: Any) -> Response:
            filters.apply({}, self.rows(), request)
            if body:
                kwargs["said"] = body.check(bodies.read(request._request))

            def work() -> idempotency.Answer:
                done = method(self, **kwargs)
                _note(self, **kwargs)
                return status, dict(answer(done).data) if answer else None

            try:
                beforehand(kwargs.get("said", {}))
                (code, said), again = idempotency.once(request, work)
            except PayloadError as fault:
                raise bodies.unacceptable(fault) from fault
            headers = {"Idempotency-Replayed": "true"} if again else {}
            return Response(said, code, headers=headers)

        return _described(handler, Operation("write", says, answer, status, body=body))

    return decorate


def _note(resource: Resource, said: Any = None, **named: Any) -> None:
    """Into the audit trail, in the transaction of the work."""
    actor = auditing.actor(resource.request._request, f"key {resource.key.prefix}…")
    target = " ".join(str(value) for value in named.values())
    changes = said if isinstance(said, dict) else {"body": said} if said else {}
    audit.record(resource.shop.pk, actor, f"api {resource.basename} {resource.action}", target,
                 changes)  # fmt: skip


def _described(handler: Any, operation: Operation) -> Method:
    handler.operation = operation
    return handler
