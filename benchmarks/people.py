"""The list of a large shop's customers, its search, a customer's page, and merging.

Method: a database of its own is filled with customers, touchpoints and consents by hashing row
numbers (`_population.py`). Pages are asked
for as a browser does, through Django's test client with a signed-in user of the shop; times are
medians of nine, after one that is not counted: milliseconds until the whole page is there.

* `list_ms`: the first page; `list_last_page_ms`: the last one that is offered (10,000 rows on).
* `search_*_ms`: the beginning of an e-mail address, a whole id, a last name, a first name that a
  tenth of all have, and one letter.
* `page_ms`: the page of the customer with the most touchpoints; `older_ms`: a step back in its
  history.
* `merge_ms`, `undo_ms`: the two customers with the most touchpoints become one, and two again;
  `moved` is how many touchpoints and orders the merged one had.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks import _population
from customers import merging
from customers.models import Customer
from shops.models import Shop, User

ROUNDS = 9
BUSIEST = """
SELECT customer_id FROM customers_touchpoint GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2
"""
SEARCHES = {"email": "c12345", "id": "765432", "last_name": "abc12", "name": "ann", "letter": "a"}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=2_000_000)


def run(data: Path, customers: int, touchpoints: int) -> dict[str, Any]:
    with _population.database("waymark_people"):
        steps = (_population.CUSTOMERS, _population.TOUCHPOINTS, _population.CONSENTS)
        shop = _population.fill(customers, touchpoints, steps)
        settings.ALLOWED_HOSTS = ["testserver"]
        client = _signed_in(shop)
        found = {
            "customers": customers,
            "touchpoints": touchpoints,
            **_lists(client),
            **_pages(client),
            **_merges(),
        }
    return {name: round(value, 1) for name, value in found.items()}


def _signed_in(shop: Shop) -> Client:
    user = User.objects.create_user("reader", password="reader", is_staff=True)  # noqa: S106
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    shop.staff.add(user)
    client = Client()
    client.force_login(user)
    return client


def _lists(client: Client) -> dict[str, float]:
    address = reverse("admin:customers_customer_changelist")

    def asked(**query: str) -> float:
        return _median(lambda: _get(client, address, query))

    searches = {f"search_{name}_ms": asked(q=text) for name, text in SEARCHES.items()}
    return {"list_ms": asked(), "list_last_page_ms": asked(p="200"), **searches}


def _pages(client: Client) -> dict[str, float]:
    busiest = _busiest()[0]
    page = reverse("admin:customers_customer_change", args=[busiest])
    history = reverse("admin:customers_customer_timeline", args=[busiest])
    part = client.get(history, headers={"X-Part": "1"}).content.decode()
    older = part.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    return {
        "page_ms": _median(lambda: _get(client, page, {})),
        "older_ms": _median(lambda: _get(client, older or history, {})),
    }


def _merges() -> dict[str, float]:
    into, other = (Customer.objects.get(pk=pk) for pk in _busiest())
    times: dict[str, list[float]] = {"merge_ms": [], "undo_ms": []}
    moved = 0
    for number in range(ROUNDS):
        start = time.perf_counter()
        record = merging.merge(into, other, cause=f"b{number}", how="benchmark")
        middle = time.perf_counter()
        assert record  # noqa: S101
        merging.undo(record)
        times["merge_ms"].append(1000 * (middle - start))
        times["undo_ms"].append(1000 * (time.perf_counter() - middle))
        moved = record.moved["counts"]["touchpoints"] + record.moved["counts"]["orders"]
    return {"moved": moved, **{name: median(each) for name, each in times.items()}}


def _busiest() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BUSIEST)
        return [pk for (pk,) in cursor.fetchall()]


def _get(client: Client, address: str, query: dict[str, str]) -> None:
    answer = client.get(address, query) if query else client.get(address)
    assert answer.status_code == 200, answer.status_code  # noqa: S101


def _median(ask: Callable[[], None]) -> float:
    ask()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)
