"""Whose clock: the customer's zone where the shop told one that exists, else the shop's."""

from functools import lru_cache

from django.db import connection

from shops.models import Shop

# {zones} is bound to `known()` or `array()`, {shop} to `of_shop(shop)`; c is the customer.
OF_CUSTOMER = (
    "(CASE WHEN c.attributes->>'timezone' = ANY({zones}) THEN c.attributes->>'timezone'"
    " ELSE {shop} END)"
)


@lru_cache(maxsize=1)
def known() -> list[str]:
    """The zones that this database knows: any other name would stop a whole statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)/'")
        return sorted(name for (name,) in cursor.fetchall())


@lru_cache(maxsize=1)
def array() -> str:
    """The known zones as a statement takes them, written once and not name by name each time."""
    return "{" + ",".join(known()) + "}"


def of_shop(shop: Shop) -> str:
    """The shop's zone; UTC where the database does not know it."""
    return shop.timezone if shop.timezone in known() else "UTC"
