"""The shop's coming days: counted by its own clock, shown only while they help."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from customers.models import Order
from insights import forecasting
from insights.forecast_models import ShopForecast
from tests import make

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday


def fill(shop, days, *, end=TODAY, seed=1):
    """Orders on the `days` before the end, many on weekends."""
    random = np.random.default_rng(seed)
    ann, orders = make.customer(shop), []
    for back in range(days, 0, -1):
        day = end - timedelta(days=back)
        for n in range(random.poisson(12 if day.weekday() >= 5 else 4)):
            number = f"{back}-{n}"
            orders.append(
                Order(shop=shop, customer=ann, external_id=number, placed_at=day, kind="sale",
                      total_cents=1000, currency="EUR")
            )  # fmt: skip
    Order.objects.bulk_create(orders)


def test_days_are_counted_by_the_shops_clock_and_empty_ones_are_zero():
    shop = make.shop(timezone="Asia/Shanghai")
    ann = make.customer(shop)
    for at, more in (
        (datetime(2026, 5, 28, 17, tzinfo=UTC), {}),  # the 29th in Shanghai
        (datetime(2026, 5, 31, 1, tzinfo=UTC), {}),
        (datetime(2026, 5, 31, 1, tzinfo=UTC), {"kind": "cancellation", "total_cents": -500}),
        (datetime(2026, 5, 31, 1, tzinfo=UTC), {"currency": "USD"}),
        (datetime(2026, 5, 31, 17, tzinfo=UTC), {}),  # today there
    ):
        fields: dict[str, Any] = {"total_cents": 500, "currency": "EUR", **more}
        make.order(ann, placed_at=at, **fields)

    today = forecasting.midnight(shop, date(2026, 6, 1))
    first, history = forecasting.daily(shop, today)

    assert first == date(2026, 5, 29)
    assert history["orders"].tolist() == [1, 0, 2]
    assert history["revenue"].tolist() == [500, 0, 500]


def test_a_shop_with_a_rhythm_gets_a_live_forecast_once_a_day():
    shop = make.shop()
    fill(shop, 150)

    forecasting.make(shop, TODAY)
    orders, revenue = forecasting.make(shop, TODAY)

    assert ShopForecast.objects.filter(shop=shop).count() == 2
    assert (orders.status, orders.reason) == ("live", "")
    assert len(orders.days) == 28
    assert orders.days[0]["day"] == "2026-06-01"
    weekend = {5, 6}
    high = [d["expected"] for d in orders.days if date.fromisoformat(d["day"]).weekday() in weekend]
    low = [
        d["expected"] for d in orders.days if date.fromisoformat(d["day"]).weekday() not in weekend
    ]
    assert min(high) > max(low)
    assert all(one["low"] <= one["expected"] <= one["high"] for one in orders.days)
    assert orders.metrics["mase"] < 1
    assert revenue.days[0]["expected"] > 100 * orders.days[0]["expected"]  # in cents


@pytest.mark.parametrize(("days", "reason"), [(0, "0 of 42 days"), (30, "30 of 42 days"),
                                              (60, "60 of 77 days needed to judge")])  # fmt: skip
def test_what_is_missing_is_said(days, reason):
    shop = make.shop()
    fill(shop, days)
    orders = forecasting.make(shop, TODAY)[0]
    assert orders.status == "off"
    assert reason in orders.reason
    with translation.override("zh-hans"):
        assert "天" in orders.why
        assert reason not in orders.why


def test_a_random_walk_that_last_week_tells_better_is_off():
    shop = make.shop()
    ann = make.customer(shop)
    # Blocks of a week at one level: the week before is nearly always exact.
    for back in range(140, 0, -1):
        level = 1 if (back - 1) // 70 else 6
        for n in range(level):
            make.order(ann, external_id=f"{back}-{n}", placed_at=TODAY - timedelta(days=back))
    orders = forecasting.make(shop, TODAY)[0]
    assert orders.status == "off"
    assert "No better than the same weekday" in orders.reason
    assert orders.metrics["mase"] >= 1
    revenue = forecasting.make(shop, TODAY)[1]
    assert revenue.reason == "No sales in the last four weeks"  # they cost nothing


def test_the_overview_and_the_card_show_it(client):
    shop = make.shop()
    fill(shop, 150, end=now())
    client.force_login(make.user(is_superuser=True))
    overview = reverse("admin:index")
    assert "The next four weeks" not in client.get(overview, {"shop": shop.key}).content.decode()
    orders = forecasting.make(shop)[0]
    orders.status = "live"
    orders.save()
    assert "The next four weeks" in client.get(overview, {"shop": shop.key}).content.decode()
    card = client.get(reverse("admin:insights_shopforecast_change", args=[orders.pk]))
    assert "8 of 10 cases" in card.content.decode()
    assert "How good it was so far" in card.content.decode()


def test_where_orders_cannot_be_forecast_the_overview_shows_revenue_in_money(client):
    shop = make.shop()
    fill(shop, 150, end=now())
    orders, revenue = forecasting.make(shop)
    ShopForecast.objects.filter(pk=orders.pk).update(status="off", reason="no better")
    ShopForecast.objects.filter(pk=revenue.pk).update(
        status="live", metrics={"error": 123400, "naive_error": 150000, "mase": 0.82}
    )
    client.force_login(make.user(is_superuser=True))
    overview = client.get(reverse("admin:index"), {"shop": shop.key}).content.decode()
    assert "€" in overview.partition("The next four weeks")[2].partition("expected in four")[0]
    card = client.get(reverse("admin:insights_shopforecast_change", args=[revenue.pk]))
    assert "€1,234" in card.content.decode()
    assert "0.82" in card.content.decode()
