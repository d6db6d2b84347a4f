"""A small server that speaks the documented pages of Shopify's and WooCommerce's order APIs."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN, KEY, SECRET = "shpat_right", "ck_right", "cs_right"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Platform:
    """Its orders, what it was asked, and what goes wrong: one fault is used up per call."""

    url: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    faults: list[Answer | None] = field(default_factory=list)
    after: Callable[[int], None] = lambda count: None  # called with the number of calls so far

    def answer(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        self.asked.append(query)
        fault = self.faults.pop(0) if self.faults else None
        found = fault or self.tell(path, query, headers)
        self.after(len(self.asked))
        return found

    def tell(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        if path.startswith("/admin/api/") and path.endswith("/orders.json"):
            return self.shopify(path, query, headers)
        if path.endswith("/wp-json/wc/v3/orders"):
            return self.woocommerce(query, headers)
        return 404, {}, b"<html>Nothing here</html>"

    def shopify(self, path: str, query: dict[str, str], headers: Any) -> Answer:
        """https://shopify.dev/docs/api/usage/pagination-rest"""
        if headers["X-Shopify-Access-Token"] != TOKEN:
            return 401, {}, b'{"errors":"[API] Invalid API key or access token"}'
        limit, known = int(query.get("limit", 50)), dict[str, Any](query)
        if "page_info" in query:
            if set(query) > {"page_info", "limit", "fields"}:
                return 400, {}, b'{"errors":{"page_info":"Invalid value."}}'
            known = json.loads(base64.urlsafe_b64decode(query["page_info"]))
        first, last = known["updated_at_min"], known["updated_at_max"]
        found = sorted(self.orders, key=lambda order: (order["updated_at"], order["id"]))
        found = [o for o in found if first <= o["updated_at"] <= last]
        if "after" in known:
            found = [o for o in found if [o["updated_at"], o["id"]] > known["after"]]
        page, more = found[:limit], found[limit:]
        said = {"X-Shopify-Shop-Api-Call-Limit": "1/40"}
        if more:
            cursor = known | {"after": [page[-1]["updated_at"], page[-1]["id"]]}
            info = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
            target = f"{self.url}{path}?{urlencode({'limit': limit, 'page_info': info})}"
            said["Link"] = (
                f'<{self.url}{path}?page_info=old>; rel="previous", <{target}>; rel="next"'
            )
        return 200, said, json.dumps({"orders": page}).encode()

    def woocommerce(self, query: dict[str, str], headers: Any) -> Answer:
        """https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders"""
        known = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if headers["Authorization"] != f"Basic {known}":
            return 401, {}, b'{"code":"woocommerce_rest_cannot_view","data":{"status":401}}'
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        if size > 100 or query["dates_are_gmt"] != "true":
            return 400, {}, b'{"code":"rest_invalid_param"}'
        found = sorted(self.orders, key=lambda order: (order["date_modified_gmt"], order["id"]))
        first, last = query["modified_after"], query["modified_before"]
        found = [o for o in found if first < o["date_modified_gmt"] < last]
        said = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(ceil(len(found) / size))}
        page = found[(number - 1) * size : number * size]
        return 200, said, json.dumps(page).encode()


@contextmanager
def running() -> Iterator[Platform]:
    """The platform while the block runs."""
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, content = platform.answer(parts.path, query, self.headers)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
