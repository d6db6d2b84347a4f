"""Rows for tests: plain functions with sensible defaults and keyword overrides."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils.timezone import now

from customers import consent
from customers.models import Customer, Identity, Order, OrderLine, Profile, Touchpoint
from shops.models import Product, Seat, Shop, User

numbers = count(1)


def shop(**fields: Any) -> Shop:
    n = next(numbers)
    return Shop.objects.create(**{"name": f"Shop {n}", "key": f"shop-{n}", **fields})


def user(**fields: Any) -> User:
    n = next(numbers)
    defaults = {"username": f"user{n}", "password": "secret-pass-1", "is_staff": True}
    return User.objects.create_user(**{**defaults, **fields})


def signed_in(client: Any, of: Shop, role: str) -> Any:
    """The client of somebody new who has this seat."""
    somebody = user()
    Seat.objects.create(shop=of, user=somebody, role=role)
    client.force_login(somebody)
    return client


def product(of: Shop, **fields: Any) -> Product:
    n = next(numbers)
    return Product.objects.create(
        **{"shop": of, "external_id": f"sku-{n}", "title": f"Product {n}", **fields}
    )


def customer(of: Shop, *, consents: tuple[str, ...] = (), **fields: Any) -> Customer:
    """A customer with its identity and open consents on the given channels."""
    n = next(numbers)
    defaults = {"external_id": str(n), "email": f"customer-{n}@example.com", "first_name": "Ann"}
    made = Customer.objects.create(shop=of, **{**defaults, **fields})
    Identity.objects.create(shop=of, customer=made, kind="external_id", value=made.external_id)
    for channel in consents:
        consent.give(made, channel=channel, how="test")
    return made


def order(
    by: Customer, *, lines: tuple[tuple[Product, int, int], ...] = (), **fields: Any
) -> Order:
    """An order with lines of (product, quantity, unit price in cents)."""
    n = next(numbers)
    total = sum(quantity * price for _, quantity, price in lines)
    defaults = {"external_id": f"order-{n}", "placed_at": now(), "currency": by.shop.currency}
    made = Order.objects.create(
        shop=by.shop, customer=by, **{**defaults, "total_cents": total, **fields}
    )
    for position, (item, quantity, price) in enumerate(lines):
        OrderLine.objects.create(
            shop=by.shop,
            order=made,
            position=position,
            product=item,
            quantity=quantity,
            unit_price_cents=price,
            total_cents=quantity * price,
        )
    return made


def profile(of: Customer, **facts: Any) -> Profile:
    return Profile.objects.create(customer=of, shop=of.shop, **facts)


def touchpoint(by: Customer, **fields: Any) -> Touchpoint:
    n = next(numbers)
    defaults = {"kind": "product.viewed", "source": f"test:{n}", "occurred_at": now()}
    return Touchpoint.objects.create(shop=by.shop, customer=by, **{**defaults, **fields})


def days_ago(days: float) -> datetime:
    return now() - timedelta(days=days)
