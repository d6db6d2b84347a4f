"""Every documented payload of every platform is taken in and read."""

import json

import pytest

from customers.models import Customer, Order, Touchpoint
from shops.models import Coupon, Product
from tests.shops import calls

pytestmark = pytest.mark.django_db

WOO_TOPICS = {
    "orders": "order",
    "order-refunds": "order_refund",
    "customers": "customer",
    "products": "product",
    "coupons": "coupon",
    "product-reviews": "product_review",
}


def documented():
    for path in sorted((calls.FIXTURES / "shopify").rglob("*.json")):
        yield "shopify", path.stem.replace("__", "/"), path
    for path in sorted((calls.FIXTURES / "woocommerce").glob("*.json")):
        resource = WOO_TOPICS[path.stem.rsplit("_", 1)[0]]
        yield "woocommerce", f"{resource}.updated", path
    for path in sorted((calls.FIXTURES / "saleor").glob("*.json")):
        yield "saleor", path.stem, path


@pytest.mark.parametrize(
    ("connector", "topic", "path"),
    [pytest.param(*case, id=f"{case[0]}-{case[2].stem}") for case in documented()],
)
def test_a_documented_payload_is_processed_or_ignored(connector, topic, path):
    found = calls.deliver(calls.shop(connector), topic, json.loads(path.read_text()))
    is_read = found.status == "processed"
    assert is_read or found.status == "ignored", found.reason
    assert is_read or "does not read the topic" in found.reason


def test_the_documented_shopify_order_and_its_refund():
    shop = calls.shop("shopify", currency="USD")
    # The refund first: it learns whose it is from the order.
    calls.deliver(shop, "refunds/create", calls.shopify("refunds__create"))
    order = calls.shopify("orders__create")
    calls.deliver(shop, "orders/create", order)
    documents = {o.kind: o for o in Order.objects.filter(shop=shop, cancels="")}
    sale = documents["sale"]
    assert (sale.total_cents, sale.currency, sale.lines.count()) == (35997, "USD", 3)
    assert sale.customer
    assert sale.customer.email == "john@example.com"
    refund = Order.objects.get(shop=shop, external_id__startswith="refund:")
    assert refund.customer == sale.customer
    assert refund.total_cents == -sum(
        round(float(part["amount"]) * 100)
        for part in calls.shopify("refunds__create")["transactions"]
    )
    cancelled = Order.objects.get(shop=shop, external_id=f"{sale.external_id}/cancelled")
    assert cancelled.total_cents == -35997  # the order of the documents is a cancelled one
    kinds = set(Touchpoint.objects.filter(customer=sale.customer).values_list("kind", flat=True))
    assert kinds == {"order.placed", "order.cancelled"}


def test_an_order_that_is_no_longer_cancelled_counts_again():
    shop, order = calls.shop("shopify"), calls.shopify("orders__create")
    calls.deliver(shop, "orders/create", order)
    back = {**order, "cancelled_at": None, "updated_at": "2022-02-01T00:00:00Z"}
    calls.deliver(shop, "orders/updated", back)
    assert not Order.objects.filter(shop=shop, kind="cancellation").exists()
    assert not Touchpoint.objects.filter(shop=shop, kind="order.cancelled").exists()


def test_the_documented_woocommerce_order_of_a_guest():
    shop = calls.shop("woocommerce", currency="USD")
    calls.deliver(shop, "order.created", calls.woocommerce("orders_1"))
    sale = Order.objects.get(shop=shop)
    assert (sale.external_id, sale.kind, sale.total_cents) == ("727", "sale", 2935)
    assert sale.customer
    assert sale.customer.external_id == "guest:john.doe@example.com"
    assert sale.placed_at.isoformat() == "2017-03-22T19:28:02+00:00"
    assert sale.lines.get(position=0).total_cents == 645  # 6.00 and 0.45 of tax


def test_a_woocommerce_refund_finds_its_order_in_the_links():
    shop = calls.shop("woocommerce")
    calls.deliver(shop, "order_refund.created", calls.woocommerce("order-refunds_1"))
    assert Order.objects.get(shop=shop).cancels == "723"
    calls.deliver(shop, "order.updated", calls.woocommerce("orders_4"))
    refund = Order.objects.get(shop=shop, external_id="refund:726")
    assert refund.customer
    assert refund.customer.external_id == "26"
    assert refund.total_cents == -1000


def test_woocommerce_products_coupons_and_reviews():
    shop = calls.shop("woocommerce")
    calls.deliver(shop, "product.updated", calls.woocommerce("products_1"))
    calls.deliver(shop, "coupon.created", calls.woocommerce("coupons_1"))
    calls.deliver(shop, "review.created", calls.woocommerce("product-reviews_1"))
    product = Product.objects.get(shop=shop, external_id="794")
    assert (product.title, product.category, product.price_cents) == (
        "Premium Quality",
        "Clothing",
        2199,
    )
    coupon = Coupon.objects.get(shop=shop)
    assert (coupon.code, coupon.kind, coupon.value) == ("10off", "percent", 10)
    review = Touchpoint.objects.get(shop=shop, kind="review.written")
    assert (review.data["rating"], review.data["text"]) == (5, "Nice album!")


