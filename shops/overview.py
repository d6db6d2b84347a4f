"""What the overview says about deliveries."""

from datetime import timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from shops.models import Delivery, Shop
from shops.panels import Panel

MOST = 10_000


def deliveries(shop: Shop) -> Panel:
    """Webhook calls of the last 24 hours, what waits, and what could not be read."""
    rows = Delivery.objects.filter(shop=shop)
    waiting = rows.filter(digested_at=None)
    oldest = waiting.order_by("id").values_list("received_at", flat=True).first()
    recent = rows.filter(received_at__gte=now() - timedelta(days=1))
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
    return Panel(_("Webhooks"), "panels/deliveries.html", {"figures": figures}, width=4)
