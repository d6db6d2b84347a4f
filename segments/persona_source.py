"""What personas are made of: the numbers of a shop's buyers, as a sample and as a stream."""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.features import BY_NAME
from segments import clusters, streaming
from segments.clusters import Matrix
from segments.streaming import Ids, Numbers
from shops.models import Shop

CHUNK_ROWS = 50_000
DEFAULT = ("recency_days", "orders", "revenue", "products", "returned_fraction")
# Beside every number of the profile: the same under names that are easier to read.
DERIVED: dict[str, tuple[str, str | Promise]] = {
    "recency_days": (
        "extract(epoch FROM now() - p.last_order_at) / 86400.0",
        _("days since the last order"),
    ),
    "tenure_days": (
        "extract(epoch FROM now() - p.first_order_at) / 86400.0",
        _("days since the first order"),
    ),
    "orders": ("p.order_count", _("orders")),
    "revenue": ("greatest(p.revenue_cents, 0) / 100.0", _("revenue")),
    "products": ("p.product_count", _("different products")),
}
BUYERS = "FROM customers_profile p WHERE p.shop_id = {shop} AND p.order_count > 0"


def choices() -> dict[str, str | Promise]:
    """The features that a marketer may cluster by, with their labels."""
    numbers = {n: f.label for n, f in BY_NAME.items() if f.type == "number"}
    return {name: label for name, (_sql, label) in DERIVED.items()} | numbers


class Source:
    """The buyers of a shop, as rows of the chosen features."""

    def __init__(self, shop: Shop, features: Sequence[str] = DEFAULT) -> None:
        unknown = set(features) - choices().keys()
        if unknown:
            raise ValueError(f"There is no feature {', '.join(sorted(unknown))}.")
        self.features = list(features)
        self.buyers = BUYERS.format(shop=int(shop.pk))

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self.buyers}")
            return int(cursor.fetchone()[0])

    def sample(self) -> Matrix:
        """About 20,000 buyers, drawn by a hash of the id: the same ones every time."""
        one_in = max(1, self.count() // clusters.FIT_ROWS)
        return self._read(f"AND abs(hashint8(p.customer_id)::bigint) % {one_in} = 0")[1]

    def chunks(self) -> Iterator[tuple[Ids, Numbers]]:
        """All buyers in the order of their ids, 50,000 at a time."""
        last = 0
        while True:
            page = f"AND p.customer_id > {last} ORDER BY p.customer_id LIMIT {CHUNK_ROWS}"
            ids, rows = self._read(page)
            if not len(ids):
                return
            yield ids, rows
            last = int(ids[-1])

    def _read(self, only: str) -> tuple[Ids, Numbers]:
        columns = ", ".join(f"coalesce({sql_of(name)}, 0)::float8" for name in self.features)
        return streaming.read(
            f"SELECT p.customer_id, {columns} {self.buyers} {only}", len(self.features)
        )


def sql_of(feature: str) -> str:
    return DERIVED[feature][0] if feature in DERIVED else BY_NAME[feature].sql
