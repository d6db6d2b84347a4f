"""What this room shows on the overview and on the customer page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _

from customers import interests, permissions_page, profile_page
from customers import timeline as history
from customers.models import Customer, Order, PrivacyRequest, Profile
from shops import money
from shops.models import Shop
from shops.panels import Panel

PERIOD = timedelta(days=30)
CHART_DAYS = 90
NOTES = 50


@dataclass(frozen=True)
class Figure:
    """A number beside the one of the period before."""

    label: str
    value: float
    before: float | None = None
    money: bool = False

    @property
    def change(self) -> float | None:
        return (self.value - self.before) / self.before if self.before else None


def requests(shop: Shop) -> Panel | None:
    """What people asked of their data, by law, and nobody has answered yet."""
    waiting = PrivacyRequest.objects.filter(shop=shop, done_at=None)
    if not waiting.exists():
        return None
    context = {"requests": waiting.order_by("requested_at")[:5]}
    return Panel(_("Privacy requests wait for you"), "panels/requests.html", context)


def figures(shop: Shop) -> Panel:
    """The last 30 days beside the 30 before."""
    current, before = _sales(shop, now() - PERIOD), _sales(shop, now() - 2 * PERIOD, now() - PERIOD)
    rows = [
        Figure(_("Revenue"), current["revenue"], before["revenue"], money=True),
        Figure(_("Orders"), current["orders"], before["orders"]),
        Figure(_("Buyers"), current["buyers"], before["buyers"]),
        Figure(_("Customers"), _about(Customer, shop)),
    ]
    return Panel(_("Last 30 days"), "panels/figures.html", {"figures": rows, "shop": shop}, width=8)


def _sales(shop: Shop, start: Any, end: Any = None) -> dict[str, int]:
    found = Order.objects.counted().filter(
        shop=shop, placed_at__gte=start, placed_at__lt=end or now()
    )
    sums = found.aggregate(
        revenue=Sum("total_cents"),
        orders=Count("id", filter=Q(kind="sale")),
        buyers=Count("customer", distinct=True, filter=Q(kind="sale")),
    )
    return {name: value or 0 for name, value in sums.items()}


def _about(model: type[Customer], shop: Shop) -> int:
    """The planner's estimate where an exact count would read a large table."""
    rows = model.objects.filter(shop=shop, merged_into=None)
    exact = rows[:10_001].count()
    if exact <= 10_000:
        return exact
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {model._meta.db_table} WHERE shop_id = %s",
            [shop.pk],
        )
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def sales(shop: Shop) -> Panel:
    """Revenue and orders a day."""
    days = (
        Order.objects.counted()
        .filter(shop=shop, placed_at__gte=now() - timedelta(days=CHART_DAYS))
        .annotate(day=TruncDate("placed_at"))
        .values("day")
        .annotate(revenue=Sum("total_cents"), orders=Count("id", filter=Q(kind="sale")))
        .order_by("day")
    )
    unit = 10 ** money.places(shop.currency)
    chart = {
        "kind": "line",
        "labels": [date_format(day["day"], "MONTH_DAY_FORMAT") for day in days],
        "series": [
            {
                "name": _("Revenue"),
                "currency": shop.currency,
                "values": [round(day["revenue"] / unit) for day in days],
            },
            {"name": _("Orders"), "values": [day["orders"] for day in days], "axis": 1},
        ],
    }
    return Panel(_("Sales a day"), "panels/chart.html", {"chart": chart, "id": "sales"}, width=8)


def facts(customer: Customer) -> Panel:
    """What we computed about the customer, in short."""
    profile = Profile.objects.filter(customer=customer).first()
    currency = customer.shop.currency
    context = {"profile": profile, "currency": currency, "interests": interests.of(customer)}
    return Panel(_("Facts"), "panels/facts.html", context, width=4)


def figures_with_sources(customer: Customer) -> Panel:
    """The whole profile: each figure with its unit, how it is computed and from what."""
    context = {"sheet": profile_page.sheet(customer)}
    return Panel(_("Profile, with sources"), "panels/profile.html", context)


def timeline(customer: Customer) -> Panel:
    """What the customer did, newest first; narrowed and followed further back on demand."""
    context = {"timeline": history.page(customer, history.Asked()), "customer": customer}
    return Panel(_("Timeline"), "panels/timeline.html", context, width=8)


def consents(customer: Customer) -> Panel:
    """What the customer allows by channel and purpose, with every statement and its proof."""
    context = {"permissions": permissions_page.permissions(customer)}
    return Panel(_("Consent"), "panels/consents.html", context, width=8)


def merges(customer: Customer) -> Panel | None:
    """Who else this customer is; nothing where nobody was merged into them."""
    rows = customer.merges.filter(undone_at=None).select_related("merged").order_by("-pk")
    if not rows:
        return None
    return Panel(_("Merged from"), "panels/merges.html", {"merges": rows})


def notes(customer: Customer) -> Panel:
    """What colleagues wrote down, newest first."""
    context = {"notes": customer.notes.order_by("-pk")[:NOTES], "customer": customer}
    return Panel(_("Notes"), "panels/notes.html", context, width=4)
