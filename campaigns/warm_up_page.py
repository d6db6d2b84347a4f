"""What a warm-up looks like: the stairs of its days, and where one stands."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns import warm_up
from campaigns.warm_up import Figures
from campaigns.warm_up_models import WarmUp
from shops.models import Shop
from shops.panels import Panel

OVER, TODAY, COMING = "#9ca3af", "#6d5bd0", "#d6d0f4"


@dataclass(frozen=True)
class Page:
    """A plan, ready to be shown."""

    plan: WarmUp
    today: Figures
    day: int
    days_left: int
    chart: dict[str, Any]
    days: list[dict[str, Any]]


def show(plan: WarmUp) -> Page:
    coming = list(warm_up.schedule(plan)) if plan.status != "done" else []
    over = [each["limit"] for each in plan.days]
    colours = [OVER] * len(over) + ([TODAY] + [COMING] * (len(coming) - 1) if coming else [])
    chart = {
        "kind": "bar",
        "labels": [str(number) for number in range(1, len(over) + len(coming) + 1)],
        "series": [{"name": _("Mails a day"), "values": over + coming}],
        "colours": colours,
    }
    days = [{**each, "number": number} for number, each in enumerate(plan.days, 1)]
    today = warm_up.figures(plan)
    return Page(plan, today, len(over) + 1, max(0, len(coming) - 1), chart, days[::-1])


def stopped(shop: Shop) -> Panel | None:
    """A plan that runs, or that was stopped and why."""
    plan = WarmUp.objects.filter(shop=shop).exclude(status="done").first()
    if plan is None:
        return None
    return Panel(_("Warm-up"), "panels/warm_up.html", {"shown": show(plan)}, width=4)
