"""A small shop of made-up customers, always the same: on it rules are compared by members."""

import random
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from customers.models import Consent, Customer, Profile, Touchpoint
from journeys import counting, lifecycle
from journeys.models import Journey, StageVisit
from segments import rules
from shops.models import Product, Shop

CUSTOMERS = 400
ASPECTS = ("size", "quality", "delivery", "price", "material")


def make() -> Shop:
    """The shop with its customers."""
    shop = Shop.objects.create(
        name="Evaluation", key=f"evaluation-{time.time_ns()}", currency="EUR", timezone="UTC"
    )
    chance = random.Random(11)  # noqa: S311 - the same customers every time
    journey = lifecycle.create(shop)
    for category in ("Shoes", "Dresses"):
        Product.objects.create(
            shop=shop, external_id=category, title=f"{category} one", category=category
        )
    for number in range(CUSTOMERS):
        _customer(shop, number, chance)
    _ways(journey)
    counting.count(journey)
    return shop


def _ways(journey: Journey) -> None:
    """Of 400 that became new three tenths became active, of those four tenths loyal; as many as
    became active were at risk, and a third of those were lost."""
    stage = {one.key: one for one in journey.stages.all()}
    for number, ann in enumerate(Customer.objects.filter(shop=journey.shop).order_by("pk")):
        way = [("new", 90)]
        if number % 10 < 3:
            way += [("active", 60)] + ([("loyal", 20)] if number % 5 < 2 else [])
        elif number % 10 < 6:
            way += [("at_risk", 50)] + ([("lost", 10)] if number % 3 == 0 else [])
        for place, (key, days) in enumerate(way):
            after = way[place + 1] if place + 1 < len(way) else None
            StageVisit.objects.create(
                shop=journey.shop, journey=journey, customer=ann, stage=stage[key],
                entered_at=_ago(days), left_at=_ago(after[1]) if after else None,
                came_from=stage[way[place - 1][0]] if place else None,
                left_to=stage[after[0]] if after else None,
            )  # fmt: skip


def remove(shop: Shop) -> None:
    """Take it away again; a shop's rows do not all go with it by themselves."""
    tables = ("customers_touchpoint", "customers_consent", "customers_profile")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table} WHERE shop_id = %s", [shop.pk])
    shop.delete()


def _customer(shop: Shop, number: int, chance: random.Random) -> None:
    gender = chance.choice(["female", "female", "male", None])
    born = now().date() + timedelta(days=chance.randint(-100, 100) - 9000)
    known = {"gender": gender, "tier": chance.choice(["gold", "silver", None])}
    ann = Customer.objects.create(
        shop=shop, external_id=str(number), email=f"{number}@example.com",
        country=chance.choice(["DE", "FR", "CN", "GB"]), language=chance.choice(["de", "en", "zh"]),
        attributes={key: value for key, value in known.items() if value}
        | {"birthday": born.isoformat()},
    )  # fmt: skip
    Customer.objects.filter(pk=ann.pk).update(created_at=_ago(chance.randint(0, 200)))
    orders = chance.choice([0, 0, 1, 1, 2, 3, 4, 7])
    last = chance.randint(1, 500)
    spent = orders * chance.randint(1500, 9000)
    said = {
        mood: {a: _ago(chance.randint(1, 90)).isoformat() for a in ASPECTS if chance.random() < 0.2}
        for mood in ("praised", "complained")
    }
    Profile.objects.create(
        customer=ann, shop=shop, order_count=orders, revenue_cents=spent,
        average_order_cents=spent // orders if orders else None,
        first_order_at=_ago(last + 300) if orders else None,
        last_order_at=_ago(last) if orders else None,
        returned_cents=chance.choice([0, 0, 1500]) if orders else 0,
        top_categories=chance.sample(["Shoes", "Dresses"], chance.randint(0, 2)),
        abandoned_cart_count=chance.choice([0, 0, 1]),
        last_opened_at=chance.choice([None, _ago(chance.randint(1, 30))]),
        opinions=said, review_count=chance.choice([0, 1, 3]),
        scores={"churn_90d": chance.random()},
    )  # fmt: skip
    if chance.random() < 0.6:
        Consent.objects.create(
            shop=shop, customer=ann, channel="email", purpose="marketing", given_at=_ago(9)
        )
    for n in range(orders if last < 90 else 0):
        Touchpoint.objects.create(
            shop=shop, customer=ann, kind="order.placed", source=f"evaluation-{number}-{n}",
            occurred_at=_ago(last + n * 10),
        )  # fmt: skip


def _ago(days: int) -> datetime:
    return now() - timedelta(days=days, hours=1)


def members(shop: Shop, rule: rules.Rule) -> set[int]:
    """Whom the rule finds, by the shop's own ids."""
    compiled = rules.compile(rule, shop=shop)
    statement = f"""SELECT c.external_id::int FROM customers_customer c
        LEFT JOIN customers_profile p ON p.customer_id = c.id {compiled.joins}
        WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND {compiled.sql}"""
    return _column(statement, compiled.params | {"shop": shop.pk})


def _column(statement: str, params: dict[str, Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {row[0] for row in cursor.fetchall()}
