"""What WooCommerce says of a product: its stock, its brand, its categories."""

from shops.connectors.node import Node


def stock_of(product: Node) -> int | None:
    """What is left; None where the shop does not count or takes orders for later."""
    if product["stock_status"].text() == "outofstock":
        return 0
    counts = product["manage_stock"].value is True and product["stock_quantity"].value is not None
    if not counts or product["backorders_allowed"].value is True:
        return None
    return product["stock_quantity"].count()


def brand_of(product: Node) -> str:
    """The first of WooCommerce's own brands, or of an attribute that shops without them use."""
    brands = [name_of(part) for part in product["brands"]]
    if not brands:
        attributes = [a for a in product["attributes"] if a["name"].text().lower() == "brand"]
        brands = [option.text() for a in attributes for option in a["options"]]
    return brands[0] if brands else ""


def name_of(category: Node) -> str:
    """The legacy API tells names, the others objects."""
    return category.text() if isinstance(category.value, str) else category["name"].text()
