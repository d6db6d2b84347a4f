"""What we compute about a customer from orders and touchpoints: the profile's facts."""

from typing import Any

from django.db import connection

from customers import zones
from customers.features import FEATURES
from customers.models import Profile
from customers.profile_parts import BATCH, EVERYBODY, PARTS
from shops.clock import now
from shops.models import Shop
from shops.planned import JOINED_AT_ONCE, planned

TOP = 5  # favourites that are kept
FULL_MEMORY = {"work_mem": "256MB"}  # a full refresh sorts the whole history once
BATCH_MEMORY = {"work_mem": "32MB"}  # what a batch reads stays in memory

NAMES = [feature.name for feature in FEATURES]
# One statement for everybody or for a batch: only the set of customers differs. A profile that
# stays as it was is not written again.
REFRESH = f"""
WITH chosen AS (
    SELECT c.id, c.shop_id, {zones.OF_CUSTOMER.format(zones="%(zones)s", shop="%(zone)s")} AS zone
    FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL {{only}}
), {", ".join(PARTS.values())}
INSERT INTO customers_profile AS p
    (customer_id, shop_id, refreshed_at, {", ".join(NAMES)}{{others}})
SELECT chosen.id, chosen.shop_id, now(),
    {", ".join(f"coalesce({f.part}.{f.name}, {f.empty})" for f in FEATURES)}{{values}}
FROM chosen
{" ".join(f"LEFT JOIN {part} ON {part}.customer_id = chosen.id" for part in PARTS)}
ORDER BY chosen.id
ON CONFLICT (customer_id) DO UPDATE SET refreshed_at = excluded.refreshed_at,
    {", ".join(f"{name} = excluded.{name}" for name in NAMES)}
WHERE ({", ".join(f"p.{name}" for name in NAMES)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in NAMES)})
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Recompute the facts of these customers of the shop (None: of all); returns how many changed.

    A customer without orders and touchpoints has a profile of zeros.
    """
    others, read = _columns_of_others(), EVERYBODY if customers is None else BATCH
    statement = REFRESH.format(
        only="" if customers is None else "AND c.id = ANY(%(customers)s)",
        **read,
        others="".join(f", {name}" for name in others),
        values="".join(f", %(default_{name})s" for name in others),
    )
    params = {f"default_{name}": value for name, value in others.items()} | {
        "shop": shop.pk,
        "customers": customers,
        "currency": shop.currency,
        "zone": zones.of_shop(shop),
        "zones": zones.array(),
        "now": now(),
        "top": TOP,
    }
    with planned(FULL_MEMORY if customers is None else JOINED_AT_ONCE | BATCH_MEMORY) as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _columns_of_others() -> dict[str, Any]:
    """Columns that higher rooms write, with the values that a new profile begins with."""
    own = {*NAMES, "customer", "shop", "refreshed_at"}
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in Profile._meta.concrete_fields
        if field.name not in own and not field.null and field.column
    }


def refresh_all() -> None:
    """Every shop's profiles in full: repairs what an increment missed."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)
