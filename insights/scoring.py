"""Write what the live models say: into the profile for rules, into the history when it changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now

from customers.models import Customer
from insights import judging, uplift_scores
from insights.features import Floats, Table
from insights.prediction_models import IN_USE, TrainedModel
from insights.predictors.base import Scorer
from insights.training import FEWEST_FOR_TENTHS, predictor_of, predictors
from shops.models import Shop

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
UPDATE customers_profile SET scores = scores - %(name)s::text
WHERE shop_id = %(shop)s AND scores ? %(name)s::text
AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
"""


@dataclass(frozen=True)
class Reason:
    """A feature, the customer's value, and how far it moves the score."""

    label: str
    value: float
    effect: float


@dataclass(frozen=True)
class Told:
    """What a model says of one customer, how that ranks, and what it rests on.

    `kind` is that of the predictor; `low` and `high` hold eight of ten where it is an estimate from
    little, else None.
    """

    model: TrainedModel
    question: str
    value: float
    kind: str
    band: str
    low: float | None
    high: float | None
    higher: list[Reason]
    lower: list[Reason]

    @property
    def is_early(self) -> bool:
        return self.model.status == "early"


def score_all() -> None:
    """Every shop."""
    for shop in Shop.objects.order_by("pk"):
        score(shop)


def score(shop: Shop, at: datetime | None = None) -> int:
    """Write the scores of every model in use; those of the others vanish from profiles.

    Returns how many were computed. Safe to repeat: equal scores write nothing.
    """
    at, count = at or now(), 0
    tables: dict[Any, Table] = {}  # several predictors read the same
    used = _in_use(shop)
    for name in predictors().keys() - used.keys():
        forget(shop, name)
    for card in used.values():
        scorer = scorer_of(card)
        if scorer is None:
            continue
        reader = scorer.reader()
        if reader not in tables:
            tables[reader] = scorer.read(shop, at)
        count += _score(card, scorer, tables[reader], at)
    return count


def score_card(card: TrainedModel) -> int:
    """Write what one model says of everybody now."""
    scorer, at = scorer_of(card), now()
    return _score(card, scorer, scorer.read(card.shop, at), at) if scorer else 0


def scorer_of(card: TrainedModel) -> Scorer | None:
    """Who speaks for the card; nobody where the plug-in is gone."""
    if card.predictor.startswith(uplift_scores.PREFIX):
        return uplift_scores.UpliftScore(card)
    return predictor_of(card)


def score_now(shop: Shop, customers: list[int]) -> bool:
    """What cannot wait for the night, for customers who were just seen; whether there is any."""
    known = {name: each for name, each in predictors().items() if each.at_once}
    used = _in_use(shop)
    names = known.keys() & used.keys()
    for name in names:
        card, predictor, at = used[name], known[name], now()
        table = predictor.read(shop, at, customers)
        forget(shop, name, sorted({*customers} - {*table.customers.tolist()}))
        _write(card, predictor, table, _said(card, predictor, table), at)
    return bool(names)


def _in_use(shop: Shop) -> dict[str, TrainedModel]:
    cards = TrainedModel.objects.filter(shop=shop, status__in=IN_USE)
    return {card.predictor: card for card in cards}


def _score(card: TrainedModel, scorer: Scorer, table: Table, at: datetime) -> int:
    said = _said(card, scorer, table)
    if card.status == "live" and len(table.customers) >= FEWEST_FOR_TENTHS:
        card.drift = judging.stability_index(card.artefact["tenths"], scorer.value(said))
        card.save(update_fields=["drift"])
    _write(card, scorer, table, said, at)
    return len(table.customers)


def _said(card: TrainedModel, scorer: Scorer, table: Table) -> Floats:
    if card.status == "early":
        return scorer.early(card.artefact, table).said
    return scorer.predict(card.artefact, table)


def told(customer: Customer) -> list[Told]:
    """The customer's scores by the models in use, each with its reasons."""
    profile = getattr(customer, "profile", None)
    scores = profile.scores if profile else {}
    used = [card for name, card in sorted(_in_use(customer.shop).items()) if name in scores]
    found = [_told(customer, card, scores[card.predictor]) for card in used]
    return [one for one in found if one]


def _told(customer: Customer, card: TrainedModel, value: float) -> Told | None:
    """None where there is nothing to say any more, such as of a visit that is over."""
    scorer = scorer_of(card)
    if scorer is None:
        return None
    table = scorer.read(customer.shop, now(), [customer.pk])
    if not len(table.customers):
        return None
    early = card.status == "early" and scorer.early(card.artefact, table)
    (where,) = scorer.bands(card.artefact, table, np.array([value]))
    higher, lower = _reasons(scorer, card, table)
    return Told(
        model=card,
        question=str(scorer.question),
        value=value,
        kind=scorer.kind,
        band=where,
        low=float(early.low[0]) if early else None,
        high=float(early.high[0]) if early else None,
        higher=higher,
        lower=lower,
    )


def _reasons(scorer: Scorer, card: TrainedModel, table: Table) -> tuple[list[Reason], list[Reason]]:
    """The three features that raise a customer's score most, and the three that lower it most."""
    explain = scorer.early_terms if card.status == "early" else scorer.terms
    found = [
        Reason(str(label), float(value), float(term))
        for label, value, term in zip(
            table.features.values(), table.matrix[0], explain(card.artefact, table)[0], strict=True
        )
    ]
    ranked = sorted(found, key=lambda one: -one.effect)
    against = [one for one in ranked[::-1] if one.effect < 0][:3]
    return [one for one in ranked if one.effect > 0][:3], against


def _write(card: TrainedModel, scorer: Scorer, table: Table, said: Floats, at: datetime) -> None:
    """Into the profiles, and into the history where the band is another than before."""
    values = scorer.value(said)
    bands = scorer.bands(card.artefact, table, values)
    known: dict[str, Any] = {"customers": table.customers.tolist(), "shop": card.shop_id}
    known |= {"model": card.pk, "at": at, "bands": bands}
    scores = {card.predictor: values, **scorer.also(card.artefact, table, said)}
    with transaction.atomic(), connection.cursor() as cursor:
        for name, each in scores.items():
            cursor.execute(WRITE, {**known, "name": name, "values": each.tolist()})


def forget(shop: Shop, name: str, customers: list[int] | None = None) -> None:
    """Take a score out of the profiles, or of these customers' only."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"shop": shop.pk, "name": name, "customers": customers})
