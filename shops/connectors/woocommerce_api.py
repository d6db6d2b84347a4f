"""WooCommerce's REST API v3: orders by their change, a hundred a page, basic authentication.

`modified_after` and `dates_are_gmt` exist since WooCommerce 5.8; an older one ignores or refuses
them. Numbered pages over a list that changes skip orders: one that is changed moves to the end, and
all after it move up. So each page asks for what changed after the last one; only a second in which
more orders changed than a page holds is walked by number. Orders in the bin are not told.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from shops.connectors.api import Access, Api, ApiFault, Page, Question, Walk, content, origin, utc
from shops.connectors.base import PayloadError
from shops.connectors.node import Node
from shops.reaching import Reply

PATH = "/wp-json/wc/v3"
PAGE = 100
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class WooCommerceApi(Api):
    """The address may be that of the shop, or of its API."""

    topic = "order.updated"
    credentials = {"key": _("Consumer key (ck_…)"), "secret": _("Consumer secret (cs_…)")}
    example = "https://shop.example.com"
    guide = _("WooCommerce → Settings → Advanced → REST API: a key that may read.")

    def address(self, typed: str) -> str:
        base = origin(typed.strip())
        return base if "/wp-json" in base else f"{base.removesuffix('/wp-admin')}{PATH}"

    def question(self, access: Access, walk: Walk) -> Question:
        since, number = _place(walk)
        query = {
            "per_page": PAGE,
            "page": number,
            "orderby": "modified",
            "order": "asc",
            "modified_after": utc(since),
            "modified_before": utc(walk.until + SECOND),
            "dates_are_gmt": "true",
        }
        pair = f"{access.credentials['key']}:{access.credentials['secret']}"
        known = base64.b64encode(pair.encode()).decode()
        headers = {"Authorization": f"Basic {known}"}
        return Question(f"{access.url}/orders?{urlencode(query)}", headers)

    def page(self, walk: Walk, reply: Reply) -> Page:
        orders = content(reply)
        if not isinstance(orders, list):
            raise ApiFault(__("The answer is no list of orders. Is this address the shop's API?"))
        since, number = _place(walk)
        changes = [found for found in map(changed_at, orders) if found]
        if any(change < since - DAY for change in changes):
            raise ApiFault(
                __("The shop ignores modified_after; that needs WooCommerce 5.8 or later.")
            )
        if not _goes_on(reply, number, len(orders)):
            return Page(orders)
        # What changed after the walk began says nothing about what lies between.
        settled = [change for change in changes if change <= walk.until]
        reached = max(settled, default=since) - SECOND
        if reached > since:
            return Page(orders, f"{utc(reached)} 1")
        return Page(orders, f"{utc(since)} {number + 1}")


def changed_at(order: Any) -> datetime | None:
    """When an order last changed; None where it does not say so readably."""
    try:
        return Node(order)["date_modified_gmt"].moment()
    except PayloadError:
        return None


def _place(walk: Walk) -> tuple[datetime, int]:
    """Since when, and which page of that; a second early, for "after" leaves the moment out."""
    if not walk.cursor:
        return (walk.since - SECOND).replace(microsecond=0), 1
    since, _space, number = walk.cursor.partition(" ")
    return datetime.fromisoformat(since).replace(tzinfo=UTC), int(number)


def _goes_on(reply: Reply, number: int, count: int) -> bool:
    pages = reply.headers.get("x-wp-totalpages", "")
    return number < int(pages) if pages.isdigit() else count >= PAGE
