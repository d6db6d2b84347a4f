"""What customers allow: given or withdrawn, with the proof of it."""

from typing import Any

from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from customers import facts
from customers.api import TIME, CustomerId, by_customer, published
from customers.models import Consent, ConsentStatement
from shops.connectors.base import ConsentFact
from shops.connectors.node import moment
from shops.rest.bodies import Schema, Shape
from shops.rest.resources import Answer, Resource, listing, writing

PROOF: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "wording": {"type": "string", "maxLength": 2000},
        "page": {"type": "string", "maxLength": 500},
        "ip": {"type": "string", "maxLength": 45},
        "user_agent": {"type": "string", "maxLength": 300},
        "reference": {"type": "string", "maxLength": 200},
    },
}
STATEMENT = published("consent", given={"type": "boolean"}, occurred_at=TIME, proof=PROOF)
STATEMENT["required"] = ["customer_id", "channel", "given", "how"]
SHAPE = Shape("NewConsent", STATEMENT)


class ConsentAnswer(ModelSerializer):
    """A permission; open while `ended_at` is null."""

    customer_id = CustomerId()
    given_proof = serializers.DictField(allow_null=True)
    ended_proof = serializers.DictField(allow_null=True)

    class Meta:
        model = Consent
        fields = ("customer_id", "channel", "purpose", "given_at", "given_how", "given_proof",
                  "ended_at", "ended_how", "ended_proof")  # fmt: skip


class StatementAnswer(Answer):
    """What was said, as it is kept."""

    customer_id = serializers.CharField()
    channel = serializers.CharField()
    given = serializers.BooleanField()
    occurred_at = serializers.DateTimeField()
    how = serializers.CharField()
    proof = serializers.DictField()


def _proof(at: str, *, given: bool) -> Subquery:
    said = ConsentStatement.objects.filter(
        customer=OuterRef("customer"),
        channel=OuterRef("channel"),
        purpose=OuterRef("purpose"),
        occurred_at=OuterRef(at),
        given=given,
    )
    return Subquery(said.order_by("-explicit").values("proof")[:1], output_field=JSONField())


class Consents(Resource):
    """Permissions by channel and purpose."""

    model = Consent

    @listing(
        _("What a customer allows and allowed, newest first"),
        ConsentAnswer,
        order=("-given_at", "-id"),
        by={"customer": by_customer(required=True)},
    )
    def list(self) -> QuerySet[Consent]:
        proofs = {
            "given_proof": _proof("given_at", given=True),
            "ended_proof": _proof("ended_at", given=False),
        }
        return self.rows().select_related("customer").annotate(**proofs)

    @writing(
        _("Give a permission or withdraw it; how and proof say what shows it"),
        StatementAnswer,
        body=SHAPE,
        status=201,
    )
    def create(self, said: dict[str, Any]) -> ConsentFact:
        at = moment(said["occurred_at"], "occurred_at") if "occurred_at" in said else now()
        fact = ConsentFact(
            customer_id=said["customer_id"],
            channel=said["channel"],
            given=said["given"],
            occurred_at=at,
            how=said["how"],
            proof=said.get("proof", {}),
        )
        facts.store(self.shop, [fact])
        return fact
