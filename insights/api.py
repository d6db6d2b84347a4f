"""What models say of a customer, and what to recommend to them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.models import Customer
from insights import recommending, scoring
from insights.choosing import KINDS
from insights.predictors.base import BANDS
from shops.rest.resources import Answer, Resource, reading

COUNT = 20


class Recommended(Answer):
    """A product by the shop's id; `reason` is a sentence for the customer, `return_risk` how
    likely this customer sends this product back."""

    product_id = serializers.CharField(source="product")
    title = serializers.CharField()
    category = serializers.CharField()
    price_cents = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    score = serializers.FloatField()
    return_risk = serializers.FloatField(allow_null=True)


class RecommendationsAnswer(Answer):
    """Up to 20 products of each kind, best first: never had, had before, both together."""

    customer_id = serializers.CharField()
    new = Recommended(many=True)
    again = Recommended(many=True)
    all = Recommended(many=True)


class Recommendations(Resource):
    """Products for a customer, written every night and after every purchase."""

    model = Customer

    @reading(_("What to recommend to a customer"), RecommendationsAnswer)
    def retrieve(self, id: str) -> dict[str, Any]:
        customer = self.one(external_id=id).survivor
        found = {
            kind: recommending.recommend(self.shop, customer, kind=kind, count=COUNT)
            for kind in KINDS
        }
        return {"customer_id": customer.external_id, **found}


class ReasonAnswer(Answer):
    """A feature of the customer and how far it moves the score up or down."""

    feature = serializers.CharField(source="label")
    value = serializers.FloatField()
    effect = serializers.FloatField()


class ScoreAnswer(Answer):
    """What one model says; `band` ranks it among the shop's customers.

    An `early` one is an estimate from little, drawn towards the usual: the truth is between `low`
    and `high` eight times of ten.
    """

    name = serializers.CharField(source="model.predictor")
    question = serializers.CharField()
    value = serializers.FloatField()
    band = serializers.ChoiceField(BANDS)
    early = serializers.BooleanField(source="is_early")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    model_id = serializers.IntegerField(source="model.pk")
    trained_at = serializers.DateTimeField(source="model.trained_at")
    raised_by = ReasonAnswer(many=True, source="higher")
    lowered_by = ReasonAnswer(many=True, source="lower")


class ScoresAnswer(Answer):
    """The scores of every model that is better than a simple rule, or has too little to go on yet
    and says so; others are off."""

    customer_id = serializers.CharField()
    scores = ScoreAnswer(many=True)


class Scores(Resource):
    """What is predicted of a customer, and why."""

    model = Customer

    @reading(_("What is predicted of a customer, with reasons"), ScoresAnswer)
    def retrieve(self, id: str) -> dict[str, Any]:
        customer = self.one(external_id=id).survivor
        return {"customer_id": customer.external_id, "scores": scoring.told(customer)}
