"""Write what the live models say: into the profile for rules, into the history when it changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now

from customers.models import Customer
from insights import features, judging
from insights.features import FEATURES, Floats
from insights.prediction_models import TrainedModel
from insights.training import predictors
from shops.models import Shop

BANDS = ("low", "middle", "high")  # up to the 5th tenth of the model's own scores, 8th, above
WRITE = """
WITH said AS (
    SELECT * FROM unnest(%(customers)s::bigint[], %(values)s::float[], %(bands)s::text[])
        AS t (customer_id, value, band)
), kept AS (
    UPDATE customers_profile p
    SET scores = p.scores || jsonb_build_object(%(name)s::text, round(said.value::numeric, 4))
    FROM said WHERE p.customer_id = said.customer_id AND p.shop_id = %(shop)s
    AND p.scores->%(name)s IS DISTINCT FROM to_jsonb(round(said.value::numeric, 4))
)
INSERT INTO insights_score (shop_id, customer_id, model_id, name, value, band, scored_at)
SELECT %(shop)s, said.customer_id, %(model)s, %(name)s, said.value, said.band, %(at)s FROM said
LEFT JOIN LATERAL (SELECT s.band FROM insights_score s WHERE s.customer_id = said.customer_id
    AND s.name = %(name)s ORDER BY s.scored_at DESC LIMIT 1) AS last ON true
WHERE last.band IS DISTINCT FROM said.band
ON CONFLICT DO NOTHING
"""
FORGET = """
UPDATE customers_profile SET scores = scores - %s WHERE shop_id = %s AND scores ? %s
"""


@dataclass(frozen=True)
class Reason:
    """A feature, the customer's value, and how far it moves the score."""

    label: str
    value: float
    effect: float


@dataclass(frozen=True)
class Told:
    """What a live model says of one customer, how that ranks, and what it rests on."""

    model: TrainedModel
    question: str
    value: float
    is_chance: bool
    band: str
    higher: list[Reason]
    lower: list[Reason]


def score_all() -> None:
    """Every shop."""
    for shop in Shop.objects.order_by("pk"):
        score(shop)


def score(shop: Shop, at: datetime | None = None) -> int:
    """Write the scores of every live model; those of models that are off vanish from profiles.

    Returns how many were computed. Safe to repeat: equal scores write nothing.
    """
    at = at or now()
    table = features.read(shop, at)
    live = {card.predictor: card for card in TrainedModel.objects.filter(shop=shop, status="live")}
    for name, predictor in predictors().items():
        if name not in live:
            _forget(shop, name)
            continue
        card = live[name]
        said = predictor.predict(card.artefact, table)
        card.drift = judging.stability_index(card.artefact["tenths"], said)
        card.save(update_fields=["drift"])
        _write(card, table.customers.tolist(), said, at)
    return len(live) * len(table.customers)


def band(card: TrainedModel, said: Floats | float) -> list[str]:
    """Where each score stands among those the model gave in training."""
    cuts = [card.artefact["tenths"][4], card.artefact["tenths"][7]]
    return [BANDS[place] for place in np.searchsorted(cuts, np.atleast_1d(said))]


def reasons(customer: Customer, card: TrainedModel) -> tuple[list[Reason], list[Reason]]:
    """The three features that raise a customer's score most, and the three that lower it most."""
    table = features.read(customer.shop, now(), customer.pk)
    if not len(table.customers):
        return [], []
    terms = predictors()[card.predictor].terms(card.artefact, table)[0]
    found = [
        Reason(str(label), float(value), float(term))
        for label, value, term in zip(FEATURES.values(), table.matrix[0], terms, strict=True)
    ]
    ranked = sorted(found, key=lambda one: -one.effect)
    against = [one for one in ranked[::-1] if one.effect < 0][:3]
    return [one for one in ranked if one.effect > 0][:3], against


def told(customer: Customer) -> list[Told]:
    """The customer's scores by the models that are live, each with its reasons."""
    profile = getattr(customer, "profile", None)
    scores = profile.scores if profile else {}
    live = TrainedModel.objects.filter(shop=customer.shop, status="live").order_by("predictor")
    return [_told(customer, card, scores) for card in live if card.predictor in scores]


def _told(customer: Customer, card: TrainedModel, scores: dict[str, float]) -> Told:
    predictor, value = predictors()[card.predictor], scores[card.predictor]
    higher, lower = reasons(customer, card)
    (where,) = band(card, value)
    is_chance = predictor.kind == "chance"
    return Told(card, str(predictor.question), value, is_chance, where, higher, lower)


def _write(card: TrainedModel, customers: list[int], said: Floats, at: datetime) -> None:
    arguments: dict[str, Any] = {
        "customers": customers,
        "values": said.tolist(),
        "bands": band(card, said),
        "shop": card.shop_id,
        "model": card.pk,
        "name": card.predictor,
        "at": at,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, arguments)


def _forget(shop: Shop, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [name, shop.pk, name])
