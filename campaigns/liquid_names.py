"""What the Liquid of a mail is called: the words that its editor shows instead of it."""

from typing import Any

from django.utils.translation import gettext as _

NAMED = '{%% if customer.%(part)s != "" %%} {{ customer.%(part)s }}{%% endif %%}'
ABOUT = "{% for item in happened.products %}{{ item.title }} {% endfor %}"
LIKED = "{% for item in recommendations.new limit: 4 %}{{ item.title }} {% endfor %}"


def names() -> dict[str, str]:
    """All that a template may speak of (docs/templates.md), as a marketer calls it."""
    return {
        "customer.first_name": _("First name"),
        "customer.last_name": _("Last name"),
        "customer.email": _("E-mail address"),
        "customer.country": _("Country"),
        "shop.name": _("Name of the shop"),
        "shop.url": _("Link to the shop"),
        "shop.currency": _("Currency"),
        "visit.parameter": _("Who follows the link"),
        "facts.order_count": _("Number of orders"),
        "facts.last_order_at": _("Day of the last order"),
        "favourites": _("What they bought most"),
        "recommendations.new": _("What they may like"),
        "recommendations.again": _("What they may buy again"),
        "recommendations.all": _("Products for them"),
        "happened.products": _("What it was about"),
        "happened.products[0].title": _("The product it was about"),
        "happened.kind": _("What happened"),
        "happened.was": _("Price before"),
        "campaign.name": _("Name of the campaign"),
        "campaign.key": _("Key of the campaign"),
        "unsubscribe_url": _("Link to end the mails"),
        "preferences_url": _("Link to the wishes"),
        "item.title": _("Product"),
        "item.price": _("Price"),
        "item.reason": _("Reason"),
        "item.times": _("Times bought"),
        "item.quantity": _("Quantity"),
        "item.product": _("Product number"),
    }


def phrases() -> dict[str, str]:
    """What is said around those names."""
    return {
        "known": _("Only where known: %s"),
        "some": _("Only where there is any: %s"),
        "if": _("Only if: %s"),
        "unless": _("Unless: %s"),
        "else": _("Otherwise"),
        "end": _("End of “only”"),
        "each": _("For each of: %s"),
        "endfor": _("End of “for each”"),
        "instead": _("%(name)s, else “%(other)s”"),
        "part": _("written in the source"),
        "note": _("Note: %s"),
    }


def told() -> dict[str, Any]:
    """All of it, for the scripts that write words in place of Liquid."""
    return {"names": names(), "phrases": phrases(), "line": in_a_line()}


def in_a_line() -> list[tuple[str, str]]:
    """What may stand in a subject: words for it, and the Liquid."""
    said = names()
    return [
        (said["customer.first_name"], NAMED % {"part": "first_name"}),
        (said["customer.last_name"], NAMED % {"part": "last_name"}),
        (said["customer.country"], "{{ customer.country }}"),
        (said["shop.name"], "{{ shop.name }}"),
        (said["happened.products[0].title"], "{{ happened.products[0].title }}"),
        (said["facts.order_count"], "{{ facts.order_count }}"),
    ]


def in_a_mail() -> list[tuple[str, str]]:
    """What may stand in the mail itself."""
    return [
        (_("First name, if it is known"), NAMED % {"part": "first_name"}),
        (_("Name of the shop"), "{{ shop.name }}"),
        (_("Link to the shop"), "{{ shop.url }}/?{{ visit.parameter }}"),
        (_("What it was about"), ABOUT),
        (_("What they may like"), LIKED),
        (_("Number of orders"), "{{ facts.order_count }}"),
        (_("Link to end the mails"), "{{ unsubscribe_url }}"),
        (_("Link to the wishes"), "{{ preferences_url }}"),
    ]
