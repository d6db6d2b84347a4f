"""What a survivor was never told of themselves is filled from the customers merged into them.

Their own word always wins: a field that the shop has said of them is never filled, and one that is
filled is replaced as soon as it says so. Computed anew each time, so nothing depends on the order.
"""

from typing import Any

from customers.models import Customer
from customers.sql import CUSTOMER_FIELDS


def fill(pk: int) -> None:
    """Empty what was filled before, and fill it from whoever is merged into this customer now."""
    customer = Customer.objects.get(pk=pk)
    others = list(Customer.objects.filter(merged_into=pk).order_by("pk"))
    if not others and not customer.filled:
        return
    _empty(customer)
    filled: dict[str, Any] = {}
    for field in CUSTOMER_FIELDS:
        found = next((value for other in others if (value := getattr(other, field))), "")
        if found and not getattr(customer, field) and field not in customer.versions:
            setattr(customer, field, found)
            filled[field] = found
    missing = {
        name: value
        for other in reversed(others)
        for name, value in other.attributes.items()
        if name not in customer.attributes
    }
    if missing:
        customer.attributes |= missing
        filled["attributes"] = missing
    customer.filled = filled or None
    customer.save(update_fields=[*CUSTOMER_FIELDS, "attributes", "filled"])


def _empty(customer: Customer) -> None:
    """Take back what was filled, unless the shop has said something of its own meanwhile."""
    filled = customer.filled or {}
    for field in CUSTOMER_FIELDS:
        if field in filled and field not in customer.versions:
            setattr(customer, field, "")
    for name, value in filled.get("attributes", {}).items():
        if customer.attributes.get(name) == value:
            del customer.attributes[name]
