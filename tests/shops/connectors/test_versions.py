"""Payloads of other API versions, minimal and odd ones: what they say is read, the rest is not."""

import json
from datetime import UTC, datetime

import pytest

from customers import ingest
from customers.models import Order
from shops import connectors
from shops.connectors.base import Call, ConsentFact, CustomerFact, OrderFact, TouchpointFact
from shops.models import Delivery
from tests.shops import calls

AT = datetime(2026, 1, 5, 10, tzinfo=UTC)


def facts(connector, topic, payload):
    return connectors.get(connector).parse(topic, payload, Call(AT, "EUR"))


def the(kind, found):
    [one] = [fact for fact in found if isinstance(fact, kind)]
    return one


# Ids alone, nulls, PHP's empty lists and false, GraphQL ids, null dates of MySQL, older wrappings.
ACCEPTED = json.loads((calls.FIXTURES / "minimal.json").read_text())


@pytest.mark.parametrize(("connector", "topic", "payload"), ACCEPTED)
@pytest.mark.parametrize("extra", [{}, {"a_field_of_the_future": {"deep": [1, None, {}]}}])
def test_missing_and_unknown_members_do_not_matter(connector, topic, payload, extra):
    said = payload | extra if isinstance(payload, dict) and len(payload) > 1 else payload
    facts(connector, topic, said)


@pytest.mark.django_db
def test_all_of_them_pass_from_end_to_end():
    for name in ("shopify", "woocommerce", "saleor"):
        shop = calls.shop(name)
        for connector, topic, payload in ACCEPTED:
            if connector == name:
                assert calls.post(shop, topic, payload).status_code in {200, 202}
        while ingest.digest():
            pass
        found = Delivery.objects.filter(shop=shop).values_list("status", "reason").distinct()
        assert list(found) == [("processed", "")]


@pytest.mark.parametrize("number", [7, "7", 7.0, "gid://shopify/Order/7"])
def test_shopify_a_number_is_the_same_however_it_is_written(number):
    assert the(OrderFact, facts("shopify", "orders/create", {"id": number})).external_id == "7"


@pytest.mark.parametrize(
    ("members", "cents"),
    [
        ({"total_price": "10.00", "current_total_price": "4.00"}, 1000),
        ({"total_price": 10.0}, 1000),
        ({"current_total_price": "4.00"}, 400),
        ({"total_price_set": {"shop_money": {"amount": "9.50", "currency_code": "USD"}}}, 950),
        ({"total_price": "1,234.50"}, 123450),
        ({}, None),
    ],
)
def test_shopify_the_total_is_what_was_ordered_in_the_shops_currency(members, cents):
    sale = the(OrderFact, facts("shopify", "orders/create", {"id": 1} | members))
    assert sale.total_cents == cents


def test_shopify_money_without_a_stated_currency_is_the_shops():
    found = connectors.get("shopify").parse(
        "orders/create", {"id": 1, "total_price": "500"}, Call(AT, "JPY")
    )
    sale = the(OrderFact, found)
    assert (sale.total_cents, sale.currency) == (500, "JPY")


REFUND = {
    "id": 9, "order_id": 1, "created_at": "2026-01-02T00:00:00Z",
    "refund_line_items": [{
        "quantity": 1, "subtotal": 10.0, "total_tax": 2.0, "line_item": {"product_id": 5},
        "subtotal_set": {"shop_money": {"amount": "10.0", "currency_code": "USD"}},
    }],
}  # fmt: skip


def paid(amount, currency="USD", status="success"):
    said = {"kind": "refund", "status": status, "amount": amount, "currency": currency}
    return {"transactions": [said]}


