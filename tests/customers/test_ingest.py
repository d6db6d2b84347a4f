"""Deliveries become rows, or quarantine with the path of the fault."""

import json
from itertools import permutations

import pytest

from customers import ingest
from customers.models import Consent, Customer, Order, OrderLine, Touchpoint
from shops.models import Delivery, Product
from tests import make

pytestmark = pytest.mark.django_db

CUSTOMER = {"id": "7", "email": "Ann@Example.com", "first_name": "Ann", "accepts_marketing": True}
LINES = [
    {"product_id": "mug", "title": "Mug", "quantity": 2, "unit_price_cents": 350},
    {"product_id": "tea", "title": "Tea", "quantity": 1, "unit_price_cents": 999},
]


def order(**data):
    return {
        "type": "order.placed",
        "timestamp": "2026-01-02T10:00:00Z",
        "data": {
            "id": "1001",
            "customer": CUSTOMER,
            "placed_at": "2026-01-02T10:00:00+01:00",
            "currency": "EUR",
            "lines": LINES,
            **data,
        },
    }


def deliver(shop, *bodies):
    for body in bodies:
        Delivery.objects.create(
            shop=shop,
            message_id=f"msg_{next(make.numbers)}",
            topic=body["type"],
            body=json.dumps(body).encode(),
        )
    return ingest.digest()


def rows(shop):
    """What the shop's orders say, whatever order the calls came in."""
    return (
        list(Order.objects.filter(shop=shop).order_by("external_id").values_list(
            "external_id", "kind", "customer__external_id", "total_cents", "updated_at")),
        list(OrderLine.objects.filter(shop=shop).order_by("order__external_id", "position")
            .values_list("order__external_id", "position", "product__external_id", "total_cents")),
        list(Customer.objects.filter(shop=shop).order_by("external_id").values_list(
            "external_id", "email", "first_name")),
        list(Product.objects.filter(shop=shop).order_by("external_id").values_list(
            "external_id", "title", "price_cents")),
        list(Touchpoint.objects.filter(shop=shop).order_by("source").values_list("source", "kind")),
    )  # fmt: skip


def test_an_order_becomes_customer_products_lines_and_a_touchpoint():
    shop = make.shop()

    assert deliver(shop, order()) == 1

    placed = Order.objects.get(shop=shop)
    buyer = Customer.objects.get(shop=shop)
    assert (placed.total_cents, placed.customer) == (1699, buyer)
    assert (buyer.email, buyer.stalemark.customer) == ("ann@example.com", buyer)
    assert [line.product.title for line in placed.lines.order_by("position")] == ["Mug", "Tea"]
    assert Touchpoint.objects.get(shop=shop).kind == "order.placed"
    assert Delivery.objects.get(shop=shop).status == "processed"


def test_a_cancellation_is_found_as_such_and_counts_negative():
    shop = make.shop()

    deliver(shop, {**order(id="C1001"), "type": "order.cancelled"})

    cancelled = Order.objects.get(shop=shop)
    assert (cancelled.kind, cancelled.total_cents) == ("cancellation", -1699)
    assert cancelled.lines.get(position=0).quantity == -2
    assert Touchpoint.objects.get(shop=shop).kind == "order.cancelled"


def test_an_order_without_a_customer_is_kept_as_anonymous():
    shop = make.shop()

    deliver(shop, order(customer=None))

    assert Order.objects.get(shop=shop).customer is None


def test_any_order_of_arrival_with_repeats_gives_the_same_rows():
    first = order()
    second = order(updated_at="2026-01-03T10:00:00Z", lines=LINES[:1])
    third = order(id="C1001", lines=LINES[1:])
    third["type"] = "order.cancelled"
    results = []
    for sequence in permutations([first, second, third]):
        shop = make.shop()
        for body in (*sequence, sequence[0]):
            deliver(shop, body)
        results.append(rows(shop))
    together = make.shop()
    deliver(together, third, second, first, second)
    results.append(rows(together))

    assert len(results[0][1]) == 2
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"lines": [LINES[0], {**LINES[1], "quantity": "two"}]}, "data.lines[1].quantity"),
        ({"lines": "many"}, "data.lines"),
        ({"placed_at": "yesterday"}, "data.placed_at"),
        ({"placed_at": "2026-01-02T10:00:00"}, "data.placed_at"),
        ({"placed_at": 5}, "data.placed_at"),
        ({"currency": "euro"}, "data.currency"),
        ({"customer": {"id": 7}}, "data.customer"),
        ({"id": ""}, "data.id"),
        ({"id": "a\x00b"}, "data.id"),
        ({"lines": [{**LINES[0], "quantity": 10**12}]}, "data.lines[0].quantity"),
    ],
)
def test_a_payload_of_wrong_types_is_quarantined_with_the_path_of_the_fault(data, path):
    shop = make.shop()

    deliver(shop, order(**data), order(id="good"))

    bad, good = Delivery.objects.filter(shop=shop).order_by("id")
    assert (bad.status, good.status) == ("quarantined", "processed")
    assert bad.reason.startswith(path)
    assert list(Order.objects.filter(shop=shop).values_list("external_id", flat=True)) == ["good"]


