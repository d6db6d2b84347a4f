"""Journeys, their stages with the customers at each, and a customer's way through them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from customers.api import CustomerId, by_customer
from journeys import report, ways
from journeys.models import Journey, Stage, StageVisit
from segments.api import KEY, KEY_SCHEMA, Rule
from shops.rest.resources import Answer, Resource, listing, reading


class JourneyAnswer(ModelSerializer):
    """A map of lifecycle stages."""

    id = serializers.CharField(source="key")

    class Meta:
        model = Journey
        fields = ("id", "name", "active")


class StageAnswer(ModelSerializer):
    """A place on the map, its rule, and how many customers are there now."""

    id = serializers.CharField(source="key")
    rule = Rule()
    customer_count = serializers.IntegerField(source="here")

    class Meta:
        model = Stage
        fields = ("id", "name", "position", "priority", "colour", "rule", "fault",
                  "customer_count")  # fmt: skip


class StagesAnswer(Answer):
    """The stages in the order of the map."""

    data = StageAnswer(many=True)


class VisitAnswer(ModelSerializer):
    """A stay at a stage, with the facts that led there."""

    customer_id = CustomerId()
    journey = serializers.CharField(source="journey.key")
    stage = serializers.CharField(source="stage.key")
    why = serializers.DictField()

    class Meta:
        model = StageVisit
        fields = ("customer_id", "journey", "stage", "entered_at", "left_at", "why")


class Journeys(Resource):
    """The shop's maps."""

    model = Journey
    lookup_value_regex = KEY
    id_schema = KEY_SCHEMA

    @listing(_("All journeys"), JourneyAnswer, order=("key",))
    def list(self) -> QuerySet[Journey]:
        return self.rows()

    @reading(_("One journey"), JourneyAnswer)
    def retrieve(self, id: str) -> Journey:
        return self.one(key=id)

    @action(detail=True)
    @reading(_("Its stages and how many customers are at each"), StagesAnswer)
    def stages(self, id: str) -> dict[str, Any]:
        return {"data": [count.stage for count in report.stage_counts(self.one(key=id))]}


class Visits(Resource):
    """Stays at stages."""

    model = StageVisit

    @listing(
        _("A customer's way, newest first"),
        VisitAnswer,
        order=("-entered_at", "-id"),
        by={"customer": by_customer(required=True)},
    )
    def list(self) -> QuerySet[StageVisit]:
        return self.rows().select_related("customer", "journey", "stage")


class WayAnswer(Answer):
    """Kinds of touchpoints in order, and how many customers went this way."""

    kinds = serializers.ListField(child=serializers.CharField())
    count = serializers.IntegerField()
    share = serializers.FloatField()
    value_cents = serializers.IntegerField(source="cents")


class MetAnswer(Answer):
    """A kind of touchpoint: on how many ways it was met, the share of purchases that would be lost
    without it (removal effect), and what follows it most often."""

    kind = serializers.CharField()
    count = serializers.IntegerField()
    removal_effect = serializers.FloatField(source="lost")
    next = serializers.CharField(source="next_kind")
    next_share = serializers.FloatField()


class StepAnswer(Answer):
    """From one touchpoint to the next, as a share of all that leave the first; START, PURCHASE and
    LOSS are where ways begin and end."""

    before = serializers.CharField()
    after = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.FloatField()


class WaysAnswer(Answer):
    """What customers met before they ordered, or went silent for 30 days."""

    days = serializers.IntegerField()
    bought = serializers.IntegerField()
    lost = serializers.IntegerField()
    unseen = serializers.IntegerField()
    to_purchase = WayAnswer(many=True)
    to_loss = WayAnswer(many=True)
    touchpoints = MetAnswer(many=True, source="met")
    transitions = StepAnswer(many=True, source="steps")


class Ways(Resource):
    """The ways to a purchase and to a loss, measured when asked."""

    model = Journey
    lookup_value_regex = "|".join(map(str, ways.DAYS))
    id_schema = {"type": "integer", "enum": list(ways.DAYS)}

    @reading(_("Ways that ended in the last 30, 90 or 365 days"), WaysAnswer)
    def retrieve(self, id: str) -> ways.Ways:
        return ways.measure(self.shop, int(id))
