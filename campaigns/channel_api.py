"""Browsers that allowed notifications, as the shop's page tells them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns.channel_models import PushSubscription
from campaigns.channels import push
from campaigns.channels.base import ChannelError
from customers import touchpoints
from customers.models import Customer
from shops.rest.bodies import Shape
from shops.rest.problems import Fault, Problem
from shops.rest.resources import Answer, Resource, writing

KEY = {"type": "string", "pattern": "^[A-Za-z0-9_-]+=*$", "minLength": 20, "maxLength": 100}
SUBSCRIPTION = Shape(
    "NewPushSubscription",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["customer_id", "endpoint", "p256dh", "auth"],
        "properties": {
            "customer_id": {"type": "string", "minLength": 1, "maxLength": 100},
            "endpoint": {"type": "string", "pattern": "^https://", "maxLength": 500},
            "p256dh": KEY,
            "auth": KEY | {"maxLength": 40},
        },
    },
)


class SubscriptionAnswer(Answer):
    """The browser as it is kept; its keys are not shown."""

    customer_id = serializers.CharField()
    endpoint = serializers.CharField()


class PushSubscriptions(Resource):
    """Browsers, each of one customer; the permission itself is a consent to the channel push."""

    model = PushSubscription

    @writing(
        _("Tell of a browser in which a customer allowed notifications"),
        SubscriptionAnswer,
        body=SUBSCRIPTION,
        status=201,
    )
    def create(self, said: dict[str, Any]) -> dict[str, Any]:
        owner = Customer.objects.filter(shop=self.shop, external_id=said["customer_id"]).first()
        if owner is None:
            raise _problem("customer_id", gettext("There is no such customer."))
        try:
            push.encrypted(b"", said["p256dh"], said["auth"])
        except ChannelError as fault:
            raise _problem("p256dh", str(fault)) from fault
        with transaction.atomic():
            PushSubscription.objects.update_or_create(
                shop=self.shop,
                endpoint=said["endpoint"],
                defaults={
                    "customer": owner,
                    "p256dh": said["p256dh"],
                    "auth": said["auth"],
                    "gone_at": None,
                },
            )
            touchpoints.mark_stale([owner.pk])
        return {"customer_id": said["customer_id"], "endpoint": said["endpoint"]}


def _problem(path: str, words: str) -> Problem:
    said = gettext("The body does not fit what is known.")
    return Problem("unacceptable", said, [Fault(path, words)])
