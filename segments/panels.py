"""What this room shows on the overview and on the customer page."""

from django.utils.translation import gettext as _

from customers.models import Customer
from segments.models import Membership, RfmScore, Segment
from shops.models import Shop
from shops.panels import Panel

MOST = 500  # segments that a page lists


def sizes(shop: Shop) -> Panel:
    """The largest segments."""
    rows = Segment.in_use.filter(shop=shop).order_by("-member_count", "name")[:10]
    return Panel(_("Segments"), "panels/segments.html", {"segments": rows}, width=4)


def memberships(customer: Customer) -> Panel:
    """The segments a customer is in and those they are not in, each with why on demand."""
    rows = Membership.objects.filter(customer=customer, left_at=None, segment__archived_at=None)
    rows = rows.select_related("segment")
    inside = list(rows.order_by("-entered_at"))
    others = Segment.in_use.filter(shop=customer.shop_id)
    context = {
        "customer": customer,
        "memberships": inside,
        "others": others.exclude(pk__in=[row.segment_id for row in inside]).order_by("name")[:MOST],
        "rfm": RfmScore.objects.filter(customer=customer).first(),
    }
    return Panel(_("Segments: why in, why not"), "panels/memberships.html", context, width=12)
