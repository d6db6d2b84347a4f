"""Recommendations as a template may speak of them: `recommendations.new`, looked up when asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from customers.models import Customer
from insights import recommending
from insights.choosing import KINDS
from shops import speaking

COUNT = 10


class Offers(Mapping[str, list[dict[str, Any]]]):
    """By kind, up to ten products with `title`, `price`, `product` and `reason`.

    A template that does not mention a kind costs no query.
    """

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self._known: dict[str, list[dict[str, Any]]] = {}

    def __getitem__(self, kind: str) -> list[dict[str, Any]]:
        if kind not in KINDS:
            raise KeyError(kind)
        if kind not in self._known:
            self._known[kind] = self._read(kind)
        return self._known[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)

    def _read(self, kind: str) -> list[dict[str, Any]]:
        shop = self.customer.shop
        with speaking.to_customer(self.customer):
            offers = recommending.recommend(shop, self.customer, kind=kind, count=COUNT)
        return [
            {
                "product": offer.product,
                "title": offer.title,
                "price": None if offer.price_cents is None else f"{offer.price_cents / 100:.2f}",
                "reason": offer.reason,
            }
            for offer in offers
        ]


def example() -> dict[str, list[dict[str, Any]]]:
    """What a preview shows."""
    offer = {"product": "1", "title": "Saucer", "price": "4.50"}
    return {kind: [{**offer, "reason": recommending.in_words("had", None, None)}] for kind in KINDS}
