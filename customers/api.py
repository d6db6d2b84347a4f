"""Customers, what they did, bought and allow, and the deliveries that told of it.

What is written here takes the way of the generic connector's webhooks, with the same schemas and
readers: an update by API and one by webhook converge, whichever comes first.
"""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from customers import facts
from customers.models import Customer, Order, OrderLine, Touchpoint
from customers.sql import CUSTOMER_FIELDS
from shops.connectors import generic
from shops.connectors.base import PayloadError
from shops.connectors.node import check_text, moment
from shops.models import Shop
from shops.rest import filters
from shops.rest.bodies import Schema, Shape, inlined
from shops.rest.filters import Filter
from shops.rest.resources import Answer, Resource, listing, reading, writing

MOST_AT_ONCE = 500
LINES = Prefetch("lines", OrderLine.objects.select_related("product").order_by("position"))
# Kinds that we record ourselves, from what they tell of; higher rooms rely on their data.
OURS = ("consent.", "message.", "order.", "review.")


def published(name: str, *, without: tuple[str, ...] = (), **more: Schema) -> Schema:
    """A definition of the generic connector as a body of ours: nothing unknown, all inlined."""
    schema = inlined(generic.SCHEMA["$defs"][name], generic.SCHEMA["$defs"])
    known = {n: part for n, part in schema["properties"].items() if n not in without}
    required = [n for n in schema["required"] if n not in without]
    rest = {"required": required} if required else {}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**known, **more},
        **rest,
    }


TIME: Schema = inlined(generic.SCHEMA["$defs"]["time"], {})
CUSTOMER = Shape(
    "NewCustomer",
    published("customer", without=("id", "accepts_marketing"), updated_at=TIME),
)
TOUCHPOINT = Shape("NewTouchpoint", published("touchpoint"))
TOUCHPOINTS = Shape(
    "NewTouchpoints",
    {
        "type": "object",
        "required": ["touchpoints"],
        "additionalProperties": False,
        "properties": {
            "touchpoints": {
                "type": "array",
                "items": TOUCHPOINT.schema,
                "minItems": 1,
                "maxItems": MOST_AT_ONCE,
            }
        },
    },
)


def _of_customer(rows: QuerySet[Any], value: str, shop: Shop) -> QuerySet[Any]:
    # Looked up first, as a scalar: a join would let the planner walk all rows in their order.
    named = Customer.objects.filter(shop=shop, external_id=value)
    return rows.filter(customer_id=named.values(who=Coalesce("merged_into", "pk"))[:1])


def by_customer(*, required: bool = False) -> Filter:
    """The filter of every list that belongs to customers."""
    says = _("Only of the customer with this id.")
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": 100}
    return Filter(says, schema, _of_customer, required=required)


class CustomerId(serializers.CharField):
    """The shop's own id of a row's customer; null where there is none."""

    def __init__(self) -> None:
        super().__init__(source="customer.external_id", allow_null=True, default=None)


class CustomerAnswer(ModelSerializer):
    """A person as the shop described them."""

    id = serializers.CharField(source="external_id")
    attributes = serializers.DictField()

    class Meta:
        model = Customer
        fields = ("id", *CUSTOMER_FIELDS, "attributes", "created_at", "updated_at")


class TouchpointAnswer(ModelSerializer):
    """Something a customer did or met; `source` is unique at its moment."""

    customer_id = CustomerId()
    data = serializers.DictField()

    class Meta:
        model = Touchpoint
        fields = ("source", "customer_id", "kind", "occurred_at", "data")


class RecordedAnswer(Answer):
    """How many touchpoints were taken; those seen before count as well."""

    count = serializers.IntegerField(min_value=1)


class LineAnswer(ModelSerializer):
    """One position; negative in a cancellation."""

    product_id = serializers.CharField(source="product.external_id")

    class Meta:
        model = OrderLine
        fields = ("product_id", "quantity", "unit_price_cents", "total_cents")


