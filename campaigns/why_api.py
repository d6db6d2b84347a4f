"""Why a customer got no message of a running campaign, for the shop's own programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns import customer_words, why
from campaigns.models import Campaign
from customers.models import Customer
from shops.rest.resources import Answer, Resource, reading

MOST = 50  # campaigns


class ClauseAnswer(Answer):
    """One condition on the way to a message, and the values that decided it."""

    holds = serializers.BooleanField()
    words = serializers.CharField()
    seen = serializers.DictField()


class AbsenceAnswer(Answer):
    """A campaign that sent the customer nothing; the first clause that does not hold is why.

    `text` may be shown to the customer: nothing of rules, scores or tests stands in it.
    """

    campaign = serializers.CharField()
    clauses = ClauseAnswer(many=True)
    text = serializers.CharField()


class AbsencesAnswer(Answer):
    """The running campaigns that sent the customer nothing, those launched last first."""

    customer_id = serializers.CharField()
    campaigns = AbsenceAnswer(many=True)


class Absences(Resource):
    """What stood in the way of a message, by the shop's id of the customer."""

    model = Customer

    @reading(_("Why a customer got nothing, campaign by campaign"), AbsencesAnswer)
    def retrieve(self, id: str) -> dict[str, Any]:
        customer = self.one(external_id=id)
        running = Campaign.objects.filter(shop=self.shop, status="running", fault="")
        without = running.exclude(message__customer=customer).order_by("-launched_at", "-id")
        return {
            "customer_id": customer.external_id,
            "campaigns": [self._of(campaign, customer) for campaign in without[:MOST]],
        }

    def _of(self, campaign: Campaign, customer: Customer) -> dict[str, Any]:
        clauses = why.of_absence(campaign, customer)
        text = customer_words.of_absence(clauses, customer)
        return {"campaign": campaign.key, "clauses": clauses, "text": text}
