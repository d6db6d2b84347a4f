"""A copy of everything that is known of a customer, for the customer."""

from typing import Any

from customers.models import ConsentStatement, Customer, Order, Touchpoint
from customers.sql import CUSTOMER_FIELDS

MOST_TOUCHPOINTS = 50_000


def of(customer: Customer) -> dict[str, Any]:
    """What was told of the customer, what they did, bought and allow; plain values for JSON."""
    orders = Order.objects.filter(customer=customer).order_by("placed_at")
    touchpoints = Touchpoint.objects.filter(customer=customer).order_by("-occurred_at")
    said = ConsentStatement.objects.filter(customer=customer).order_by("occurred_at")
    return {
        "customer": {
            "id": customer.external_id,
            **{field: getattr(customer, field) for field in CUSTOMER_FIELDS},
            "attributes": customer.attributes,
            "created_at": customer.created_at,
        },
        "identities": list(customer.identities.values("kind", "value", "verified")),
        "orders": [
            {
                "number": order.external_id,
                "kind": order.kind,
                "placed_at": order.placed_at,
                "total_cents": order.total_cents,
                "currency": order.currency,
                "lines": [
                    {
                        "product": line.product.title,
                        "quantity": line.quantity,
                        "total_cents": line.total_cents,
                    }
                    for line in order.lines.all()
                ],
            }
            for order in orders.prefetch_related("lines__product")
        ],
        "consents": list(said.values("channel", "purpose", "given", "occurred_at", "how", "proof")),
        "touchpoints": list(touchpoints.values("kind", "occurred_at", "data")[:MOST_TOUCHPOINTS]),
    }
