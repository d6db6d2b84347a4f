"""Any order of arrival, with repeats and in batches of any size, ends in the same rows."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from customers import ingest
from tests.shops import calls

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(hours):
    return (START + timedelta(hours=hours)).isoformat()


def shopify_calls():
    order, refund = calls.shopify("orders__create"), calls.shopify("refunds__create")
    customer = calls.shopify("customers__update")
    open_order = {**order, "cancelled_at": None, "created_at": at(0)}
    email = {"state": "subscribed", "opt_in_level": "single_opt_in"}
    account = customer | {"id": order["customer"]["id"], "created_at": at(-9)}
    yield "orders/create", {**open_order, "updated_at": at(1)}
    # Two topics of the same second, as Shopify sends them, that say different things.
    yield "orders/paid", {**open_order, "updated_at": at(1), "note": "paid", "total_price": "1.00"}
    yield "orders/updated", {**open_order, "updated_at": at(2), "line_items": []}
    yield "orders/cancelled", {**order, "created_at": at(0), "updated_at": at(3)}
    yield "orders/updated", {**open_order, "updated_at": at(4)}
    yield "refunds/create", refund | {"created_at": at(5)}
    yield "customers/create", account | {"updated_at": at(1), "phone": "+1555", "last_name": "A"}
    yield "customers/update", account | {"updated_at": at(2), "phone": None, "last_name": "B"}
    for hours, state in ((1, "subscribed"), (3, "unsubscribed"), (6, "subscribed")):
        said = email | {"state": state, "consent_updated_at": at(hours)}
        change = {"customer_id": account["id"], "email_marketing_consent": said}
        yield "customers_email_marketing_consent/update", change
    checkout = calls.shopify("checkouts__create") | {"created_at": at(0)}
    yield "checkouts/create", checkout | {"updated_at": at(1)}
    yield "checkouts/update", checkout | {"updated_at": at(2), "completed_at": at(2)}
    product = calls.shopify("products__create")
    yield "products/create", product | {"updated_at": at(1), "title": "Old"}
    yield "products/update", product | {"updated_at": at(2), "title": "New"}
    gone = open_order | {"id": 4711, "updated_at": at(1)}
    yield "orders/create", gone
    yield "orders/delete", {"id": 4711}
    yield "customers/redact", {"customer": {"id": account["id"]}}  # after all of these
    yield "customers/update", account | {"updated_at": at(9 * 24), "last_name": "Back again"}


def woocommerce_calls():
    order = calls.woocommerce("orders_4")
    for hours, status in ((1, "pending"), (2, "processing"), (3, "cancelled"), (4, "processing")):
        yield "order.updated", order | {"status": status, "date_modified_gmt": at(hours)}
    yield "order.updated", order | {"date_modified_gmt": at(5), "refunds": [{"id": 9, "total": -3}]}
    yield "order_refund.created", calls.woocommerce("order-refunds_1")
    customer = calls.woocommerce("customers_1") | {"id": order["customer_id"]}
    yield "customer.created", customer | {"date_modified_gmt": at(1), "first_name": "Old"}
    yield "customer.updated", customer | {"date_modified_gmt": at(2), "first_name": "New"}
    product = calls.woocommerce("products_1")
    yield "product.updated", product | {"date_modified_gmt": at(1), "price": "1.00"}
    yield "product.updated", product | {"date_modified_gmt": at(2), "price": "2.00"}
    yield "product_review.created", calls.woocommerce("product-reviews_1")
    coupon = calls.woocommerce("coupons_1")
    yield "coupon.updated", coupon | {"date_modified_gmt": at(1), "amount": "1.00"}
    yield "coupon.updated", coupon | {"date_modified_gmt": at(2), "amount": "2.00"}


def saleor_calls():
    for name in ("order_created", "order_cancelled", "customer_updated", "product_updated"):
        yield name, calls.saleor(name)
    cancelled = calls.saleor("order_cancelled")
    was = cancelled["order"] | {"status": "UNFULFILLED", "updatedAt": "2026-01-03T10:01:00Z"}
    yield "order_created", cancelled | {"order": was}
    yield "checkout_created", calls.saleor("checkout_created")


def generic_calls():
    buyer = {"id": "7", "email": "a@example.com", "phone": "1", "accepts_marketing": True}
    order = {"id": "A1", "placed_at": at(0), "currency": "EUR", "lines": []}
    line = {"product_id": "p", "quantity": 1, "unit_price_cents": 500, "title": "Cup"}

    def event(kind, hours, data):
        return kind, {"type": kind, "timestamp": at(hours), "data": data}

    yield event("order.placed", 1, order | {"updated_at": at(1), "customer": buyer})
    yield event("order.placed", 2, order | {"updated_at": at(2), "lines": [line]})
    yield event("customer.updated", 3, {"id": "7", "email": "b@example.com"})
    yield event("customer.updated", 2, {"id": "7", "phone": "2", "first_name": "B"})
    yield event("consent.withdrawn", 2, {"customer_id": "7", "channel": "email"})
    yield event("consent.given", 1, {"customer_id": "7", "channel": "email"})
    yield event("touchpoint.recorded", 4, {
        "id": "t1", "kind": "product.viewed", "customer_id": "7", "occurred_at": at(4),
    })  # fmt: skip


CALLS = {
    "shopify": shopify_calls,
    "woocommerce": woocommerce_calls,
    "saleor": saleor_calls,
    "generic": generic_calls,
}


def arrive(connector, sent, random_):
    """Deliver the calls to a new shop, digesting whenever chance will have it."""
    shop = calls.shop(connector)
    for topic, payload in sent:
        assert calls.post(shop, topic, payload).status_code in {200, 202}
        if random_.random() < 0.4:
            ingest.digest(limit=random_.choice([1, 3, 200]))
    while ingest.digest():
        pass
    assert set(shop.delivery_set.values_list("status", flat=True)) == {"processed"}
    return calls.rows(shop)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("connector", CALLS)
def test_any_order_of_arrival_gives_the_same_rows(connector, seed):
    random_ = random.Random(seed)
    sent = list(CALLS[connector]())
    expected = arrive(connector, sent, random_)
    assert expected["orders"]
    shuffled = sent + random_.sample(sent, k=len(sent) // 2)
    random_.shuffle(shuffled)
    assert arrive(connector, shuffled, random_) == expected
