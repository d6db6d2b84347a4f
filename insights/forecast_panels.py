"""What the coming four weeks look like, on the overview and on a forecast's card."""

from datetime import date, timedelta
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils import formats
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insights import forecasting
from insights.forecast_models import MEASURES, ShopForecast
from shops import money
from shops.models import Shop
from shops.panels import Panel
from shops.templatetags.console import figure

DAYS_BEFORE = 56
KEPT = timedelta(days=7)  # an older forecast is no news
METRICS = {
    "error": gettext_lazy("Mean error a day"),
    "naive_error": gettext_lazy("Error of last week's figures"),
    "mase": gettext_lazy("One by the other (MASE)"),
    "coverage": gettext_lazy("Days inside the interval"),
    "origins": gettext_lazy("Past weeks judged"),
}
IN_ITS_UNIT = {"error", "naive_error"}  # of the figure itself


def coming(shop: Shop) -> Panel | None:
    """The next four weeks of the first figure whose forecast helps; None where none does."""
    for measure in MEASURES:
        rows = ShopForecast.objects.filter(shop=shop, measure=measure)
        newest = rows.order_by("-made_on").first()
        if newest and newest.status == "live" and newest.made_on >= _today() - KEPT:
            context = {"chart": _chart(newest), "forecast": newest, "total": _total(newest)}
            return Panel(_("The next four weeks"), "panels/forecast.html", context, width=8)
    return None


def card(forecast: ShopForecast) -> list[Panel]:
    """A forecast's card: the days, and how good such forecasts were."""
    context = {
        "chart": _chart(forecast),
        "forecast": forecast,
        "total": _total(forecast),
        "metrics": [(label, _metric(forecast, name)) for name, label in METRICS.items()],
    }
    title = str(MEASURES[forecast.measure])
    return [
        Panel(title, "panels/forecast.html", context, width=8),
        Panel(_("How good it was so far"), "panels/forecast_figures.html", context, width=4),
    ]


def _chart(forecast: ShopForecast) -> dict[str, Any]:
    """What was, then what is expected with the bounds that hold it in 8 of 10 cases."""
    before = _before(forecast)
    ahead = forecast.days
    nothing: list[float | None] = [None] * len(before)
    labels = [day for day, _value in before] + [one["day"] for one in ahead]

    def coming_values(name: str) -> list[float | None]:
        return nothing + [_shown(forecast, one[name]) for one in ahead]

    so_far = [_shown(forecast, value) for _day, value in before] + [None] * len(ahead)
    unit = {"currency": forecast.shop.currency if forecast.measure == "revenue" else ""}
    series = [
        {"name": _("so far"), "values": so_far, **unit},
        {"name": _("expected"), "values": coming_values("expected"), **unit},
        {"name": _("low"), "values": coming_values("low"), "dashed": True, **unit},
        {"name": _("high"), "values": coming_values("high"), "dashed": True, **unit},
    ]
    spoken = [formats.date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT") for day in labels]
    return {"kind": "line", "labels": spoken, "series": series}


def _before(forecast: ShopForecast) -> list[tuple[str, float]]:
    midnight = forecasting.midnight(forecast.shop, forecast.made_on)
    first, history = forecasting.daily(forecast.shop, midnight, timedelta(days=DAYS_BEFORE))
    values = history[forecast.measure].tolist()
    return [((first + timedelta(days=n)).isoformat(), value) for n, value in enumerate(values)]


def _metric(forecast: ShopForecast, name: str) -> str:
    value = forecast.metrics.get(name)
    if value is None:
        return "–"
    if forecast.measure == "revenue" and name in IN_ITS_UNIT:
        return money.said(value, forecast.shop.currency, short=True)
    return str(floatformat(value, "-2g"))


def _shown(forecast: ShopForecast, value: float) -> float:
    """In whole units of the shop's currency, where it is money."""
    places = money.places(forecast.shop.currency) if forecast.measure == "revenue" else 0
    return round(value / 10**places, 2)


def _total(forecast: ShopForecast) -> str:
    whole = sum(one["expected"] for one in forecast.days)
    if forecast.measure == "revenue":
        return money.said(whole, forecast.shop.currency, short=True)
    return figure(round(whole))


def _today() -> date:
    return now().date()
