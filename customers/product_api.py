"""What the shop sells, as its own programs read and tell it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from customers import facts
from customers.api import TIME, published
from shops.connectors import generic
from shops.connectors.node import check_text, moment
from shops.models import Product
from shops.rest.bodies import Shape
from shops.rest.resources import Resource, listing, reading, writing

PRODUCT = Shape("NewProduct", published("product", without=("id",), updated_at=TIME))


class ProductAnswer(ModelSerializer):
    """Something the shop sells; null where the shop did not say."""

    id = serializers.CharField(source="external_id")

    class Meta:
        model = Product
        fields = ("id", "title", "category", "brand", "price_cents", "available", "stock_count",
                  "cost_cents", "updated_at")  # fmt: skip


class Products(Resource):
    """What the shop sells."""

    model = Product

    @listing(_("All products, by id"), ProductAnswer, order=("external_id",))
    def list(self) -> QuerySet[Product]:
        return self.rows()

    @reading(_("One product"), ProductAnswer)
    def retrieve(self, id: str) -> Product:
        return self.one(external_id=id)

    @writing(
        _("Make a product or update what is said; what was said later stays"),
        ProductAnswer,
        body=PRODUCT,
    )
    def update(self, id: str, said: dict[str, Any]) -> Product:
        check_text(id, "id")
        at = moment(said["updated_at"], "updated_at") if "updated_at" in said else now()
        facts.store(self.shop, generic.read_product({**said, "id": id}, at))
        return self.one(external_id=id)
