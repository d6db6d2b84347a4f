"""What this room shows on the overview and on the customer page."""

from django.utils.translation import gettext as _

from campaigns import report, why
from campaigns.models import Campaign, Message
from customers.models import Customer
from shops.models import Shop
from shops.panels import Panel

SHOWN = 5


def campaigns(shop: Shop) -> Panel:
    """The shop's campaigns with what they sent and whom they held out."""
    rows = Campaign.objects.filter(shop=shop).order_by("-launched_at", "-id")[:5]
    shown = [(each, report.summary(each), report.proof(each)) for each in rows]
    return Panel(_("Campaigns"), "panels/campaigns.html", {"campaigns": shown}, width=8)


def messages(customer: Customer) -> Panel:
    """Every message decided on for the customer, with why."""
    rows = (
        Message.objects.filter(customer=customer)
        .select_related("campaign", "template", "shared", "enrolment")
        .order_by("-id")[:50]
    )
    shown = [(message, why.of_message(message)) for message in rows]
    return Panel(_("Messages"), "panels/messages.html", {"messages": shown}, width=8)


def absences(customer: Customer) -> Panel:
    """The running campaigns that sent the customer nothing, each with what stood in the way."""
    running = Campaign.objects.filter(shop=customer.shop, status="running", fault="")
    without = running.exclude(message__customer=customer).order_by("-launched_at")[:SHOWN]
    shown = [(campaign, why.of_absence(campaign, customer)) for campaign in without]
    return Panel(_("Why not"), "panels/absences.html", {"campaigns": shown}, width=4)
