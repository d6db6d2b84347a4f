"""Campaigns that a shop can begin with: each a text of the kind that campaigns are exported as.

The mails share a sheet (`sheet.mjml`); a text gives the sections that stand in it, and each
campaign has its colour. What people read stands in double brackets and is translated; a shop gets
it in its own language.
"""

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns import as_text, writing
from campaigns.models import Campaign, Template
from shops import speaking
from shops.models import Shop

SOURCES = Path(__file__).parent
MARKED = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True)
class ReadyMade:
    """What a marketer reads before picking one: the name, what it does, what it lives on."""

    key: str
    name: Any
    why: Any
    needs: Any
    icon: str
    accent: str  # of its mails: dark enough for white words


ALL = (
    ReadyMade(
        "welcome",
        _("Welcome"),
        _("Greets whoever joins, and shows what others love three days later. Ends with an order."),
        _("Customers who come without an order: a newsletter form or an account."),
        "waving_hand",
        "#1f5f5b",
    ),
    ReadyMade(
        "abandoned-cart",
        _("Abandoned cart"),
        _("Two quiet hours after the last change of a cart, and once more a day later."),
        _("Checkouts from the shop's platform, or carts from the page script."),
        "shopping_cart",
        "#8a3b2a",
    ),
    ReadyMade(
        "browse-abandonment",
        _("Browse abandonment"),
        _("A day after somebody looked at products twice and put nothing into a cart."),
        _("The page script, and visitors it recognises."),
        "visibility",
        "#3f4f75",
    ),
    ReadyMade(
        "post-purchase",
        _("Post-purchase"),
        _("Thanks three days after an order: other words for the first than for the next ones."),
        _("Orders."),
        "favorite",
        "#7a2f4b",
    ),
    ReadyMade(
        "review-request",
        _("Review request"),
        _("Asks two weeks after an order, in the evening; not for what was sent back."),
        _("Orders; reviews, so that it ends when one is written."),
        "reviews",
        "#6b5416",
    ),
    ReadyMade(
        "service-recovery",
        _("Service recovery"),
        _("Asks who gave one or two stars how to put it right; offers nothing for sale."),
        _("Reviews with stars."),
        "support_agent",
        "#3c4a57",
    ),
    ReadyMade(
        "win-back",
        _("Win back"),
        _("Reminds customers at risk of what they liked most."),
        _("The lifecycle journey."),
        "history",
        "#574070",
    ),
    ReadyMade(
        "birthday",
        _("Birthday"),
        _("Wishes at nine in the morning on everybody's own clock, every year."),
        _("The attribute “birthday”, such as 1990-05-31."),
        "cake",
        "#9a2f5c",
    ),
    ReadyMade(
        "back-in-stock",
        _("Back in stock"),
        _("Tells those who looked at a product, or asked for it, that it can be had again."),
        _("Product updates from the shop, and views from the page script."),
        "inventory_2",
        "#2f5d3a",
    ),
    ReadyMade(
        "price-drop",
        _("Price drop"),
        _("Tells those who looked at a product and did not buy that it costs less now."),
        _("Product updates from the shop, and views from the page script."),
        "sell",
        "#9b3a1c",
    ),
    ReadyMade(
        "replenishment",
        _("Replenishment"),
        _("Reminds regular buyers just before the time at which they usually order again."),
        _("Customers with at least three orders."),
        "autorenew",
        "#23557a",
    ),
)
BY_KEY = {each.key: each for each in ALL}


def blank() -> str:
    """The mail that a new template begins with, in the reader's language."""
    return _said("blank.mjml")


def document(key: str) -> str:
    """The text of a ready-made campaign, in the reader's language."""
    return _said(f"{BY_KEY[key].key}.yaml")


def _said(name: str) -> str:
    return MARKED.sub(lambda text: _now(text[1]), _file(name))


@cache
def _file(name: str) -> str:
    return (SOURCES / name).read_text()


def told(key: str) -> dict[str, Any]:
    """What the text says, with whole mails, and the campaign's name."""
    said = as_text.shaped(document(key))
    sheet = _said("sheet.mjml").replace("ACCENT", BY_KEY[key].accent)
    for template in said["templates"].values():
        sections = textwrap.indent(template["mjml"], "    ")
        template["mjml"] = sheet.replace("BODY\n", sections)
    return {**said, "name": str(BY_KEY[key].name)}


def in_all_languages(key: str) -> dict[str, Any]:
    """As `told`, with the mails in the other languages that we speak."""
    said = told(key)
    for language, _name in settings.LANGUAGES:
        if language == get_language():
            continue
        with override(language):
            for template, parts in told(key)["templates"].items():
                words = {part: parts[part] for part in writing.LIQUID if part in parts}
                said["templates"][template].setdefault("languages", {})[language] = words
    return said


@speaking.to_shop
def create(shop: Shop, key: str) -> Campaign:
    """Give the shop the campaign and its templates, as a draft. Safe to repeat: what the shop has
    by that key, campaign or template, stays as it is."""
    held = Campaign.objects.filter(shop=shop, key=key).first()
    if held:
        return held
    said = in_all_languages(key)
    own = Template.objects.filter(shop=shop, key__in=said["templates"])
    for each in own.values_list("key", flat=True):
        del said["templates"][each]
    return as_text.load_read(said, shop).campaign
