"""SQL from 0 to 1 over p (shops_product) of what speaks against recommending it.

Shrunk: one return of one sale says little.
"""

RETURNED = """(SELECT -sum(l.quantity) FILTER (WHERE o.kind = 'cancellation')
        / (sum(l.quantity) FILTER (WHERE o.kind = 'sale') + 20.0)
        FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
        WHERE l.product_id = p.id)"""
PRAISED_LITTLE = """(SELECT count(*) FILTER (WHERE r.sentiment < -0.2) / (count(*) + 5.0)
        FROM reviews_nlp_review r WHERE r.product_id = p.id AND r.suspicion = '')"""
# Blame of one aspect in a review that is kind on the whole counts half.
BLAMED = """(SELECT 0.5 * count(*) FILTER (WHERE EXISTS (
            SELECT FROM reviews_nlp_aspectopinion o WHERE o.review_id = r.id AND o.sentiment < 0))
        / (count(*) + 5.0)
        FROM reviews_nlp_review r WHERE r.product_id = p.id AND r.suspicion = '')"""
TURNED_BAD = """(CASE WHEN EXISTS (SELECT FROM reviews_nlp_aspectalarm a
        WHERE a.product_id = p.id AND a.settled_at IS NULL) THEN 0.3 ELSE 0 END)"""

ALL = {
    "returned": RETURNED,
    "praised_little": PRAISED_LITTLE,
    "blamed": BLAMED,
    "turned_bad": TURNED_BAD,
}
