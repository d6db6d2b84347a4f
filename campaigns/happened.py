"""What let a customer into a campaign, as a template may speak of it: `happened.products`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection

from campaigns.models import Template

SPOKEN_OF = re.compile(r"\bhappened\b")
MOST = 10

# What was in the cart, else the lines of the order, else the one product it was about.
HAPPENED = """
SELECT m.id, e.cause->>'touchpoint', (e.cause->'data'->'was_cents')::text,
    coalesce(found.products, '[]')::text
FROM campaigns_message m JOIN campaigns_enrolment e ON e.id = m.enrolment_id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('product', p.external_id, 'title', p.title,
        'price_cents', p.price_cents, 'quantity', asked.quantity) ORDER BY asked.place) AS products
    FROM (
        SELECT line->>'product_id' AS product, (line->>'quantity')::float AS quantity, place
        FROM jsonb_array_elements(CASE jsonb_typeof(e.cause->'data'->'lines') WHEN 'array'
            THEN e.cause->'data'->'lines' ELSE '[]' END) WITH ORDINALITY AS lines (line, place)
        WHERE jsonb_typeof(line) = 'object' AND line->>'quantity' ~ '^[0-9.]{1,12}$'
        UNION ALL
        SELECT q.external_id, l.quantity, l.position FROM customers_order o
        JOIN customers_orderline l ON l.order_id = o.id JOIN shops_product q ON q.id = l.product_id
        WHERE o.shop_id = m.shop_id AND o.external_id = e.cause->'data'->>'order'
        UNION ALL
        SELECT e.cause->'data'->>'product_id', 1, 0
        ORDER BY place LIMIT %(most)s
    ) AS asked
    JOIN shops_product p ON p.shop_id = m.shop_id AND p.external_id = asked.product
    WHERE p.title <> ''
) AS found
WHERE m.id = ANY(%(messages)s)
"""
EXAMPLE: dict[str, Any] = {
    "kind": "checkout.started",
    "was": "15.00",
    "products": [
        {"product": "1", "title": "Blue mug", "price": "12.50", "quantity": 2},
        {"product": "2", "title": "Tea towel", "price": "8.00", "quantity": 1},
    ],
}
NOTHING: dict[str, Any] = {"kind": "", "was": "", "products": []}


def is_spoken_of(template: Template) -> bool:
    """Whether a template needs to know: the others cost no query."""
    parts = (template.subject, template.preheader, template.html, template.text)
    return any(map(SPOKEN_OF.search, parts))


def read(messages: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    """For each of these messages the kind of what happened, the products it was about, and what
    the first of them cost before (where its price dropped)."""
    if not messages:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED, {"messages": list(messages), "most": MOST})
        return {pk: _told(*told) for pk, *told in cursor.fetchall()}


def _told(kind: str | None, was: str | None, products: str) -> dict[str, Any]:
    return {
        "kind": kind or "",
        "was": _money(orjson.loads(was or "null")),
        "products": [
            {
                "product": product["product"],
                "title": product["title"],
                "price": _money(product["price_cents"]),
                "quantity": round(product["quantity"]),
            }
            for product in orjson.loads(products)
        ],
    }


def _money(cents: Any) -> str:
    return f"{cents / 100:.2f}" if isinstance(cents, int) else ""
