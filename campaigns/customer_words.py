"""Why somebody got a message, or none, in words that may be shown to them.

Says what they themselves did, allowed or told, and nothing of rules, scores, segments or tests.
"""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Message
from campaigns.why import Clause
from customers.models import Consent, Customer
from shops import speaking

DEEDS = {
    "order.placed": gettext_lazy("you placed an order on %s"),
    "cart.updated": gettext_lazy("there was something left in your cart on %s"),
    "checkout.started": gettext_lazy("you began a checkout on %s"),
    "product.viewed": gettext_lazy("you looked at a product on %s"),
    "product.restocked": gettext_lazy("a product that you looked at could be had again on %s"),
    "product.price_dropped": gettext_lazy("a product that you looked at cost less from %s on"),
    "review.complained": gettext_lazy("you told us on %s that you were not satisfied"),
    "review.written": gettext_lazy("you wrote a review on %s"),
}


def of_message(message: Message) -> str:
    """Why they got it, when they agreed, and how to end it; in the customer's language."""
    with speaking.to_customer(message.customer):
        sentences = [
            _("You got this message from %(shop)s because %(cause)s.")
            % {"shop": message.shop.name, "cause": _cause(message.why, message.customer)},
            *_agreed(message),
            _("You can end such messages at any time by the link at their end."),
        ]
        if message.status == "refused":
            sentences[0] = _("This message was made for you, and not sent.")
        return " ".join(sentences)


def of_absence(clauses: list[Clause], customer: Customer) -> str:
    """Why they get nothing of a campaign: the first reason that concerns what they decide."""
    with speaking.to_customer(customer):
        first = next((clause for clause in clauses if not clause.holds), None)
        said = {
            "consent": _("You have not agreed to our messages, so you get none."),
            "address": _("We have no address of yours to write to."),
            "suppression": _("Your address is one that we write to no more."),
            "inside": _("You are already getting this series of messages."),
            "been": _("You have had this message before."),
        }
        key = first.key if first else ""
        return said.get(key, _("This message is about something that does not concern you now."))


def _cause(trail: dict[str, Any], customer: Customer) -> str:
    happened = trail.get("happened") or {}
    kind, at = happened.get("touchpoint"), happened.get("occurred_at")
    if kind and at:
        words = DEEDS.get(kind, gettext_lazy("of something you did on %s"))
        return str(words) % _day(at)
    if happened.get("attribute"):
        return _("it is a day that you told us of")
    if last := (trail.get("stage") or {}).get("facts", {}).get("last_order_at"):
        return _("your last order was on %s") % _day(last)
    if trail.get("stage") or trail.get("segment"):
        return _("it fits what you ordered or looked at with us")
    return _("you agreed to hear from us")


def _agreed(message: Message) -> list[str]:
    consents = Consent.objects.filter(customer=message.customer, channel=message.channel)
    given = consents.order_by("-given_at").values_list("given_at", flat=True).first()
    return [_("You agreed to such messages on %s.") % _day(given.isoformat())] if given else []


def _day(at: str) -> str:
    return date_format(localtime(datetime.fromisoformat(at)), "DATE_FORMAT")
