"""What the platforms' orders have in common, whatever their members are called."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shops.connectors.base import LineFact, OrderFact


def guest(email: str) -> str:
    """The id of somebody who bought without an account: the same person for the same address."""
    name = f"guest:{email}"
    if len(name) > 100:
        name = f"guest:{hashlib.sha256(email.encode()).hexdigest()}"
    return name if email else ""


def refund_id(number: str) -> str:
    """A refund's number among the documents of a shop's orders."""
    return f"refund:{number}"[:100]


def void(external_id: str, at: datetime) -> OrderFact:
    """An order that the shop has deleted."""
    return OrderFact(external_id, "void", "", at, at, "", "", ())


def taken_back(sale: OrderFact, refunds: Sequence[OrderFact], at: datetime) -> OrderFact:
    """The sale with a cancellation of what its refunds leave of it."""
    rest = (sale.total_cents or 0) + sum(refund.total_cents or 0 for refund in refunds)
    if refunds and rest <= 0:
        return sale
    lines = () if refunds else tuple(line.negated() for line in sale.lines)
    return _with_cancellation(sale, rest, lines, at)


def partly_taken_back(sale: OrderFact, cents: int, at: datetime) -> OrderFact:
    """The sale with so much of it given back."""
    return _with_cancellation(sale, cents, (), at)


def _with_cancellation(
    sale: OrderFact, cents: int, lines: tuple[LineFact, ...], at: datetime
) -> OrderFact:
    cancellation = replace(
        sale,
        external_id=f"{sale.external_id[:90]}/cancelled",
        kind="cancellation",
        placed_at=at,
        lines=lines,
        total_cents=-cents,
        cancels=sale.external_id,
    )
    return replace(sale, cancellation=cancellation)
