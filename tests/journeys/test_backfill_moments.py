"""The past as one statement works it out, beside a slow one that asks at a single moment."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.utils.timezone import now

from customers import profiles
from journeys import backfill
from journeys.models import Journey, Stage, StageVisit
from journeys.ready_made import did, last_order, orders
from tests import make

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
KINDS = ["message.sent", "message.opened", "cart.updated"]
# By priority; together they ask for every kind of fact and of moment that a past can be asked.
RULES = [
    {"all": [did("message.sent", within=9, times=2), {"not": did("message.opened", within=20)}]},
    did("cart.updated", then={"touchpoint": "message.sent", "within": 6, "not": True}, within=50),
    {"all": [did("message.opened", until=12), last_order("less", 45)]},
    {"all": [{"field": "facts.last_gap_days", "op": ">", "value": 40}, last_order("less", 15)]},
    {"all": [{"field": "facts.returned_fraction", "op": ">=", "value": 0.5}, orders(">=", 1)]},
    {"all": [{"field": "facts.mean_gap_days", "op": "<", "value": 25}, last_order("less", 30)]},
    {"all": [orders(">=", 2), {"any": [last_order("more", 60), did("cart.updated")]}]},
    {"field": "facts.first_order_at", "op": "more_than_days_ago", "value": 70},
    orders("=", 1),
    {"field": "customer.created_at", "op": "less_than_days_ago", "value": 25},
]


def facts(history, at):
    """What was known then of orders and cancellations."""
    sales = [(when, cents) for when, kind, cents in history if kind == "sale" and when <= at]
    back = -sum(cents for when, kind, cents in history if kind == "cancellation" and when <= at)
    gaps = [(b[0] - a[0]) / DAY for a, b in pairwise(sales)]
    gross = sum(cents for _when, cents in sales)
    return {
        "facts.order_count": len(sales),
        "facts.last_order_at": sales[-1][0] if sales else None,
        "facts.first_order_at": sales[0][0] if sales else None,
        "facts.last_gap_days": gaps[-1] if gaps else None,
        "facts.mean_gap_days": sum(gaps) / len(gaps) if gaps else None,
        "facts.returned_fraction": min(1, max(0, back / gross)) if gross else 0,
    }


def deeds(told, history, at):
    """How often it was done, as of then."""
    found = 0
    for when, kind, _cents in history:
        fits = kind == told["touchpoint"] and when <= at
        fits = fits and when > at - DAY * told.get("within", 9_999)
        fits = fits and when <= at - DAY * told.get("until", 0)
        then = told.get("then")
        if fits and then:  # what did not follow is known when its days are over
            end = when + DAY * then["within"]
            after = [w for w, k, _c in history if k == then["touchpoint"] and when < w <= end]
            fits = end <= at and not after
        found += fits
    return found


def holds(rule, history, came, at):
    if "all" in rule:
        return all(holds(part, history, came, at) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, history, came, at) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], history, came, at)
    if "did" in rule:
        return deeds(rule["did"], history, at) >= rule["did"].get("times", 1)
    value = {**facts(history, at), "customer.created_at": came}[rule["field"]]
    if value is None:
        return False
    wanted = rule["value"]
    if isinstance(value, datetime):
        ago = value < at - DAY * wanted
        return ago if rule["op"] == "more_than_days_ago" else not ago
    return {"=": value == wanted, ">": value > wanted, "<": value < wanted,
            ">=": value >= wanted}[rule["op"]]  # fmt: skip


def lived(shop, draw):
    """A customer of some ninety days, with the history in the order of time."""
    came = now() - DAY * draw.uniform(95, 130)
    ann, item = make.customer(shop, created_at=came), make.product(shop)
    history = []
    for _ in range(draw.randrange(7)):
        when, sold = came + DAY * draw.uniform(0, 94), draw.random() < 0.8
        history.append((when, "sale" if sold else "cancellation", 1_000 if sold else -700))
        make.order(ann, kind=history[-1][1], placed_at=when, lines=((item, 1, history[-1][2]),))
    for _ in range(draw.randrange(12)):
        history.append((came + DAY * draw.uniform(0, 94), draw.choice(KINDS), 0))
        make.touchpoint(ann, kind=history[-1][1], occurred_at=history[-1][0])
    return ann, came, sorted(history)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_every_moment_of_the_past_a_customer_stood_where_the_rules_of_then_say(seed):
    draw = random.Random(seed)
    shop = make.shop()
    journey = Journey.objects.create(shop=shop, name="Every kind", key="every")
    stages = [
        Stage.objects.create(
            shop=shop, journey=journey, name=str(n), key=str(n), priority=n, rule=rule
        )
        for n, rule in enumerate(RULES)
    ]
    people = [lived(shop, draw) for _ in range(15)]
    profiles.refresh(shop)
    backfill.fill(journey, afresh=True)

    assert backfill.without_past(journey) == []
    seen = set()
    for ann, came, history in people:
        visits = list(StageVisit.objects.filter(customer=ann).select_related("stage"))
        moved = {moment for v in visits for moment in (v.entered_at, v.left_at) if moment}
        probes = {moment + side for moment in moved for side in (-SECOND, SECOND)}
        probes |= {came + DAY * draw.uniform(0, 95) for _ in range(60)}
        for at in (at for at in probes if came < at < now() - SECOND):
            there = [v for v in visits if v.entered_at <= at and (not v.left_at or at < v.left_at)]
            wanted = [s for s in stages if holds(s.rule, history, came, at)][:1]
            assert [v.stage for v in there] == wanted, (ann.pk, at, history)
            seen |= {stage.key for stage in wanted}
    assert len(seen) >= 8
