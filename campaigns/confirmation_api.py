"""Double opt-in: customers are asked by mail before anything is sent to them."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns import asking
from campaigns.models import Notice
from customers.models import Customer
from shops.rest.bodies import Shape
from shops.rest.problems import Fault, Problem
from shops.rest.resources import Answer, Resource, writing

CONFIRMATION = Shape(
    "NewConfirmation",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["customer_id", "channel", "how"],
        "properties": {
            "customer_id": {"type": "string", "minLength": 1, "maxLength": 100},
            "channel": {"enum": ["email", "sms", "push"]},
            "how": {"type": "string", "minLength": 1, "maxLength": 60},
            "wording": {"type": "string", "maxLength": 2000},
            "page": {"type": "string", "maxLength": 500},
        },
    },
)


class ConfirmationAnswer(Answer):
    """Whether a mail with a link is on its way; not when they agreed already or were just asked."""

    customer_id = serializers.CharField()
    channel = serializers.CharField()
    asked = serializers.BooleanField()


class Confirmations(Resource):
    """Double opt-in: the customer is asked by mail, and the consent begins with their answer."""

    model = Notice

    @writing(
        _("Ask a customer by mail whether they want a channel"),
        ConfirmationAnswer,
        body=CONFIRMATION,
        status=201,
    )
    def create(self, said: dict[str, Any]) -> dict[str, Any]:
        known = Customer.objects.filter(shop=self.shop, external_id=said["customer_id"]).first()
        if known is None:
            fault = Fault("customer_id", gettext("There is no such customer."))
            raise Problem("unacceptable", gettext("The body does not fit what is known."), [fault])
        wording, page = said.get("wording", ""), said.get("page", "")
        asked = asking.confirmation(
            known, channel=said["channel"], how=said["how"], wording=wording, page=page
        )
        return {"customer_id": said["customer_id"], "channel": said["channel"], "asked": asked}