class OrderAnswer(ModelSerializer):
    """A sale, a cancellation, a draft, or one that is void."""

    id = serializers.CharField(source="external_id")
    customer_id = CustomerId()
    lines = LineAnswer(many=True)

    class Meta:
        model = Order
        fields = ("id", "kind", "customer_id", "placed_at", "updated_at", "total_cents",
                  "currency", "country", "cancels", "lines")  # fmt: skip


class Customers(Resource):
    """The shop's customers, by the shop's own ids."""

    model = Customer

    @listing(
        _("All customers, those we met last first"),
        CustomerAnswer,
        order=("-id",),
        by={"email": filters.text("email", _("Only with this e-mail address."))},
    )
    def list(self) -> QuerySet[Customer]:
        return self.rows().filter(merged_into=None)

    @reading(_("One customer"), CustomerAnswer)
    def retrieve(self, id: str) -> Customer:
        return self.one(external_id=id)

    @writing(
        _("Make a customer or update what is said; what was said later stays"),
        CustomerAnswer,
        body=CUSTOMER,
    )
    def update(self, id: str, said: dict[str, Any]) -> Customer:
        check_text(id, "id")
        at = moment(said["updated_at"], "updated_at") if "updated_at" in said else now()
        facts.store(self.shop, [generic.customer_fact({**said, "id": id}, at)])
        return self.one(external_id=id)


class Touchpoints(Resource):
    """What customers did or met."""

    model = Touchpoint

    @listing(
        _("The history, newest first"),
        TouchpointAnswer,
        order=("-occurred_at", "-id"),
        by={
            "customer": by_customer(),
            "since": filters.time("occurred_at__gte", _("Only from this moment on.")),
            "until": filters.time("occurred_at__lt", _("Only before this moment.")),
        },
    )
    def list(self) -> QuerySet[Touchpoint]:
        return self.rows().select_related("customer")

    @writing(
        _("Record one; safe to repeat with the same id and time"),
        TouchpointAnswer,
        body=TOUCHPOINT,
        status=201,
    )
    def create(self, said: dict[str, Any]) -> Touchpoint:
        (fact,) = _touchpoints([said], "")
        facts.store(self.shop, [fact])
        return self.rows().select_related("customer").get(
            source=fact.source, occurred_at=fact.occurred_at
        )  # fmt: skip

    @action(detail=False, methods=["post"])
    @writing(
        _("Record up to 500, all or none; safe to repeat"),
        RecordedAnswer,
        body=TOUCHPOINTS,
        status=201,
    )
    def batch(self, said: dict[str, Any]) -> dict[str, int]:
        told = said["touchpoints"]
        facts.store(self.shop, _touchpoints(told, "touchpoints[{}]."))
        return {"count": len(told)}


def _touchpoints(told: list[dict[str, Any]], path: str) -> list[Any]:
    found: list[Any] = []
    for number, one in enumerate(told):
        try:
            if one["kind"].startswith(OURS):
                raise PayloadError("kind", f"{one['kind']!r} is recorded from what it tells of.")
            found += generic.read_touchpoint(one, now())
        except PayloadError as fault:
            where = path.format(number) + fault.path.removeprefix("data.")
            raise PayloadError(where, fault.message) from fault
    return found


class Orders(Resource):
    """What customers bought and took back."""

    model = Order

    @listing(
        _("All orders, newest first"),
        OrderAnswer,
        order=("-placed_at", "-id"),
        by={
            "customer": by_customer(),
            "since": filters.time("placed_at__gte", _("Only placed from this moment on.")),
            "until": filters.time("placed_at__lt", _("Only placed before this moment.")),
        },
    )
    def list(self) -> QuerySet[Order]:
        return self.rows()

    @reading(_("One order"), OrderAnswer)
    def retrieve(self, id: str) -> Order:
        return self.one(external_id=id)

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("customer").prefetch_related(LINES)