def test_the_ping_of_a_new_woocommerce_webhook_is_answered():
    shop = calls.shop("woocommerce")
    answer = calls.Client().post(f"/hooks/{shop.key}/", {"webhook_id": "7"})
    assert answer.status_code == 401  # a multipart form is not that ping
    answer = calls.Client().post(
        f"/hooks/{shop.key}/", "webhook_id=7", "application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


def test_saleors_own_payload_and_one_of_a_subscription():
    shop = calls.shop("saleor")
    calls.deliver(shop, "order_created", calls.saleor("order_created"))
    calls.deliver(shop, "order_cancelled", calls.saleor("order_cancelled"))
    calls.deliver(shop, "customer_updated", calls.saleor("customer_updated"))
    sold = Order.objects.get(shop=shop, external_id="T3JkZXI6MQ==")
    assert (sold.total_cents, sold.currency, sold.country) == (3590, "EUR", "DE")
    gone = Order.objects.get(shop=shop, kind="cancellation")
    assert gone.customer
    assert gone.customer.external_id == "VXNlcjox"
    assert gone.total_cents == -1250
    assert Customer.objects.get(shop=shop, external_id="VXNlcjox").country == "AT"


def test_money_without_hundredths():
    shop, order = calls.shop("shopify"), calls.shopify("orders__updated")
    calls.deliver(shop, "orders/updated", {**order, "currency": "JPY", "total_price": "5980"})
    assert Order.objects.get(shop=shop, kind="sale").total_cents == 5980


def test_a_privacy_request_is_kept_and_an_erasure_carried_out():
    shop = calls.shop("shopify")
    customer = calls.shopify("customers__create") | {"id": 191167, "email": "john@example.com"}
    calls.deliver(shop, "customers/create", customer)
    calls.deliver(shop, "customers/data_request", calls.shopify("customers__data_request"))
    calls.deliver(shop, "customers/redact", calls.shopify("customers__redact"))
    calls.deliver(shop, "shop/redact", calls.shopify("shop__redact"))
    assert sorted(shop.privacyrequest_set.values_list("kind", flat=True)) == [
        "erase",
        "erase_shop",
        "export",
    ]
    erased = Customer.objects.get(shop=shop, external_id="191167")
    assert (erased.email, erased.first_name) == ("", "")
    calls.deliver(shop, "customers/update", customer | {"note": "said before the erasure"})
    erased.refresh_from_db()
    assert erased.email == ""


@pytest.mark.parametrize(
    ("platform", "topic", "said"),
    [
        ("shopify", "products/update", {"vendor": "Acme"}),
        ("woocommerce", "product.updated", {"brands": [{"id": 3, "name": "Acme"}, {"name": "B"}]}),
        ("woocommerce", "product.updated", {"brands": [], "attributes": [
            {"name": "Size", "options": ["M"]}, {"name": "Brand", "options": ["Acme"]}]}),
        ("saleor", "product_updated", {"attributes": [
            {"attribute": {"slug": "size"}, "values": [{"name": "M"}]},
            {"attribute": {"slug": "brand"}, "values": [{"name": "Acme"}]}]}),
        ("generic", "product.updated", {"brand": "Acme"}),
    ],
)  # fmt: skip
def test_products_tell_their_brand_and_keep_it_where_it_is_not_told_again(platform, topic, said):
    shop = calls.shop(platform)
    for product in ({"id": "1", **said}, {"id": "1"}):
        event = {"type": topic, "timestamp": "2026-11-28T09:00:00Z", "data": product}
        inside = {"saleor": {"product": product}, "generic": event}
        calls.deliver(shop, topic, inside.get(platform, product))
    assert Product.objects.get(shop=shop).brand == "Acme"


SHOPIFY = {"inventory_quantity": 3, "inventory_policy": "deny"}
WOO = {"manage_stock": True, "stock_quantity": 4, "stock_status": "instock"}


@pytest.mark.parametrize(
    ("platform", "topic", "said", "stock", "cost"),
    [
        ("shopify", "products/update", {"variants": [SHOPIFY, SHOPIFY | {
            "inventory_quantity": 0}]}, 3, None),
        ("shopify", "products/update", {"variants": [SHOPIFY | {
            "inventory_quantity": 0, "old_inventory_quantity": 1}]}, 0, None),
        ("shopify", "products/update", {"variants": [SHOPIFY | {
            "inventory_quantity": 0}]}, None, None),  # of something that is not counted
        ("shopify", "products/update", {"variants": [SHOPIFY | {
            "inventory_management": None}]}, None, None),
        ("shopify", "products/update", {"variants": [SHOPIFY, SHOPIFY | {
            "inventory_policy": "continue"}]}, None, None),
        ("woocommerce", "product.updated", WOO | {
            "cost_of_goods_sold": {"values": [], "total_value": 5.5}}, 4, 550),
        ("woocommerce", "product.updated", WOO | {"backorders_allowed": True}, None, None),
        ("woocommerce", "product.updated", {"manage_stock": False, "stock_quantity": None,
            "stock_status": "outofstock"}, 0, None),
        ("saleor", "product_updated", {"variants": [
            {"quantityAvailable": 2, "channelListings": [{"costPrice": {"amount": 3.1}}]},
            {"quantityAvailable": 0, "channelListings": []}]}, 2, 310),
        ("generic", "product.updated", {"stock_count": 7, "cost_cents": 120}, 7, 120),
    ],
)  # fmt: skip
def test_products_tell_their_stock_and_cost_and_keep_them_where_not_told_again(
    platform, topic, said, stock, cost
):
    shop = calls.shop(platform)
    for product in ({"id": "1", **said}, {"id": "1"}):
        event = {"type": topic, "timestamp": "2026-11-28T09:00:00Z", "data": product}
        inside = {"saleor": {"product": product}, "generic": event}
        calls.deliver(shop, topic, inside.get(platform, product))

    found = Product.objects.get(shop=shop, external_id="1")
    assert (found.stock_count, found.cost_cents) == (stock, cost)
