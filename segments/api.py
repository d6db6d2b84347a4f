"""Segments, who is in them, and what is computed about a customer."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from customers.api import CustomerId
from customers.models import Customer
from segments import profile
from segments.models import Membership, Segment
from shops.rest.resources import Answer, Resource, listing, reading

KEY = r"[-a-zA-Z0-9_]{1,60}"
KEY_SCHEMA = {"type": "string", "pattern": f"^{KEY}$"}


@extend_schema_field({"type": ["object", "null"]})
class Rule(serializers.JSONField):
    """A tree in the rule language."""


class SegmentAnswer(ModelSerializer):
    """A named set of customers; `fault` says why a rule takes no part."""

    id = serializers.CharField(source="key")
    rule = Rule()

    class Meta:
        model = Segment
        fields = ("id", "name", "kind", "description", "rule", "fault", "member_count",
                  "refreshed_at")  # fmt: skip


class MemberAnswer(ModelSerializer):
    """A customer who is in the segment now."""

    customer_id = CustomerId()

    class Meta:
        model = Membership
        fields = ("customer_id", "entered_at")


class ProfileAnswer(Answer):
    """Values by the names that rules use, such as `facts.order_count`; null where not known."""

    customer_id = serializers.CharField()
    values = serializers.DictField()


class Segments(Resource):
    """Groups of customers, by rule or persona."""

    model = Segment
    lookup_value_regex = KEY
    id_schema = KEY_SCHEMA

    @listing(_("All segments"), SegmentAnswer, order=("key",))
    def list(self) -> QuerySet[Segment]:
        return self.rows()

    @reading(_("One segment"), SegmentAnswer)
    def retrieve(self, id: str) -> Segment:
        return self.one(key=id)

    @action(detail=True)
    @listing(_("The customers in it"), MemberAnswer, order=("customer_id",))
    def members(self, id: str) -> QuerySet[Membership]:
        found = Membership.objects.filter(shop=self.shop, segment=self.one(key=id), left_at=None)
        return found.select_related("customer")


class Profiles(Resource):
    """Facts, opinions and scores of a customer."""

    model = Customer

    @reading(_("All that is computed about a customer"), ProfileAnswer)
    def retrieve(self, id: str) -> dict[str, Any]:
        customer = self.one(external_id=id).survivor
        return {"customer_id": customer.external_id, "values": profile.values(customer)}