@pytest.mark.parametrize(
    ("members", "cents"),
    [
        ({}, -1200),
        (paid("7.00"), -700),
        (paid("7.00", status="failure"), 0),
        (paid("7.00", currency=None, status="pending"), -700),
        # Paid back in the buyer's currency: the shop's is in the lines.
        (paid("16.00", currency="CAD"), -1200),
        ({"order_adjustments": [{"amount": "-8.00", "tax_amount": "-1.00"}]}, -2100),
        # Put back in stock, and no money moved.
        ({"order_adjustments": [{"kind": "refund_discrepancy", "amount": "12.00"}]}, 0),
    ],
)  # fmt: skip
def test_shopify_a_refund_with_and_without_payments(members, cents):
    refund = the(OrderFact, facts("shopify", "refunds/create", REFUND | members))
    assert (refund.total_cents, refund.currency) == (cents, "USD")


def older(accepts, at):
    return {"accepts_marketing": accepts, "accepts_marketing_updated_at": f"{at}-01-01T00:00:00Z"}


def newer(state, at="2025-01-01T00:00:00Z"):
    return {"email_marketing_consent": {"state": state, "consent_updated_at": at}}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"accepts_marketing": True}, (True, False)),
        ({"accepts_marketing": False}, None),
        (older(accepts=True, at=2025), (True, True)),
        (older(accepts=False, at=2025), (False, True)),
        (older(accepts=False, at=2024), None),  # as it was when the account was made
        (older(accepts=True, at=2025) | newer("unsubscribed"), (False, True)),
        (newer("SUBSCRIBED"), (True, True)),
        (newer("pending"), None),
        (newer("subscribed", at=None), None),
        ({"email_marketing_consent": None}, None),
    ],
)
def test_shopify_a_permission_in_the_words_of_every_version(members, said):
    payload = {"id": 1, "created_at": "2024-01-01T00:00:00Z"} | members
    found = [f for f in facts("shopify", "customers/update", payload) if isinstance(f, ConsentFact)]
    assert [(fact.given, fact.explicit) for fact in found] == ([said] if said else [])


def test_shopify_a_customer_without_a_number_is_a_guest():
    payload = {"id": 1, "customer": {"email": "A@example.com"}}
    found = facts("shopify", "orders/create", payload)
    assert the(CustomerFact, found).external_id == "guest:a@example.com"


@pytest.mark.django_db
def test_shopify_headers_of_old_versions_are_enough():
    shop, body = calls.shop("shopify"), b'{"id": 1}'
    sent = calls.headers(shop, "orders/create", body)
    few = {name: sent[name] for name in ("x-shopify-hmac-sha256", "x-shopify-topic")}
    for _ in range(2):
        answer = calls.Client().generic(
            "POST", f"/hooks/{shop.key}/", body, "application/json", headers=few
        )
        assert answer.status_code in {200, 202}
    assert Delivery.objects.filter(shop=shop).count() == 1


@pytest.mark.django_db
def test_woocommerce_two_orders_of_one_second_have_one_delivery_id_and_both_are_kept():
    shop = calls.shop("woocommerce")
    for number in (1, 2, 2):
        answer = calls.post(shop, "order.created", {"id": number}, message_id="of-this-second")
        assert answer.status_code in {200, 202}
    while ingest.digest():
        pass
    assert set(Order.objects.filter(shop=shop).values_list("external_id", flat=True)) == {"1", "2"}
    assert Delivery.objects.filter(shop=shop).count() == 2


@pytest.mark.parametrize(
    ("written", "cents"),
    [("12.5", 1250), (12.5, 1250), ("1,234.50", 123450), ("1,234,567", 123456700), ("", None)],
)
def test_woocommerce_money_however_it_is_written(written, cents):
    sale = the(OrderFact, facts("woocommerce", "order.updated", {"id": 1, "total": written}))
    assert sale.total_cents == cents


def test_woocommerce_a_list_with_gaps_and_half_a_metre():
    lines = {
        "2": {"product_id": 3, "quantity": 0.5, "total": "4.00"},
        "7": {"product_id": 0, "name": "Gift"},
    }
    sale = the(OrderFact, facts("woocommerce", "order.updated", {"id": 1, "line_items": lines}))
    assert [(line.product_id, line.quantity) for line in sale.lines] == [("3", 1), ("Gift", 0)]


