"""What needs somebody: each line leads to as many rows as it counts, of that shop alone."""

import re

import pytest

from config import morning
from insights.models import TrainedModel
from shops import code_words
from shops.models import Delivery
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def troubled(uncertain, quarantined):
    shop = build.shop()
    for _ in range(uncertain):
        build.message(make.customer(shop), status="uncertain")
    for number in range(quarantined):
        Delivery.objects.create(
            shop=shop, message_id=str(number), topic="x", body=b"{}", status="quarantined"
        )
    return shop


def test_a_line_leads_to_what_it_counts(client):
    shop, _other = troubled(2, 3), troubled(4, 5)
    client.force_login(make.user(is_superuser=True))

    counted = {}
    for item in morning.waiting(shop).context["items"]:
        rows = client.get(item.url).context["cl"].result_count
        counted[rows] = int(re.sub(r"\D", "", str(item.text)))

    assert counted == {2: 2, 3: 3}


def test_predictions_that_answer_nothing_are_named_once_and_old_cards_are_history(client):
    shop, other = make.shop(), make.shop()
    client.force_login(make.user(is_superuser=True))
    judged = {"gain": 0.1}
    for status, metrics, name in (
        ("retired", judged, "churn_90d"), ("off", judged, "churn_90d"),
        ("beaten", judged, "churn_90d"),
        ("off", judged, "purchase_30d"), ("live", judged, "purchase_30d"),  # recovered
        ("off", {}, "return_risk"),  # has never had enough to learn from
    ):  # fmt: skip
        TrainedModel.objects.create(shop=shop, predictor=name, status=status, metrics=metrics)
    TrainedModel.objects.create(shop=other, predictor="orders_90d", metrics=judged)

    (item,) = morning.waiting(shop).context["items"]

    assert str(item.text) == f"Predictions that are off: {code_words.said('churn_90d')}"
    shown = client.get(item.url).context["cl"].queryset
    assert {card.predictor for card in shown} == {"churn_90d"}
