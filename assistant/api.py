"""Questions of customers: answered from the shop's own texts, or by a person later."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from assistant import answers
from assistant.models import Question
from customers.models import Identity
from shops.rest.bodies import Shape
from shops.rest.filters import Filter
from shops.rest.resources import NUMBER_ID, Resource, listing, reading, writing

SHAPE = Shape(
    "NewQuestion",
    {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "minLength": 2, "maxLength": answers.LONGEST},
            "customer_id": {"type": "string", "minLength": 1, "maxLength": 100},
        },
    },
)
STATE = Filter(
    _("Only those in this state."),
    {"type": "string", "enum": list(Question.STATES)},
    lambda rows, value, shop: rows.filter(state=value),
)


class QuestionAnswer(ModelSerializer):
    """A question; `answer` is empty until a model or a person has answered."""

    cites = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Question
        fields = ("id", "text", "state", "answer", "author", "cites", "asked_at")


class Questions(Resource):
    """What customers ask, and what they are told."""

    model = Question
    lookup_value_regex = r"[1-9]\d{0,14}"
    id_schema = NUMBER_ID

    @listing(
        _("Questions, newest first"),
        QuestionAnswer,
        order=("-asked_at", "-id"),
        by={"state": STATE},
    )
    def list(self) -> QuerySet[Question]:
        return self.rows()

    @reading(_("One question with its answer"), QuestionAnswer)
    def retrieve(self, id: str) -> Question:
        return self.one(pk=id)

    @writing(
        _("Ask; with customer_id, whom your program has signed in, also where their order is"),
        QuestionAnswer,
        body=SHAPE,
        status=201,
    )
    def create(self, said: dict[str, Any]) -> Question:
        known = Identity.objects.filter(
            shop=self.shop, kind="external_id", value=said.get("customer_id", "")
        ).select_related("customer__merged_into")
        found = known.first()
        who = found.customer.survivor if found else None
        return answers.receive(self.shop, said["text"], customer=who)
