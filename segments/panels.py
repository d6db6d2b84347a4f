"""What this room shows on the overview and on the customer page."""

from django.utils.translation import gettext as _

from customers.models import Customer
from segments.models import Membership, RfmScore, Segment
from shops.models import Shop
from shops.panels import Panel


def sizes(shop: Shop) -> Panel:
    """The largest segments."""
    rows = Segment.objects.filter(shop=shop).order_by("-member_count", "name")[:10]
    return Panel(_("Segments"), "panels/segments.html", {"segments": rows}, width=4)


def memberships(customer: Customer) -> Panel:
    """The segments a customer is in, and their RFM scores."""
    rows = Membership.objects.filter(customer=customer, left_at=None).select_related("segment")
    context = {
        "memberships": rows.order_by("-entered_at"),
        "rfm": RfmScore.objects.filter(customer=customer).first(),
    }
    return Panel(_("Segments"), "panels/memberships.html", context, width=4)
