"""Reviews and what analysers read in them."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from customers.api import CustomerId, by_customer
from reviews_nlp.models import AspectOpinion, Review, ReviewAnalysis
from shops.models import Product, Shop
from shops.rest import filters
from shops.rest.filters import Filter
from shops.rest.resources import NUMBER_ID, Resource, listing, reading


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

    def rows(self) -> QuerySet[Review]:
        found = super().rows().select_related("customer", "product")
        return found.prefetch_related("analyses", "opinions")
