"""What the overview says about deliveries."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from shops.models import Delivery, Endpoint, Reconciliation, Shop
from shops.panels import Panel

MOST = 10_000
TOO_LONG = timedelta(days=1)  # without a walk that reached its end
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


def deliveries(shop: Shop) -> Panel:
    """Webhook calls of the last 24 hours, what waits, what could not be read or never came."""
    rows = Delivery.objects.filter(shop=shop)
    calls = rows.filter(origin="")
    waiting = rows.filter(digested_at=None)
    oldest = waiting.order_by("id").values_list("received_at", flat=True).first()
    recent = calls.filter(received_at__gte=now() - timedelta(days=1))
    figures = [
        (_("Received in 24 hours"), recent[:MOST].count(), ""),
        (_("Waiting"), waiting[:MOST].count(), ""),
        (_("Seconds behind"), int((now() - oldest).total_seconds()) if oldest else 0, ""),
        (
            _("Quarantined"),
            rows.filter(status="quarantined")[:MOST].count(),
            "?status__exact=quarantined",
        ),
    ]
    if Reconciliation.objects.filter(shop=shop).exists():
        figures.append((_("Never delivered in 7 days"), missing(shop), missing_query(shop)))
    context = {"figures": figures, "fault": failing(shop), "untold": untold(shop)}
    return Panel(_("Webhooks"), "panels/deliveries.html", context, width=4)


def untold(shop: Shop) -> QuerySet[Endpoint]:
    """Endpoints that wait for a person, or have failed for more than an hour."""
    late = Q(paused_at__isnull=False) | Q(failing_since__lt=now() - HOUR)
    return Endpoint.objects.filter(late, shop=shop).order_by("pk")[:5]


def missing(shop: Shop) -> int:
    """How many orders or changes of orders the shop did not deliver in the last 7 days."""
    gaps = Delivery.objects.filter(shop=shop, origin="missing", received_at__gte=now() - WEEK)
    return gaps[:MOST].count()


def missing_query(shop: Shop) -> str:
    """The list of those deliveries."""
    since = (now() - WEEK).strftime("%Y-%m-%d %H:%M:%S+00:00")
    asked = {"origin": "missing", "shop__id__exact": shop.pk, "received_at__gte": since}
    return f"?{urlencode(asked)}"


def failing(shop: Shop) -> Reconciliation | None:
    """The reconciliation of this shop that fails, or has not come to an end for a day."""
    fails = Q(failing_since__isnull=False) | Q(finished_at__lt=now() - TOO_LONG)
    return Reconciliation.objects.filter(fails, shop=shop).first()
