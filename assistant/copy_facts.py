"""What a text may say of the catalogue: each fact under a slot that the server fills.

Whoever writes puts `{p1.price}` and never a price: what a slot says, and where it comes from, is
the server's.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from assistant import copy_reasons
from assistant.copy_reasons import Liked
from insights import recommending
from segments.models import Segment
from shops import money
from shops.models import Product, Shop

MOST_PRODUCTS = 4
SLOT = re.compile(r"\{([a-z0-9.]+)\}")
NAME = "name"  # the customer's first name; filled in by the mail itself
OWN = "recommended"  # what each customer is recommended and why; a list that the mail fills in
BEST = """
SELECT l.product_id FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
JOIN shops_product p ON p.id = l.product_id
WHERE l.shop_id = %s AND p.available AND p.title <> '' AND o.kind = 'sale'
AND o.placed_at > now() - interval '180 days'
GROUP BY 1 ORDER BY count(DISTINCT o.customer_id) DESC, 1 LIMIT %s
"""


class Unknown(Exception):
    """A product that was asked for and is not in the catalogue; says which."""


def products(shop: Shop, asked: str) -> list[Product]:
    """The products named, by id or words of the title, one a line; without any, what most buy."""
    names = [line.strip() for line in asked.splitlines() if line.strip()][:MOST_PRODUCTS]
    if not names:
        best = [row.pk for row in Product.objects.raw(_as_rows(BEST), [shop.pk, MOST_PRODUCTS - 1])]
        return list(Product.objects.filter(shop=shop, pk__in=best))
    return list(dict.fromkeys(_named(shop, name) for name in names))


def of_persona(persona: Segment, asked: str) -> tuple[list[Product], dict[int, Liked]]:
    """The products of a guide with the reason of each by its id: those named, else those that set
    the persona apart. Raises Unknown."""
    chosen = products(persona.shop, asked) if asked.strip() else None
    found = {each.product: each for each in copy_reasons.liked(persona, MOST_PRODUCTS - 1, chosen)}
    if not found and chosen is None:
        raise Unknown(_("Fewer than ten customers of “%s” bought the same product.") % persona.name)
    return chosen or [Product.objects.get(pk=pk) for pk in found], found


def own(reasons: str) -> dict[str, Any]:
    """The fact behind OWN, as a marketer reads it."""
    said = _("Each customer's own recommendations, each with its reason: %s") % reasons
    return {OWN: {"said": said, "source": "recommendations.new"}}


def own_reasons(language: str) -> str:
    """Every sentence that a customer may read there."""
    with override(language):
        return " · ".join(recommending.in_words(why, None, "30") for why in recommending.WORDS)


def _as_rows(statement: str) -> str:
    return f"SELECT p.id FROM ({statement}) AS b JOIN shops_product p ON p.id = b.product_id"


def _named(shop: Shop, name: str) -> Product:
    sold = Product.objects.filter(shop=shop).exclude(title="")
    found = (
        sold.filter(external_id=name).first()
        or sold.filter(title__iexact=name).first()
        or sold.filter(title__icontains=name).order_by("-available", "pk").first()
    )
    if found is None:
        raise Unknown(_("The catalogue has no product “%s”.") % name)
    return found


def of(
    shop: Shop,
    chosen: list[Product],
    language: str,
    discount: float = 0,
    why: Mapping[int, Liked] | None = None,
) -> dict[str, Any]:
    """Every fact by its slot: what it says in the language, and its source. `why` are the reasons
    of a guide."""
    with override(language):
        found = {"shop": {"said": shop.name, "source": f"shop:{shop.key}.name"}}
        if discount:
            found["discount"] = {"said": f"{discount:g} %", "source": "request.discount"}
        for number, product in enumerate(chosen, 1):
            at = f"product:{product.external_id}"
            told = {
                "title": product.title,
                "category": product.category,
                "brand": product.brand,
                "price": "" if product.price_cents is None
                else money.said(product.price_cents, shop.currency),
            }  # fmt: skip
            found |= {
                f"p{number}.{part}": {"said": said, "source": f"{at}.{part}"}
                for part, said in told.items()
                if said
            }
            if why and product.pk in why:
                reason = {"said": why[product.pk].said, "source": f"{at}.buyers_of_persona"}
                found[f"p{number}.why"] = reason
    return found


def slotted(text: str, facts: dict[str, Any]) -> str:
    """The text with every title and brand that stands in it by itself as its slot."""
    for slot in sorted(facts, key=lambda each: -len(facts[each]["said"])):
        said = facts[slot]["said"]
        if slot.endswith((".title", ".brand", ".price")) and len(said) > 3:
            pieces = re.split(r"(\{[a-z0-9.]+\})", text)
            pieces[::2] = [piece.replace(said, f"{{{slot}}}") for piece in pieces[::2]]
            text = "".join(pieces)
    return text


def filled(text: str, facts: dict[str, Any], *, name: str = "") -> str:
    """The text as it is read; `name` stands for the customer's."""
    known = {slot: fact["said"] for slot, fact in facts.items()} | {NAME: name}
    return SLOT.sub(lambda slot: known.get(slot[1], slot[0]), text)
