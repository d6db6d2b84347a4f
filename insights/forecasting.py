"""Each night the shop's coming four weeks, shown only while that beats last week's figures."""

import math
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers import zones
from insights.back_test import BackTest, back_test
from insights.forecast import FEWEST_DAYS, WEEK, Floats, TooShort, forecast
from insights.forecast_models import MEASURES, ShopForecast
from shops import sentences, speaking
from shops.models import Shop

AHEAD = 28
MEMORY = timedelta(days=800)  # two years tell of a season
JUDGED_AHEAD, JUDGED_WEEKS = 14, 12
FEWEST_ORIGINS = 4

# Days by the shop's own clock; a day without sales is one of zero.
HISTORY = """
WITH sold AS (
    SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS orders,
        sum(CASE WHEN currency = %(currency)s THEN total_cents ELSE 0 END) AS revenue
    FROM customers_order WHERE shop_id = %(shop)s AND kind = 'sale'
    AND placed_at >= %(since)s AND placed_at < %(until)s GROUP BY day
)
SELECT d::date, coalesce(orders, 0)::float, coalesce(revenue, 0)::float
FROM generate_series((SELECT min(day) FROM sold), %(last)s::date, interval '1 day') AS d
LEFT JOIN sold ON sold.day = d::date ORDER BY d
"""


def forecast_all() -> None:
    """Every shop."""
    for shop in Shop.objects.order_by("pk"):
        make(shop)


@speaking.to_shop
def make(shop: Shop, at: datetime | None = None) -> list[ShopForecast]:
    """Today's forecasts of the shop, one a figure, live or off with the reason. Safe to repeat."""
    today = midnight(shop, (at or now()).astimezone(_clock(shop)).date())
    first, history = daily(shop, today)
    return [_make(shop, measure, today.date(), first, history[measure]) for measure in MEASURES]


def midnight(shop: Shop, day: date) -> datetime:
    """When the day begins by the shop's clock."""
    return datetime.combine(day, time.min, _clock(shop))


def daily(
    shop: Shop, until: datetime, memory: timedelta = MEMORY
) -> tuple[date, dict[str, Floats]]:
    """The first day with a sale, and per figure a value a day from then to the day before `until`.

    Revenue is in minor units.
    """
    asked: dict[str, Any] = {
        "shop": shop.pk,
        "zone": zones.of_shop(shop),
        "currency": shop.currency,
        "since": until - memory,
        "until": until,
        "last": until.date() - timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, asked)
        rows = cursor.fetchall()
    first = rows[0][0] if rows else until.date()
    columns = np.array([row[1:] for row in rows], dtype=float).reshape(-1, len(MEASURES))
    return first, dict(zip(MEASURES, columns.T, strict=True))


def _clock(shop: Shop) -> ZoneInfo:
    return ZoneInfo(zones.of_shop(shop))


def _make(shop: Shop, measure: str, today: date, first: date, figures: Floats) -> ShopForecast:
    card = ShopForecast(shop=shop, measure=measure, made_on=today, made_at=now())
    try:
        if len(figures) >= FEWEST_DAYS and not figures[-AHEAD:].any():
            raise TooShort(sentences.kept(_("No sales in the last four weeks")))
        coming = forecast(figures, first, horizon=AHEAD)
    except TooShort as missing:
        card.explain(missing.why)
    else:
        card.days = [
            {"day": day.isoformat(), "expected": expected, "low": low, "high": high}
            for day, expected, low, high in zip(
                coming.days,
                coming.expected.round(1).tolist(),
                coming.low.round(1).tolist(),
                coming.high.round(1).tolist(),
                strict=True,
            )
        ]
        _judge(card, first, figures)
    kept, _new = ShopForecast.objects.update_or_create(
        shop=shop,
        measure=measure,
        made_on=today,
        defaults={name: getattr(card, name) for name in KEPT},
    )
    return kept


KEPT = ("made_at", "status", "reason", "told", "days", "metrics")


def _judge(card: ShopForecast, first: date, figures: Floats) -> None:
    """Live if past forecasts beat the same weekday of the week before."""
    latest = len(figures) - JUDGED_AHEAD
    origins = range(max(FEWEST_DAYS, latest - JUDGED_WEEKS * WEEK), latest + 1, WEEK)
    if len(origins) < FEWEST_ORIGINS:
        need = FEWEST_DAYS + JUDGED_AHEAD + (FEWEST_ORIGINS - 1) * WEEK
        too_few = _("%(have)d of %(need)d days needed to judge it by")
        card.explain(sentences.kept(too_few, have=len(figures), need=need))
        return
    found = back_test(figures, first, origins, JUDGED_AHEAD)
    card.metrics = _said(found)
    if found.mase < 1:
        card.status = "live"
    else:
        worse = _(
            "No better than the same weekday a week before: error %(error).1f, there %(naive).1f"
        )
        card.explain(sentences.kept(worse, error=found.error, naive=found.naive_error))


def _said(found: BackTest) -> dict[str, float | None]:
    """JSON knows no infinity: that is how much worse we are than a week that repeats exactly."""
    said = {
        "error": found.error,
        "naive_error": found.naive_error,
        "mase": found.mase,
        "coverage": found.coverage,
        "origins": found.origins,
    }
    return {name: round(v, 4) if math.isfinite(v) else None for name, v in said.items()}
