"""What this room shows on the overview and on the customer page."""

from django.utils.translation import gettext as _

from campaigns import report
from campaigns.models import Campaign, Message
from customers.models import Customer
from segments import rules
from shops.models import Shop
from shops.panels import Panel


def campaigns(shop: Shop) -> Panel:
    """The shop's campaigns with what they sent and whom they held out."""
    rows = Campaign.objects.filter(shop=shop).order_by("-launched_at", "-id")[:5]
    shown = [(each, report.summary(each), report.proof(each)) for each in rows]
    return Panel(_("Campaigns"), "panels/campaigns.html", {"campaigns": shown}, width=8)


def messages(customer: Customer) -> Panel:
    """Every message decided on for the customer, with why."""
    rows = (
        Message.objects.filter(customer=customer)
        .select_related("campaign", "template")
        .order_by("-id")[:50]
    )
    shown = [(message, why(message)) for message in rows]
    return Panel(_("Messages"), "panels/messages.html", {"messages": shown}, width=8)


def why(message: Message) -> list[str]:
    """The frozen trail of a message as sentences."""
    trail = message.trail
    lines = []
    if stage := trail.get("stage"):
        lines.append(_("Was at the stage “%s”.") % stage["name"])
        rule = stage.get("facts", {}).get("rule")
        if rule:
            lines.append(_("The stage's rule: %s.") % rules.describe(rule))
    if segment := trail.get("segment"):
        lines.append(_("Was in the segment “%s”.") % segment["name"])
    if audience := trail.get("audience"):
        lines.append(_("The campaign's audience: %s.") % rules.describe(audience))
    if "holdout_percent" in trail:
        lines.append(_("Not among the %s percent held out.") % trail["holdout_percent"])
    gate = trail.get("gate")
    if gate and gate["refusal"]:
        lines.append(_("Refused at the gate: %s.") % gate["refusal"])
    elif gate:
        lines.append(_("Passed the gate: %s.") % ", ".join(gate["checked"]))
    return lines
