"""Reviews and what analysers read in them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from customers import facts
from customers.api import MOST_AT_ONCE, CustomerId, RecordedAnswer, by_customer, published
from reviews_nlp.models import AspectOpinion, Review, ReviewAnalysis
from shops.connectors import generic
from shops.connectors.base import Fact, PayloadError
from shops.models import Product, Shop
from shops.rest import filters
from shops.rest.bodies import Shape
from shops.rest.filters import Filter
from shops.rest.resources import NUMBER_ID, Resource, listing, reading, writing

REVIEW = published("review")
REVIEWS = Shape(
    "NewReviews",
    {
        "type": "object",
        "required": ["reviews"],
        "additionalProperties": False,
        "properties": {
            "reviews": {
                "type": "array",
                "items": REVIEW,
                "minItems": 1,
                "maxItems": MOST_AT_ONCE,
            }
        },
    },
)


class AnalysisAnswer(ModelSerializer):
    """What one analyser says; sentiment from -1 (bad) to 1 (good)."""

    class Meta:
        model = ReviewAnalysis
        fields = ("analyser", "version", "sentiment", "analysed_at")


class OpinionAnswer(ModelSerializer):
    """What the review says of one aspect, and where; sentiment from -1 (bad) to 1 (good)."""

    class Meta:
        model = AspectOpinion
        fields = ("aspect", "sentiment", "start", "end")


class ReviewAnswer(ModelSerializer):
    """One customer's words about a product."""

    customer_id = CustomerId()
    product_id = serializers.CharField(
        source="product.external_id", allow_null=True, default=None
    )  # fmt: skip
    opinions = OpinionAnswer(many=True)
    analyses = AnalysisAnswer(many=True)

    class Meta:
        model = Review
        fields = ("id", "source", "customer_id", "product_id", "rating", "title", "text",
                  "language", "written_at", "sentiment", "confidence", "suspicion", "opinions",
                  "analyses")  # fmt: skip


def _read(told: dict[str, Any], path: str) -> list[Fact]:
    try:
        return generic.read_review(told, now())
    except PayloadError as fault:
        raise PayloadError(path + fault.path.removeprefix("data."), fault.message) from fault


def _of_product(rows: QuerySet[Review], value: str, shop: Shop) -> QuerySet[Review]:
    which = Product.objects.filter(shop=shop, external_id=value).values("pk")[:1]
    return rows.filter(product_id=which)


class Reviews(Resource):
    """What customers wrote."""

    model = Review
    lookup_value_regex = r"[1-9]\d{0,14}"
    id_schema = NUMBER_ID

    @listing(
        _("All reviews, newest first"),
        ReviewAnswer,
        order=("-written_at", "-id"),
        by={
            "customer": by_customer(),
            "product": Filter(
                _("Only about the product with this id."),
                {"type": "string", "minLength": 1, "maxLength": 100},
                _of_product,
            ),
            "since": filters.time("written_at__gte", _("Only written from this moment on.")),
            "until": filters.time("written_at__lt", _("Only written before this moment.")),
        },
    )
    def list(self) -> QuerySet[Review]:
        return self.rows()

    @reading(_("One review"), ReviewAnswer)
    def retrieve(self, id: str) -> Review:
        return self.one(pk=id)

    @writing(
        _("Tell up to 500 reviews, all or none; safe to repeat, they are read right after"),
        RecordedAnswer,
        body=REVIEWS,
        status=202,
    )
    def create(self, said: dict[str, Any]) -> dict[str, int]:
        told = said["reviews"]
        facts.store(self.shop, [fact for number, one in enumerate(told)
                                for fact in _read(one, f"reviews[{number}].")])  # fmt: skip
        return {"count": len(told)}

    def rows(self) -> QuerySet[Review]:
        found = super().rows().select_related("customer", "product")
        return found.prefetch_related("analyses", "opinions")
