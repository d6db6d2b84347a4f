"""What the page of personas shows: the last run's personas, what sets them apart, and the curve."""

from math import log2
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers import profile_page
from customers.features import BY_NAME
from segments.models import Clustering, Segment
from segments.persona_source import DERIVED, choices
from shops.models import Shop
from shops.templatetags.console import figure, money

WIDEST = 3  # doublings: eight times the average fills a bar, and so does an eighth
SAID = 3  # traits in one line
LEAST = 1.15  # nearer to the average is no difference to speak of


def show(shop: Shop | None) -> dict[str, Any] | None:
    """The last run of a shop, ready to be shown; None before the first."""
    run = Clustering.objects.filter(shop=shop).order_by("-id").first() if shop else None
    if run is None or not run.centres or not run.middle:
        return None
    rows = {each.key: each for each in Segment.objects.filter(shop=run.shop, kind="persona")}
    return {
        "run": run,
        "personas": [
            _persona(run, centre, rows.get(f"persona-{centre['number']}"))
            for centre in sorted(run.centres, key=lambda centre: -centre["size"])
        ],
        "curve": {"chart": curve(run)},
    }


def of(segment: Segment) -> dict[str, Any] | None:
    """One persona as the last run found it; None where that found it no more."""
    run = Clustering.objects.filter(shop=segment.shop_id).order_by("-id").first()
    if run is None or not run.middle:
        return None
    found = (c for c in run.centres if f"persona-{c['number']}" == segment.key)
    return next((_persona(run, centre, segment) | {"run": run} for centre in found), None)


def in_words(segment: Segment) -> str:
    """What sets a persona apart, its figures beside those of the average customer."""
    told = [
        _("%(what)s: %(value)s (average %(middle)s)")
        % {"what": trait["label"], "value": trait["value"], "middle": trait["middle"]}
        for trait in (of(segment) or {"traits": []})["traits"]
        if trait["side"]
    ]
    return " · ".join(told[:SAID])


def _persona(run: Clustering, centre: dict[str, Any], segment: Segment | None) -> dict[str, Any]:
    return centre | {
        "segment": segment,
        "share": centre["size"] / run.customer_count if run.customer_count else None,
        "traits": traits(run, centre),
    }


def traits(run: Clustering, centre: dict[str, Any]) -> list[dict[str, Any]]:
    """The features of a persona beside the average customer, what sets it apart most first."""
    labels = choices()
    found = [
        _trait(name, centre["at"][name], run.middle[name], run.shop.currency)
        | {"label": capfirst(str(labels.get(name, name)))}
        for name in run.features
    ]
    return sorted(found, key=lambda trait: -abs(trait["doublings"]))


def _trait(name: str, value: float, middle: float, currency: str) -> dict[str, Any]:
    doublings = log2((abs(value) or 0.001) / abs(middle)) if middle else 0.0
    times = 2 ** abs(doublings)
    return {
        "doublings": doublings,
        "value": _written(name, value, currency),
        "middle": _written(name, middle, currency),
        "side": "" if times < LEAST else "more" if doublings > 0 else "less",
        "width": round(50 * min(abs(doublings) / WIDEST, 1), 1),
    }


def _written(name: str, value: float, currency: str) -> str:
    if name == "revenue":
        return money(round(value * 100), currency)
    if name in DERIVED:
        return figure(value)
    return profile_page.written(BY_NAME[name], value, currency)


def curve(run: Clustering) -> dict[str, Any]:
    """The numbers of clusters that were judged, by separation and by stability."""
    judged = sorted(run.silhouettes, key=int)
    return {
        "kind": "line",
        "labels": judged,
        "series": [
            {"name": _("Silhouette"), "values": [run.silhouettes[k] for k in judged]},
            {"name": _("Stability"), "values": [run.stabilities.get(k, 0) for k in judged]},
        ],
    }
