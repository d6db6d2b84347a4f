"""Whom a campaign persuades: its holdout teaches what a message changes for each customer.

Every week, and only from customers whose goal window is over. What it finds are scores that rules
can ask for; where nothing can be told, the campaign stays with its rules and the card says why.
"""

from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now

from campaigns.models import Campaign, Targeting
from campaigns.report import GOAL_DAYS
from insights import scoring, training, uplift_scores
from insights.prediction_models import TrainedModel
from insights.uplift_scores import Economy, Trial
from segments.models import Segment

MOST = 200_000  # customers, drawn by hash: more make it slower, not better
USUAL_ORDER_CENTS = 5_000.0

TRIAL = """
WITH entered AS (
    SELECT customer_id, bool_or(held_out) AS held_out, min(entered_at) AS entered_at
    FROM campaigns_enrolment WHERE campaign_id = %(campaign)s
    GROUP BY customer_id HAVING min(entered_at) <= %(now)s - %(window)s
    ORDER BY hashint8(customer_id) LIMIT %(most)s
)
SELECT e.customer_id, e.entered_at, (NOT e.held_out)::int, (b.orders > 0)::int,
    b.cents::float, b.orders
FROM entered e CROSS JOIN LATERAL (
    SELECT count(*) AS orders, coalesce(sum(o.total_cents), 0) AS cents FROM customers_order o
    WHERE o.customer_id = e.customer_id AND o.kind = 'sale' AND o.placed_at > e.entered_at
    AND o.placed_at <= e.entered_at + %(window)s) AS b
JOIN customers_customer c ON c.id = e.customer_id AND c.merged_into_id IS NULL
ORDER BY e.customer_id
"""


def learn_all() -> None:
    """Every campaign with a holdout that was not learned from for a week."""
    launched = Campaign.objects.filter(launched_at__isnull=False, holdout_percent__gt=0)
    for campaign in launched.select_related("shop").order_by("pk"):
        if _is_due(campaign):
            learn(campaign)


def learn(campaign: Campaign) -> TrainedModel:
    """One card; the scores of all customers follow, or go where nothing can be told."""
    said, _made = Targeting.objects.get_or_create(campaign=campaign, shop=campaign.shop)
    trial, order_cents = _read(campaign)
    economy = Economy(
        order_cents=order_cents * said.margin_percent / 100,
        message_cents=said.thousand_messages_cents / 1000,
        discount_cents=said.discount_cents,
        explore=said.explore_percent / 100,
    )
    card = uplift_scores.learn(campaign.shop, trial, economy, now())
    with transaction.atomic():
        training.take_over(card)
    if card.status == "live":
        scoring.score_card(card)
    else:
        for name in (card.predictor, said.score.removeprefix("scores.")):
            scoring.forget(campaign.shop, name)
    return card


def make_segment(said: Targeting) -> Segment:
    """Those worth writing to, as a segment to enter by; the same one when asked again."""
    segment, _made = Segment.objects.get_or_create(
        shop=said.shop,
        key=f"persuadable-{said.campaign_id}",
        defaults={
            "name": f"{said.campaign.name}: {said._meta.verbose_name}"[:100],
            "rule": {"field": said.score, "op": "=", "value": 1},
        },
    )
    return segment


def card_of(said: Targeting) -> TrainedModel | None:
    """The newest card."""
    name = f"{uplift_scores.PREFIX}{said.campaign_id}"
    cards = TrainedModel.objects.filter(shop=said.shop, predictor=name)
    return cards.order_by("-trained_at").first()


def _is_due(campaign: Campaign) -> bool:
    name = f"{uplift_scores.PREFIX}{campaign.pk}"
    cards = TrainedModel.objects.filter(shop=campaign.shop, predictor=name)
    return not cards.filter(trained_at__gt=now() - training.AGAIN_AFTER).exists()


def _read(campaign: Campaign) -> tuple[Trial, float]:
    """Who took part and what came of it, and what an order of theirs is worth."""
    known: dict[str, Any] = {"campaign": campaign.pk, "now": now(), "most": MOST}
    known["window"] = timedelta(days=GOAL_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(TRIAL, known)
        rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * 6
    customers, moments, treated, outcome, cents, orders = columns
    placed = sum(orders)
    trial = Trial(
        number=campaign.pk,
        title=campaign.name,
        customers=list(customers),
        moments=list(moments) or [now()],
        treated=np.array(treated, np.int64),
        outcome=np.array(outcome, np.int64),
    )
    return trial, sum(cents) / placed if placed else USUAL_ORDER_CENTS
