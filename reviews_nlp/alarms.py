"""Finds aspects of products that turned bad: when complaints began, and which reviews they are.

For every moment between two reviews, the shares of complaints before and since are compared with
one share for both (likelihood-ratio test of a change point, as Hinkley and Hinkley, 1970).
"""

from django.db import connection
from django.utils.timezone import now

from reviews_nlp.models import AspectAlarm
from shops.models import Shop

MEMORY_DAYS = 365
FEWEST_BEFORE, FEWEST_SINCE = 5, 4
# Twice the log-likelihood ratio. 10.8 is one chance in a thousand for one moment asked about; the
# best of many moments is taken, of many products, so more is asked.
PROOF = 13.0
CALM = 6  # opinions in a row without a complaint that settle an alarm


def _fit(bad: str, count: str) -> str:
    """SQL for the log-likelihood of `bad` out of `count` at their own share."""
    return (
        f"({bad} * ln(greatest({bad}, 1) / {count}::float8)"
        f" + ({count} - {bad}) * ln(greatest({count} - {bad}, 1) / {count}::float8))"
    )


SPOKEN = """
WITH spoken AS (
    SELECT r.product_id, o.aspect, r.id, r.written_at, (sum(o.sentiment) < 0)::int AS bad
    FROM reviews_nlp_review r JOIN reviews_nlp_aspectopinion o ON o.review_id = r.id
    WHERE r.shop_id = %(shop)s AND r.product_id IS NOT NULL AND r.suspicion = ''
    AND r.written_at > now() - %(days)s * interval '1 day'
    GROUP BY r.product_id, o.aspect, r.id
)"""
RAISE = f"""{SPOKEN}, split AS (
    SELECT *, count(*) OVER before AS n_before, coalesce(sum(bad) OVER before, 0) AS bad_before,
        count(*) OVER since AS n_since, sum(bad) OVER since AS bad_since
    FROM spoken
    WINDOW before AS (PARTITION BY product_id, aspect ORDER BY written_at, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        since AS (PARTITION BY product_id, aspect ORDER BY written_at, id
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
), best AS (
    SELECT DISTINCT ON (product_id, aspect) *, 2 * (
        {_fit("bad_before", "n_before")} + {_fit("bad_since", "n_since")}
        - {_fit("(bad_before + bad_since)", "(n_before + n_since)")}) AS proof
    FROM split WHERE n_before >= %(before)s AND n_since >= %(since)s
    AND bad_since::float8 / n_since > bad_before::float8 / n_before
    ORDER BY product_id, aspect, proof DESC, written_at
)
INSERT INTO reviews_nlp_aspectalarm (shop_id, product_id, aspect, began_at, complaints_before,
    complaints_since, reviews, raised_at)
SELECT %(shop)s, b.product_id, b.aspect, b.written_at, b.bad_before::float8 / b.n_before,
    b.bad_since::float8 / b.n_since, (SELECT array_agg(s.id ORDER BY s.written_at DESC)
        FROM spoken s WHERE s.product_id = b.product_id AND s.aspect = b.aspect AND s.bad = 1
        AND s.written_at >= b.written_at), now()
FROM best b WHERE b.proof >= %(proof)s AND NOT EXISTS (
    SELECT FROM reviews_nlp_aspectalarm a WHERE a.product_id = b.product_id
    AND a.aspect = b.aspect AND a.began_at >= b.written_at)
ON CONFLICT (product_id, aspect) WHERE settled_at IS NULL DO NOTHING
"""
CALMED = f"""{SPOKEN}, newest AS (
    SELECT *, row_number() OVER (PARTITION BY product_id, aspect ORDER BY written_at DESC, id) AS n
    FROM spoken
)
SELECT a.id FROM reviews_nlp_aspectalarm a JOIN newest s USING (product_id, aspect)
WHERE a.shop_id = %(shop)s AND a.settled_at IS NULL AND s.n <= %(calm)s
AND s.written_at > a.began_at
GROUP BY a.id HAVING count(*) = %(calm)s AND sum(s.bad) = 0
"""


def look(shop: Shop) -> int:
    """Settle alarms that are over and raise new ones; returns how many were raised.

    An open alarm is raised once; a settled one only by a change after it began.
    """
    known = {
        "shop": shop.pk,
        "days": MEMORY_DAYS,
        "before": FEWEST_BEFORE,
        "since": FEWEST_SINCE,
        "proof": PROOF,
        "calm": CALM,
    }
    with connection.cursor() as cursor:
        cursor.execute(CALMED, known)
        calmed = [pk for (pk,) in cursor.fetchall()]
        AspectAlarm.objects.filter(pk__in=calmed).update(settled_at=now())
        cursor.execute(RAISE, known)
        return int(cursor.rowcount)


def look_everywhere() -> int:
    """Look at every shop."""
    return sum(look(shop) for shop in Shop.objects.order_by("pk"))