def test_what_only_the_database_refuses_is_quarantined_alone():
    shop = make.shop()
    huge = [{**LINES[0], "quantity": 10**9, "unit_price_cents": 10**14}]

    deliver(shop, order(id="huge", lines=huge), order(id="good"))

    statuses = Delivery.objects.filter(shop=shop).order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["quarantined", "processed"]
    assert Order.objects.filter(shop=shop).count() == 1


def test_a_quarantined_delivery_can_be_replayed_and_changes_nothing_twice():
    shop = make.shop()
    deliver(shop, order())
    before = rows(shop)

    assert ingest.replay(Delivery.objects.filter(shop=shop)) == 1
    assert ingest.digest() == 1

    assert rows(shop) == before


def test_a_touchpoint_makes_its_customer_known():
    shop = make.shop()
    body = {
        "type": "touchpoint.recorded",
        "timestamp": "2026-01-02T10:00:00Z",
        "data": {
            "id": "v1",
            "customer_id": "new",
            "kind": "product.viewed",
            "occurred_at": "2026-01-02T10:00:00Z",
            "data": {"product": "mug"},
        },
    }

    deliver(shop, body, body)

    assert Touchpoint.objects.get(shop=shop).customer == Customer.objects.get(external_id="new")


def consent_call(topic, when, customer="7"):
    data = {"customer_id": customer, "channel": "email"}
    return {"type": topic, "timestamp": when, "data": data}


def test_consent_follows_the_latest_word():
    for sequence in permutations(
        [
            consent_call("consent.given", "2026-01-01T10:00:00Z"),
            consent_call("consent.withdrawn", "2026-01-02T10:00:00Z"),
        ]
    ):
        shop = make.shop()
        deliver(shop, *sequence)
        assert not Consent.objects.filter(shop=shop, ended_at=None).exists()


def test_a_flag_on_an_order_never_reopens_a_consent_that_was_withdrawn():
    shop = make.shop()
    deliver(shop, order())
    deliver(shop, consent_call("consent.withdrawn", "2026-01-03T10:00:00Z"))

    deliver(shop, order(id="1002", updated_at="2026-02-01T10:00:00Z"))

    assert not Consent.objects.filter(shop=shop, ended_at=None).exists()


def test_the_same_ids_in_two_shops_stay_apart():
    one, other = make.shop(), make.shop()

    deliver(one, order())
    deliver(other, order())

    assert rows(one) == rows(other)
    assert Customer.objects.get(shop=one).pk != Customer.objects.get(shop=other).pk


def batch(*events):
    return {"type": "batch", "events": list(events)}


def test_a_batch_of_five_hundred_events_is_read_as_one():
    shop = make.shop()
    deliver(shop, batch(*(order(id=f"b{n}") for n in range(500))))
    assert Order.objects.filter(shop=shop).count() == 500


def test_a_fault_in_a_batch_keeps_the_rest_and_names_the_event():
    shop = make.shop()
    deliver(shop, batch(order(), order(id="b2", lines="two"), {"type": "moon.landed"}))
    delivery = Delivery.objects.get(shop=shop)
    assert delivery.status == "quarantined"
    assert delivery.reason.startswith("events[1].data.lines: ")
    assert "(1 more events have faults.)" in delivery.reason
    assert list(Order.objects.filter(shop=shop).values_list("external_id", flat=True)) == ["1001"]


def test_two_partial_updates_end_alike_whichever_comes_first():
    first, second = (
        {"type": "customer.updated", "timestamp": f"2026-01-0{day}T00:00:00Z", "data": data}
        for day, data in ((1, {"id": "7", "phone": "1"}), (2, {"id": "7", "email": "a@x.org"}))
    )
    for calls in ([first, second], [second, first]):
        shop = make.shop()
        deliver(shop, *calls)
        customer = Customer.objects.get(shop=shop)
        assert (customer.phone, customer.email) == ("1", "a@x.org")


def test_a_withdrawal_that_arrives_before_the_permission_still_ends_it():
    given, withdrawn = (
        {"type": kind, "timestamp": at, "data": {"customer_id": "7", "channel": "email"}}
        for kind, at in (
            ("consent.given", "2026-01-01T00:00:00Z"),
            ("consent.withdrawn", "2026-01-02T00:00:00Z"),
        )
    )
    shop = make.shop()
    deliver(shop, withdrawn)
    deliver(shop, given)
    assert Consent.objects.get(customer__shop=shop).ended_at


@pytest.mark.parametrize("depth", [900, 1000, 1020])
def test_what_is_nested_too_deep_is_quarantined(depth):
    shop = make.shop()
    body = {"type": "customer.updated", "timestamp": "2026-01-01T00:00:00Z", "data": "DEEP"}
    text = json.dumps(body).replace('"DEEP"', "[" * depth + "]" * depth)
    Delivery.objects.create(shop=shop, message_id="m", topic=body["type"], body=text.encode())
    ingest.digest()
    assert Delivery.objects.get(shop=shop).status == "quarantined"


def test_a_delivery_whose_shop_is_gone_holds_nobody_up():
    Delivery.objects.create(shop_id=10**9, message_id="m", topic="order.placed", body=b"{}")
    assert ingest.digest() == 1
    assert Delivery.objects.get(shop_id=10**9).status == "ignored"
    assert ingest.digest() == 0
