"""The endpoints of the shop's own that are told what happens here."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from shops import outbox, reaching
from shops.connectors.base import PayloadError
from shops.connectors.node import moment
from shops.models import Endpoint, OutgoingEvent
from shops.rest.bodies import Shape
from shops.rest.resources import NUMBER_ID, Answer, Resource, listing, reading, writing

TIME = {"type": "string", "format": "date-time", "maxLength": 40}
SPAN = Shape(
    "Span",
    {
        "type": "object",
        "required": ["since", "until"],
        "additionalProperties": False,
        "properties": {"since": TIME, "until": TIME},
    },
)
TOLD: dict[str, Any] = {
    "url": {"type": "string", "pattern": "^https?://[!-~]+$", "maxLength": 500},
    "events": {
        "type": "array",
        "items": {"type": "string", "enum": sorted(settings.EVENTS)},
        "uniqueItems": True,
    },
    "concurrency": {"type": "integer", "minimum": 1, "maximum": 20},
}
NEW_ENDPOINT = Shape(
    "NewEndpoint",
    {
        "type": "object",
        "required": ["url", "events"],
        "additionalProperties": False,
        "properties": TOLD,
    },
)
CHANGED_ENDPOINT = Shape(
    "ChangedEndpoint",
    {"type": "object", "additionalProperties": False, "properties": TOLD, "minProperties": 1},
)


class EndpointAnswer(ModelSerializer):
    """An address that is told what happens; a paused one waits for `resume`."""

    events = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Endpoint
        fields: tuple[str, ...] = (
            "id",
            "url",
            "events",
            "concurrency",
            "failure_count",
            "failing_since",
            "next_at",
            "paused_at",
            "paused_reason",
            "created_at",
        )


class SecretAnswer(EndpointAnswer):
    """The same with its signing secret, which is told only now."""

    secret = serializers.SerializerMethodField()

    class Meta(EndpointAnswer.Meta):
        fields = (*EndpointAnswer.Meta.fields, "secret")

    def get_secret(self, endpoint: Endpoint) -> str:
        return endpoint.secrets[0]


class OutgoingAnswer(ModelSerializer):
    """Something an endpoint was told, or will be."""

    data = serializers.DictField()

    class Meta:
        model = OutgoingEvent
        fields = ("id", "type", "data", "occurred_at", "attempt_count", "delivered_at")


class CountAnswer(Answer):
    """How many rows it was."""

    count = serializers.IntegerField(min_value=0)


def check_address(said: dict[str, Any]) -> None:
    """Raises PayloadError for an address inside our own network. Asks the name server."""
    if "url" in said:
        try:
            reaching.check(said["url"])
        except reaching.Unreachable as fault:
            raise PayloadError("url", str(fault)) from fault


def span(said: dict[str, Any]) -> dict[str, Any]:
    """The two moments of a Span. Raises PayloadError."""
    return {name: moment(said[name], name) for name in ("since", "until")}


class Endpoints(Resource):
    """Addresses of the shop's own that are told what happens."""

    model = Endpoint
    lookup_value_regex = r"[1-9]\d{0,14}"
    id_schema = NUMBER_ID

    @listing(_("All endpoints"), EndpointAnswer, order=("id",))
    def list(self) -> QuerySet[Endpoint]:
        return self.rows()

    @reading(_("One endpoint and how it fares"), EndpointAnswer)
    def retrieve(self, id: str) -> Endpoint:
        return self.one(pk=id)

    @writing(
        _("Add an endpoint; its secret is told in this answer"),
        SecretAnswer,
        body=NEW_ENDPOINT,
        status=201,
        beforehand=check_address,
    )
    def create(self, said: dict[str, Any]) -> Endpoint:
        return outbox.register(self.shop, **said)

    @writing(
        _("Change where, what or how fast it is told"),
        EndpointAnswer,
        body=CHANGED_ENDPOINT,
        beforehand=check_address,
    )
    def partial_update(self, id: str, said: dict[str, Any]) -> Endpoint:
        return outbox.change(self.one(pk=id), **said)

    @writing(_("Remove it, with all that it has not been told yet"), status=204)
    def destroy(self, id: str) -> None:
        self.one(pk=id).delete()

    @action(detail=True, methods=["post"])
    @writing(_("A new secret; the old one signs as well until the next change"), SecretAnswer)
    def rotate(self, id: str) -> Endpoint:
        endpoint: Endpoint = self.one(pk=id)
        outbox.rotate(endpoint)
        return endpoint

    @action(detail=True, methods=["post"])
    @writing(_("Deliver again from where it was paused"), EndpointAnswer)
    def resume(self, id: str) -> Endpoint:
        endpoint: Endpoint = self.one(pk=id)
        outbox.resume([endpoint.pk])
        endpoint.refresh_from_db()
        return endpoint

    @action(detail=True, methods=["post"])
    @writing(_("Deliver all that happened in a span of time once more"), CountAnswer, body=SPAN)
    def replay(self, id: str, said: dict[str, Any]) -> dict[str, int]:
        return {"count": outbox.replay_range(self.one(pk=id), **span(said))}

    @action(detail=True)
    @listing(_("What it was told or will be, newest first"), OutgoingAnswer, order=("-id",))
    def events(self, id: str) -> QuerySet[OutgoingEvent]:
        return OutgoingEvent.objects.filter(shop=self.shop, endpoint=self.one(pk=id))
