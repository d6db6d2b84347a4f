"""The admin's first page: one shop, the panels of every room."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shops.console import chosen_shop, shops_of
from shops.panels import gather


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the chosen shop and its panels to the page."""
    shop = chosen_shop(request)
    context["shop"], context["shops"] = shop, shops_of(request)
    context["panels"] = gather(settings.OVERVIEW_PANELS, shop) if shop else []
    context["has_charts"] = settings.ECHARTS_DIR.is_dir()
    return context
