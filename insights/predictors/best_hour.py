"""At which hour of their own day is the customer most likely to look?

A histogram of what they did themselves, smoothed round the clock and drawn towards the shop's: a
customer seen three times gets nearly everybody's hour, one seen fifty times their own. How strongly
it is drawn is what made the following weeks most likely.
"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers import zones
from insights.features import Floats, Table
from insights.prediction_models import TrainedModel
from insights.predictors.base import BANDS, Early, Lesson, Predictor
from shops.models import Shop

HOURS = 24
FEATURES = {f"hour_{hour:02}": f"{hour:02}:00" for hour in range(HOURS)}
SEEN_DAYS = 180
NEAR = np.array([0.25, 0.5, 0.25])  # an action at ten speaks for nine and eleven as well
WEIGHTS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)  # how many actions the shop's hours count for
USUAL_WEIGHT = 20.0
# Where a shop has seen nothing yet: people look during the day, most in the evening.
USUAL = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 8, 7, 7, 7, 8, 9, 10, 10, 9, 5, 2], float)
READ = """
SELECT t.customer_id, extract(hour FROM t.occurred_at AT TIME ZONE {zone})::int, count(*)
FROM customers_touchpoint t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.shop_id = %(shop)s AND t.occurred_at > %(since)s AND t.occurred_at <= %(until)s
AND (t.kind NOT LIKE 'message.%%' OR t.kind IN ('message.opened', 'message.clicked'))
AND t.kind NOT IN ('product.restocked', 'product.price_dropped', 'review.complained')
AND NOT t.data @> '{{"machine": true}}' AND NOT t.data @> '{{"bot": true}}' {only}
GROUP BY 1, 2
"""


class BestHour(Predictor):
    """0 to 23 on the customer's own clock."""

    name = "best_hour"
    question = _("At which hour of the day does this customer look?")
    horizon_days = 28
    kind = "hour"
    baseline_name = _("the hours of all customers together")
    features = FEATURES
    too_few = _("%(have)d of %(need)d customers seen before and after so far")

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        found = _counts(shop, at - timedelta(days=SEEN_DAYS), at, customers)
        people = np.array(sorted(found), np.int64)
        return Table(at, people, _stacked(found, people), FEATURES)

    def truth(self, shop: Shop, table: Table) -> Floats:
        later = _counts(shop, table.at, table.at + timedelta(days=self.horizon_days))
        counted = _stacked(later, table.customers)
        return np.where(counted.sum(axis=1, keepdims=True) > 0, counted, np.nan)

    def baseline(self, table: Table) -> Floats:
        return np.broadcast_to(_of_all(table), table.matrix.shape)

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        shop = _of_all(table)
        likely = [
            float((label * np.log(_drawn(table.matrix, shop, weight))).sum()) for weight in WEIGHTS
        ]
        return {"hours": shop.tolist(), "weight": WEIGHTS[int(np.argmax(likely))]}

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return _drawn(table.matrix, np.array(learned["hours"]), learned["weight"])

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """How much more, or less, the customer looks at each hour than all of them together."""
        return self.predict(learned, table) - np.array(learned["hours"])

    def early_terms(self, learned: dict[str, Any], table: Table) -> Floats:
        return self.terms(learned, table)

    def value(self, said: Floats) -> Floats:
        return said.argmax(axis=1).astype(float)

    def bands(self, learned: dict[str, Any], table: Table, said: Floats) -> list[str]:
        """How sure it is: by the share that the customer's own actions have in it."""
        seen = table.matrix.sum(axis=1)
        own = seen / (seen + learned["weight"])
        return [BANDS[place] for place in np.digitize(own, (1 / 3, 2 / 3))]

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return {"hours": _of_all(now).tolist(), "weight": USUAL_WEIGHT}

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        """The range is the hours round the best one that hold eight tenths of what is expected."""
        said = self.predict(learned, table)
        best = said.argmax(axis=1)
        spread = np.array([_width(row, hour) for row, hour in zip(said, best, strict=True)])
        return Early(said, best - spread, best + spread)


def of_shop(shop: Shop) -> int | None:
    """The hour of all customers together, by the newest training."""
    learned = (
        TrainedModel.objects.filter(shop=shop, predictor=BestHour.name, artefact__has_key="hours")
        .order_by("-trained_at")
        .values_list("artefact__hours", flat=True)
        .first()
    )
    return int(np.argmax(learned)) if learned else None


def _counts(
    shop: Shop, since: datetime, until: datetime, customers: list[int] | None = None
) -> dict[int, Floats]:
    zone = zones.OF_CUSTOMER.format(zones="%(zones)s", shop="%(zone)s")
    only = "" if customers is None else "AND t.customer_id = ANY(%(customers)s)"
    values: dict[str, Any] = {"shop": shop.pk, "since": since, "until": until}
    values |= {"customers": customers, "zones": zones.known(), "zone": zones.of_shop(shop)}
    found: dict[int, Floats] = {}
    with connection.cursor() as cursor:
        cursor.execute(READ.format(zone=zone, only=only), values)
        for who, hour, times in cursor.fetchall():
            found.setdefault(who, np.zeros(HOURS))[hour] = times
    return found


def _stacked(found: dict[int, Floats], people: Any) -> Floats:
    none = np.zeros(HOURS)
    rows = [found.get(who, none) for who in people.tolist()]
    return np.array(rows).reshape(-1, HOURS)


def _of_all(table: Table) -> Floats:
    """Hours of everybody; each customer counts once, the usual day for ten of them."""
    each = table.matrix / np.maximum(table.matrix.sum(axis=1, keepdims=True), 1)
    hours = _smooth(each).sum(axis=0) + 10 * USUAL / USUAL.sum()
    return hours / hours.sum()


def _drawn(counts: Floats, shop: Floats, weight: float) -> Floats:
    mixed = _smooth(counts) + weight * shop
    return mixed / mixed.sum(axis=1, keepdims=True)


def _smooth(counts: Floats) -> Floats:
    return sum(
        share * np.roll(counts, shift, axis=1)
        for share, shift in zip(NEAR, (-1, 0, 1), strict=True)
    )


def _width(said: Floats, best: int) -> int:
    around = np.roll(said, HOURS // 2 - best)
    for width in range(HOURS // 2):
        if around[HOURS // 2 - width : HOURS // 2 + width + 1].sum() >= 0.8:
            return width
    return HOURS // 2
