"""How figures are written on the admin's pages."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import json_script
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import shops.money
from shops import code_words
from shops import saved_views as views
from shops.models import SavedView

register = template.Library()


@register.filter
def money(cents: int | None, currency: str) -> str:
    """1234 and "EUR" as "€12.34", in the reader's number format."""
    return "–" if cents is None else shops.money.said(cents, currency)


@register.filter
def short_money(cents: float | None, currency: str) -> str:
    """As `money`; thousands without decimals, for large figures."""
    return "–" if cents is None else shops.money.said(cents, currency, short=True)


@register.filter
def percent(fraction: float | None) -> str:
    """0.123 as "12.3 %"."""
    if fraction is None:
        return "–"
    return _("%s %%") % _rounded(fraction * 100, 1)


@register.filter
def in_words(code: str) -> str:
    """A code of a row as people call it: "quarantined", "已隔离"."""
    return code_words.said(code)


@register.filter
def deed(kind: str) -> str:
    """What somebody did, by the kind of touchpoint: "Ordered"."""
    return capfirst(import_string(settings.TOUCHPOINT_WORDS)(kind))


@register.filter
def day(moment: str) -> str:
    """The day of a moment that was kept as text."""
    return date_format(datetime.fromisoformat(moment))


@register.filter
def figure(value: float | None) -> str:
    """A number with at most one decimal, or a dash."""
    if value is None:
        return "–"
    places = 0 if float(value).is_integer() else 1
    return _rounded(value, places)


def _rounded(value: float, places: int) -> str:
    """Rounded here: the formatter cuts digits off."""
    return str(number_format(round(value, places), decimal_pos=places, force_grouping=True))


@register.simple_tag
def chart_data(chart: dict[str, Any]) -> SafeString:
    """The chart's figures for static/console/charts.js, as inert JSON; a flow has no series."""
    series = [
        {**each, "pattern": shops.money.pattern(each.get("currency", ""))}
        for each in chart.get("series", ())
    ]
    return json_script({**chart, "series": series})


@register.simple_tag
def chart_rows(chart: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """The same figures in words, as rows of a table."""
    columns = zip(*map(_written, chart["series"]), strict=True)
    return list(zip(chart["labels"], columns, strict=True))


def _written(series: dict[str, Any]) -> list[str]:
    """What a series of a chart says; with a `currency` its values are amounts of it."""
    if not (currency := series.get("currency")):
        return [figure(value) for value in series["values"]]
    unit = 10 ** shops.money.places(currency)
    return [
        short_money(None if value is None else value * unit, currency) for value in series["values"]
    ]


@register.simple_tag(takes_context=True)
def teaching(context: dict[str, Any], opts: Any) -> dict[str, Any]:
    """What the empty list of a model says; the button only for those who may press it."""
    icon, title, why, button = settings.EMPTY_STATES.get(
        opts.label_lower, ("inbox", _("Nothing here yet"), "", None)
    )
    said = {"icon": icon, "title": title, "why": why}
    if button and context["request"].user.has_perm(button[2]):
        said |= {"button": button[0], "url": reverse(button[1])}
    return said


@register.simple_tag(takes_context=True)
def saved_views(context: dict[str, Any], changes: Any) -> dict[str, Any]:
    """The reader's own views of a list, and whether the one at hand is not saved yet."""
    page = f"{changes.opts.app_label}_{changes.opts.model_name}"
    held = list(SavedView.objects.filter(user=context["request"].user, page=page).order_by("name"))
    query = views.kept(context["request"].GET)
    is_new = bool(query) and query not in {view.query for view in held}
    return {"page": page, "held": held, "query": query, "is_new": is_new}


@register.filter
def browser(agent: str) -> str:
    """What a browser calls itself, as people call it: "Firefox · Windows"; else its first words."""
    names = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome",
             "Safari/": "Safari"}  # fmt: skip
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
               "Mac OS X": "macOS", "Linux": "Linux"}  # fmt: skip
    said = [next((name for mark, name in known.items() if mark in agent), "")
            for known in (names, systems)]  # fmt: skip
    return " · ".join(filter(None, said)) or agent[:40]
