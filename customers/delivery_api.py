"""Webhook calls as they arrived, what became of them, and reading them again."""

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from customers import ingest
from shops.api import SPAN, CountAnswer, span
from shops.models import Delivery
from shops.rest import filters
from shops.rest.bodies import Shape
from shops.rest.resources import NUMBER_ID, Resource, listing, reading, writing

STATUSES = ("accepted", "processed", "ignored", "quarantined")
SPAN_OF_STATUS = Shape(
    "DeliverySpan",
    {
        **SPAN.schema,
        "properties": {
            **SPAN.schema["properties"],
            "status": {"type": "string", "enum": list(STATUSES)},
        },
    },
)


class DeliveryAnswer(ModelSerializer):
    """One call; `reason` says why it is quarantined or ignored."""

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "id",
            "message_id",
            "topic",
            "status",
            "reason",
            "received_at",
            "sent_at",
            "digested_at",
        )


class WholeDeliveryAnswer(DeliveryAnswer):
    """The same with its body, which holds personal data."""

    body = serializers.SerializerMethodField()

    class Meta(DeliveryAnswer.Meta):
        fields = (*DeliveryAnswer.Meta.fields, "body")

    @extend_schema_field({})
    def get_body(self, delivery: Delivery) -> Any:
        return json.loads(bytes(delivery.body))


class Deliveries(Resource):
    """What the shop has told us."""

    model = Delivery
    lookup_value_regex = r"[1-9]\d{0,14}"
    id_schema = NUMBER_ID

    @listing(
        _("All deliveries, newest first"),
        DeliveryAnswer,
        order=("-received_at", "-id"),
        by={
            "since": filters.time("received_at__gte", _("Only received from this moment on.")),
            "until": filters.time("received_at__lt", _("Only received before this moment.")),
        },
    )
    def list(self) -> QuerySet[Delivery]:
        return self.rows().defer("body")

    @action(detail=False)
    @listing(_("Those that could not be read, newest first"), DeliveryAnswer, order=("-id",))
    def quarantined(self) -> QuerySet[Delivery]:
        return self.rows().filter(status="quarantined").defer("body")

    @reading(_("One delivery with its body"), WholeDeliveryAnswer)
    def retrieve(self, id: str) -> Delivery:
        return self.one(pk=id)

    @action(detail=True, methods=["post"], url_path="replay")
    @writing(_("Read one again"), CountAnswer)
    def replay_one(self, id: str) -> dict[str, int]:
        return {"count": ingest.replay(self.rows().filter(pk=self.one(pk=id).pk))}

    @action(detail=False, methods=["post"])
    @writing(_("Read all of a span of time again"), CountAnswer, body=SPAN_OF_STATUS)
    def replay(self, said: dict[str, Any]) -> dict[str, int]:
        asked = span(said)
        found = self.rows().filter(received_at__gte=asked["since"], received_at__lt=asked["until"])
        if "status" in said:
            found = found.filter(status=said["status"])
        return {"count": ingest.replay(found)}