@pytest.mark.parametrize("amount", ["-5.00", "5.00", -5])
def test_woocommerce_a_refund_is_negative_whatever_its_sign(amount):
    found = facts(
        "woocommerce", "order.updated", {"id": 1, "refunds": [{"id": 2, "total": amount}]}
    )
    assert [fact.total_cents for fact in found if fact.cancels] == [-500]
    own = facts("woocommerce", "order_refund.created", {"id": 2, "parent_id": 1, "amount": amount})
    assert the(OrderFact, own).total_cents == -500


def test_woocommerce_guests_statuses_and_reviews_of_older_versions():
    guest = {
        "id": 1,
        "status": "wc-completed",
        "customer_id": 0,
        "billing": {"email": "a@example.com"},
    }
    sale = the(OrderFact, facts("woocommerce", "order.updated", guest))
    assert (sale.kind, sale.customer_id) == ("sale", "guest:a@example.com")
    links = {"up": [{"href": "https://x.example.com/wp-json/wc/v2/products/794"}]}
    old = {
        "id": 5,
        "review": "Good",
        "rating": 4,
        "name": "A",
        "email": "a@example.com",
        "_links": links,
    }
    told = the(TouchpointFact, facts("woocommerce", "product_review.created", old))
    assert (told.data["product_id"], told.data["rating"]) == ("794", 4)
    rated = facts("woocommerce", "product_review.created", old | {"rating": 0})
    assert "rating" not in the(TouchpointFact, rated).data


@pytest.mark.django_db
def test_woocommerce_the_shops_own_error_is_told_as_such():
    shop = calls.shop("woocommerce")
    error = {
        "code": "woocommerce_rest_cannot_view",
        "message": "Sorry, no.",
        "data": {"status": 401},
    }
    found = calls.deliver(shop, "order.created", error)
    assert found.status == "quarantined"
    assert "the shop's own error: Sorry, no." in found.reason


@pytest.mark.parametrize("style", ["saleor", "x-saleor"])
@pytest.mark.django_db
def test_saleor_headers_of_both_names(style):
    shop, body = calls.shop("saleor"), json.dumps({"order": {"id": "x"}}).encode()
    sent = calls.headers(shop, "ORDER_CREATED", body)
    renamed = {name.replace("saleor", style): text for name, text in sent.items()}
    answer = calls.Client().generic(
        "POST", f"/hooks/{shop.key}/", body, "application/json", headers=renamed
    )
    assert answer.status_code == 202
    assert answer.json()["status"] == "accepted"


def test_saleor_a_checkout_is_the_same_in_both_formats():
    line = {"sku": "S", "variant_id": "x", "quantity": 2, "base_price": "5.00"}
    legacy = [{"id": "Q2hlY2tvdXQ6YWItMQ==", "currency": "USD", "lines": [line]}]
    gross = {"amount": 10, "currency": "USD"}
    modern = {"checkout": {"token": "ab-1", "totalPrice": {"gross": gross}}}
    sources = set()
    for payload in (legacy, modern):
        told = the(TouchpointFact, facts("saleor", "checkout_updated", payload))
        sources.add(told.source)
        assert (told.data["total_cents"], told.data["currency"]) == (1000, "USD")
    assert sources == {"checkout:ab-1"}


@pytest.mark.parametrize(
    ("members", "cents"),
    [
        ({"totalRefunded": {"amount": 4.0, "currency": "EUR"}}, -400),
        ({"totalRefunded": {"amount": 0.0}}, None),
        ({"paymentStatus": "FULLY_REFUNDED"}, -1000),
        ({"payments": [{"charge_status": "fully-refunded"}]}, -1000),
        ({"payments": [{"charge_status": "fully-charged"}]}, None),
        ({"status": "CANCELED"}, -1000),
        ({"status": "returned"}, -1000),
    ],
)
def test_saleor_what_went_back(members, cents):
    order = {
        "id": "x",
        "status": "FULFILLED",
        "total": {"gross": {"amount": 10, "currency": "EUR"}},
    }
    sale = the(OrderFact, facts("saleor", "order_refunded", {"order": order | members}))
    assert (sale.cancellation.total_cents if sale.cancellation else None) == cents
