"""What a customer likes, with the evidence: worked out when somebody looks.

Only a page about one customer shows it, and what counts are views of the last half year: kept in
the profile it took a third of every refresh and was wrong the day after.
"""

from typing import Any

from django.db import connection

from customers.models import Customer, Profile
from customers.profile_page import names_of
from shops.clock import now

TOP = 5
# The database's product ids, from purchases by line and from views and carts by the shop's id.
READ = """
WITH evidence AS (
    SELECT l.product_id, count(DISTINCT o.id) AS bought, 0 AS carted, 0 AS viewed
    FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.customer_id = %(customer)s AND o.kind = 'sale' GROUP BY l.product_id
    UNION ALL
    SELECT p.id, 0, count(*) FILTER (WHERE t.kind = 'cart.updated'),
        count(*) FILTER (WHERE t.kind = 'product.viewed')
    FROM customers_touchpoint t
    JOIN shops_product p ON p.shop_id = t.shop_id AND p.external_id = t.data->>'product_id'
    WHERE t.customer_id = %(customer)s AND t.kind IN ('product.viewed', 'cart.updated')
    AND t.occurred_at > %(now)s - interval '180 days' AND NOT t.data @> '{"bot": true}'
    GROUP BY p.id
), weighed AS (
    SELECT p.id, p.title, p.category, e.bought, e.carted, e.viewed,
        3 * e.bought + 2 * e.carted + e.viewed AS weight
    FROM evidence e JOIN shops_product p ON p.id = e.product_id
)
(SELECT 'products', id::text, title, sum(bought), sum(carted), sum(viewed)
    FROM weighed GROUP BY id, title ORDER BY sum(weight) DESC, id LIMIT %(top)s)
UNION ALL
(SELECT 'categories', category, category, sum(bought), sum(carted), sum(viewed)
    FROM weighed WHERE category <> '' GROUP BY category
    ORDER BY sum(weight) DESC, category LIMIT %(top)s)
"""


def of(customer: Customer) -> dict[str, list[dict[str, Any]]]:
    """Products and categories, those that the customer likes best first.

    Each has its title, how often it was bought, carted and viewed, and the aspects that the
    customer's reviews praise in it.
    """
    praise = _praise(customer)
    names = names_of("opinions.praised", customer.shop) if praise else {}
    found: dict[str, list[dict[str, Any]]] = {"products": [], "categories": []}
    with connection.cursor() as cursor:
        cursor.execute(READ, {"customer": customer.pk, "now": now(), "top": TOP})
        for kind, key, title, *counts in cursor.fetchall():
            praised = [names.get(a, a) for a in praise.get(kind, {}).get(key, [])]
            told = dict(zip(("bought", "carted", "viewed"), map(int, counts), strict=True))
            found[kind].append({"title": title, "praised": praised, **told})
    return found


def _praise(customer: Customer) -> dict[str, Any]:
    """Aspects by product and category, as the reviews' readers noted them."""
    rows = Profile.objects.filter(customer=customer).values_list("opinions__liked", flat=True)
    return rows.first() or {}
