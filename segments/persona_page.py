"""What the page of personas shows: the last run's personas, what sets them apart, and the curve."""

from typing import Any

from django.utils.translation import gettext as _

from segments.models import Clustering
from segments.persona_source import choices
from shops.models import Shop


def show(shop: Shop | None) -> dict[str, Any] | None:
    """The last run of a shop, ready to be shown; None before the first."""
    run = Clustering.objects.filter(shop=shop).order_by("-id").first() if shop else None
    if run is None or not run.centres or not run.middle:
        return None
    return {
        "run": run,
        "personas": sorted(run.centres, key=lambda centre: -centre["size"]),
        "bars": {"chart": bars(run)},
        "curve": {"chart": curve(run)},
    }


def bars(run: Clustering) -> dict[str, Any]:
    """Each persona's features as a percentage of the average customer's."""
    labels = choices()
    return {
        "kind": "bar",
        "labels": [str(labels.get(name, name)) for name in run.features],
        "series": [
            {
                "name": centre["name"],
                "values": [_share(centre["at"][name], run.middle[name]) for name in run.features],
            }
            for centre in run.centres
        ],
    }


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


def _share(value: float, middle: float) -> float:
    return round(100 * value / middle, 1) if middle else 0.0
