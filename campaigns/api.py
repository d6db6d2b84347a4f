"""Campaigns with what they brought, and the ledger of messages with the reason for each."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from campaigns import customer_words, report, why
from campaigns.models import Campaign, Message
from customers.api import CustomerId, by_customer
from insights.lift import Lift
from segments.api import KEY, KEY_SCHEMA
from shops.models import Shop
from shops.rest.resources import NUMBER_ID, Answer, Resource, listing, reading


class CampaignAnswer(ModelSerializer):
    """Who enters, what happens to them, and which share is held out."""

    id = serializers.CharField(source="key")
    plan = serializers.DictField()
    holdout_percent = serializers.FloatField(min_value=0, max_value=50)

    class Meta:
        model = Campaign
        fields = ("id", "name", "status", "plan", "holdout_percent", "priority", "fault",
                  "launch_at", "launched_at", "ended_at")  # fmt: skip


class ArmAnswer(Answer):
    """One side of the comparison."""

    customer_count = serializers.IntegerField()
    buyer_count = serializers.IntegerField()
    buyer_fraction = serializers.FloatField(allow_null=True)
    order_count = serializers.IntegerField()
    revenue_cents = serializers.IntegerField()


class LiftAnswer(Answer):
    """A difference with its interval; null while there are not enough customers to say."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    is_proved = serializers.BooleanField()

    def to_representation(self, lift: Lift) -> Any:
        shown = super().to_representation(lift)
        return shown if lift.enough else {**shown, "value": None, "low": None, "high": None}


class ProofAnswer(Answer):
    """What the campaign brought: buyers and net cents a customer, and a sentence about each."""

    goal = LiftAnswer()
    revenue = LiftAnswer()
    goal_words = serializers.CharField()
    revenue_words = serializers.CharField()
    split_is_off = serializers.BooleanField()
    goal_days = serializers.IntegerField()


class ReportAnswer(Answer):
    """Messages by status, refusals by reason, and those written to beside those held out."""

    messages = serializers.DictField(child=serializers.IntegerField())
    refusals = serializers.DictField(child=serializers.IntegerField())
    treated = ArmAnswer()
    held_out = ArmAnswer()
    in_both = serializers.IntegerField(
        help_text="Left out of the comparison: they were on both sides."
    )
    proof = ProofAnswer()


class MessageAnswer(ModelSerializer):
    """One message decided on, why (`trail`), and what became of it."""

    customer_id = CustomerId()
    campaign = serializers.CharField(source="campaign.key")
    template = serializers.CharField(source="template.key")
    trail = serializers.DictField(source="why")

    class Meta:
        model = Message
        fields = ("id", "customer_id", "campaign", "template", "step", "channel", "status",
                  "reason", "trail", "due_at", "attempts", "sent_at", "carrier_id")  # fmt: skip


def told(shop: Shop) -> QuerySet[Message]:
    """The shop's messages with all that an answer shows."""
    return Message.objects.filter(shop=shop).select_related(
        "customer", "campaign", "template", "shared", "enrolment"
    )


class Campaigns(Resource):
    """The shop's campaigns."""

    model = Campaign
    lookup_value_regex = KEY
    id_schema = KEY_SCHEMA

    @listing(_("All campaigns"), CampaignAnswer, order=("key",))
    def list(self) -> QuerySet[Campaign]:
        return self.rows()

    @reading(_("One campaign"), CampaignAnswer)
    def retrieve(self, id: str) -> Campaign:
        return self.one(key=id)

    @action(detail=True)
    @reading(_("What it did so far, beside those it left alone"), ReportAnswer)
    def report(self, id: str) -> dict[str, Any]:
        campaign = self.one(key=id)
        return {**vars(report.summary(campaign)), "proof": report.proof(campaign)}

    @action(detail=True)
    @listing(_("Its messages, those decided on last first"), MessageAnswer, order=("-id",))
    def messages(self, id: str) -> QuerySet[Message]:
        return told(self.shop).filter(campaign=self.one(key=id))


class WhyAnswer(Answer):
    """Why a message was decided on, in sentences for the shop; `text` may be shown to the customer,
    and holds nothing of rules, scores or tests."""

    clauses = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()


class Messages(Resource):
    """The ledger."""

    model = Message
    lookup_value_regex = r"[1-9]\d{0,14}"
    id_schema = NUMBER_ID

    @listing(
        _("A customer's messages, those decided on last first"),
        MessageAnswer,
        order=("-id",),
        by={"customer": by_customer(required=True)},
    )
    def list(self) -> QuerySet[Message]:
        return self.rows()

    @reading(_("One message and why it was decided on"), MessageAnswer)
    def retrieve(self, id: str) -> Message:
        return self.one(pk=id)

    @action(detail=True)
    @reading(_("Why it was decided on, in words for the shop and for the customer"), WhyAnswer)
    def why(self, id: str) -> dict[str, Any]:
        message = self.one(pk=id)
        return {"clauses": why.of_message(message), "text": customer_words.of_message(message)}

    def rows(self) -> QuerySet[Message]:
        return told(self.shop)
