"""What this room shows on the customer page."""

from django.utils.translation import gettext as _

from customers.models import Customer
from insights import recommending
from shops.panels import Panel

SHOWN = 6


def recommendations(customer: Customer) -> Panel:
    """What to offer next, and why."""
    context = {
        "groups": [
            (_("New for this customer"), _offer(customer, "new")),
            (_("Again"), _offer(customer, "again")),
        ],
        "currency": customer.shop.currency,
    }
    return Panel(_("Recommendations"), "panels/recommendations.html", context, width=8)


def _offer(customer: Customer, kind: str) -> list[recommending.Recommendation]:
    return recommending.recommend(customer.shop, customer, kind=kind, count=SHOWN)
