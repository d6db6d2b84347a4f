"""Shopify's REST Admin API: orders by their change, cursors in the `Link` header.

https://shopify.dev/docs/api/usage/pagination-rest and /rate-limits: a page holds up to 250, the
next call may carry nothing but `limit` and the `page_info` of the last one; a bucket of 40 calls
that leaks 2 a second. Orders of more than 60 days ago need the scope `read_all_orders`.
"""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from shops.connectors.api import Access, Api, ApiFault, Page, Question, Walk, content, origin, utc
from shops.reaching import Reply

VERSION = "2025-10"
PAGE = 250
NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')
CALLS = re.compile(r"(\d+)/(\d+)")
NEARLY_ALL = 0.8  # of the calls allowed; then one second between calls lets the bucket leak


class ShopifyApi(Api):
    """The address may name the version: `https://….myshopify.com/admin/api/2025-10`."""

    topic = "orders/updated"
    credentials = {"token": _("Admin API access token (shpat_…)")}
    example = "https://your-shop.myshopify.com"
    guide = _(
        "Settings → Apps → Develop apps: an app with the scope read_orders, and its access token."
    )

    def address(self, typed: str) -> str:
        base = origin(typed.strip())
        if "/admin/api/" in base:
            return base
        return f"{base.removesuffix('/admin')}/admin/api/{VERSION}"

    def question(self, access: Access, walk: Walk) -> Question:
        asked = {"page_info": walk.cursor} if walk.cursor else _window(walk)
        query = urlencode({"limit": PAGE, **asked})
        headers = {"X-Shopify-Access-Token": access.credentials["token"]}
        return Question(f"{access.url}/orders.json?{query}", headers)

    def page(self, walk: Walk, reply: Reply) -> Page:
        said = content(reply)
        orders = said.get("orders") if isinstance(said, dict) else None
        if not isinstance(orders, list):
            raise ApiFault(__("The answer has no list of orders. Is this address the Admin API's?"))
        return Page(orders, _next(reply.headers.get("link", "")), _wait(reply))


def _window(walk: Walk) -> dict[str, str]:
    return {
        "status": "any",  # or only open orders are told
        "order": "updated_at asc",
        "updated_at_min": f"{utc(walk.since)}Z",
        "updated_at_max": f"{utc(walk.until)}Z",
    }


def _next(link: str) -> str:
    """The next page's cursor. Only that: an address of theirs must not lead our token elsewhere."""
    found = NEXT.search(link)
    return parse_qs(urlsplit(found[1]).query).get("page_info", [""])[0] if found else ""


def _wait(reply: Reply) -> float:
    calls = CALLS.fullmatch(reply.headers.get("x-shopify-shop-api-call-limit", ""))
    return 1.0 if calls and int(calls[1]) >= NEARLY_ALL * int(calls[2]) else 0.0
