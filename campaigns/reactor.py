"""Changed customers go through every room once: facts, segments, stage, campaigns."""

from collections import defaultdict

from django.db import connection, transaction

from campaigns import engine, enrolment
from customers import profiles
from journeys import stages
from reviews_nlp import report
from segments import membership
from shops import turns
from shops.models import Shop

BATCH = 5_000

# Taken and cleared in one statement, in the order of ids. Whoever marks one of them stale again
# waits for our commit, and the mark they then set is seen next time.
TAKE = """
UPDATE customers_customer SET stale_since = NULL WHERE id IN (
    SELECT id FROM customers_customer WHERE id IN (
        SELECT id FROM customers_customer WHERE stale_since IS NOT NULL
        ORDER BY stale_since LIMIT %s
    ) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
) AND stale_since IS NOT NULL RETURNING shop_id, id
"""


def react_waiting() -> int:
    """React until nobody is stale or the turn is over; returns how many customers were seen."""
    return turns.take("stale", react, full=BATCH)


def react(*, limit: int = BATCH) -> int:
    """Bring a batch of stale customers up to date; marks and work commit together."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [limit])
            taken = cursor.fetchall()
        by_shop: dict[int, list[int]] = defaultdict(list)
        for shop, customer in taken:
            by_shop[shop].append(customer)
        for shop in Shop.objects.filter(pk__in=by_shop).order_by("pk"):
            update(shop, sorted(by_shop[shop.pk]))
    return len(taken)


def update(shop: Shop, customers: list[int] | None = None) -> None:
    """The whole way for these customers (None: for all): each room reads what the last wrote."""
    profiles.refresh(shop, customers)
    report.refresh(shop, customers)
    membership.refresh(shop, customers)
    stages.place(shop, customers)
    engine.wake(shop, customers)
    enrolment.enrol(shop, customers)
