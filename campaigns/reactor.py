"""Changed customers go through every room once: facts, segments, stage, campaigns."""

from collections import defaultdict

from django.db import connection, transaction

from campaigns import engine, enrolment
from customers import profiles
from customers.changes import Part
from insights import scoring
from journeys import stages
from reviews_nlp import report
from segments import membership
from shops import turns
from shops.models import Shop

BATCH = 5_000

# Taken and cleared in one statement. Whoever marks one of them stale again waits for our commit,
# and the mark they then set is seen next time. The customer is held too: nobody may merge or erase
# them under our hands. Nothing is waited for here, so nobody can wait for us and we for them.
# Who was marked without saying what changed, or has no profile yet, is looked at as a whole.
TAKE = f"""
WITH taken AS (
    SELECT m.customer_id FROM customers_stalemark m
    JOIN customers_customer c ON c.id = m.customer_id
    ORDER BY m.since LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
)
DELETE FROM customers_stalemark m USING taken
WHERE m.customer_id = taken.customer_id RETURNING m.shop_id, m.customer_id, CASE
    WHEN EXISTS (SELECT FROM customers_profile p WHERE p.customer_id = m.customer_id)
    THEN coalesce(nullif(m.parts, 0), {int(Part.EVERYTHING)})
    ELSE {int(Part.EVERYTHING)} END
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
        parts: dict[int, Part] = defaultdict(lambda: Part(0))
        for shop, customer, changed in taken:
            by_shop[shop].append(customer)
            parts[shop] |= Part(changed)
        for shop in Shop.objects.filter(pk__in=by_shop).order_by("pk"):
            update(shop, sorted(by_shop[shop.pk]), parts[shop.pk])
    return len(taken)


def update(shop: Shop, customers: list[int] | None = None, parts: Part = Part.EVERYTHING) -> None:
    """The whole way for these customers (None: for all): each room reads what the last wrote.

    `parts` is what changed about them; segments whose rules read none of it are left alone.
    """
    profiles.refresh(shop, customers)
    report.refresh(shop, customers)
    if customers and parts & Part.TOUCHPOINTS and scoring.score_now(shop, customers):
        parts |= Part.SCORES
    membership.refresh(shop, customers, parts)
    if stages.place(shop, customers):
        membership.refresh(shop, customers, Part.STAGE)
    engine.wake(shop, customers)
    enrolment.enrol(shop, customers)
