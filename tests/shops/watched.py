"""A shop whose orders are compared with what a platform's API tells, and how that went."""

import copy
from datetime import UTC, timedelta

from django.utils.timezone import now

from customers import ingest
from customers.models import Order
from shops import connectors, reconcile
from shops.connectors.api import Api
from shops.models import Delivery, Reconciliation
from tests.shops import calls
from tests.shops.platform import KEY, SECRET, TOKEN, Platform

CREDENTIALS = {"shopify": {"token": TOKEN}, "woocommerce": {"key": KEY, "secret": SECRET}}
TOPICS = {"shopify": "orders/updated", "woocommerce": "order.updated"}
HOUR = timedelta(hours=1)


def stamp(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def api_of(connector: str) -> Api:
    """How that platform is asked."""
    found = connectors.get(connector).api
    assert found
    return found


def order(connector, number, at, **members):
    """An order of that platform that changed at that time."""
    if connector == "shopify":
        said = copy.deepcopy(calls.shopify("orders__create"))
        times = {"created_at": f"{stamp(at)}Z", "updated_at": f"{stamp(at)}Z"}
        return said | times | {"id": number, "cancelled_at": None, "refunds": []} | members
    said = copy.deepcopy(calls.woocommerce("orders_4"))
    times = {"date_created_gmt": stamp(at), "date_modified_gmt": stamp(at)}
    return said | times | {"id": number, "refunds": [], "status": "processing"} | members


def watched(platform: Platform, connector: str, days: int = 30) -> Reconciliation:
    """A shop of that platform, connected some days ago, and its reconciliation."""
    shop = calls.shop(connector, created_at=now() - timedelta(days=days))
    address = api_of(connector).address(platform.url)
    return reconcile.begin(shop, address, CREDENTIALS[connector])


def walk(row):
    """Walk to the end, as the clock would; how many orders were new to us."""
    total = 0
    while True:
        row.refresh_from_db()
        total += reconcile.run(row)
        if not row.cursor:
            break
    while ingest.digest():
        pass
    row.refresh_from_db()
    return total


def missing(row):
    return Delivery.objects.filter(shop=row.shop, origin="missing")


def numbers(row):
    return set(
        Order.objects.filter(shop=row.shop, cancels="").values_list("external_id", flat=True)
    )
