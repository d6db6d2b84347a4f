"""The segment builder over a large shop: how long estimates and list pages take on the server.

Method: the database of `segments` is filled by hashing row numbers (`_population.py`), profiles are
refreshed, three segments are filled. Then, through Django's test client (middleware, permission and
template included, network left out), warm, each figure the median of five:

* `estimate_ms`: the answer while somebody types (words, count and interval), of the slowest of
  RULES; `estimates_ms` has each. A rank whose cut points are not kept yet is asked once before and
  stands in `first_rank_ms`. `covered_percent` is how many intervals hold the exact number.
* `people_ms`: the answer beside it (five customers with why, reach, overlap), the slowest.
* `list_ms`: the segment list; `segment_ms` a segment's page; `members_ms` its members,
  `deep_ms` those from the middle of the segment on; `customers_ms` the customer list.
* `count_s`: an exact count of all customers in the background, of the slowest rule.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks import _population
from customers import profiles
from segments import counting, estimate, membership, rfm, rules
from segments.models import Membership, Segment
from shops.models import Shop, User

ROUNDS = 5


def field(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


BOUGHT = field("facts.order_count", ">=", 2)
AWAY = field("facts.last_order_at", "more_than_days_ago", 60)
VIEWED = {"did": {"touchpoint": "product.viewed", "within": 30, "times": 2}}
RULES = {
    "facts": {"all": [BOUGHT, AWAY]},
    "rank": {"all": [field("facts.revenue_cents", "in_top_percent", 10), AWAY]},
    "attribute": field("attributes.tier", "is", "gold"),
    "one_customer": field("customer.email", "is", "c4711@example.com"),
    "did": {"all": [BOUGHT, VIEWED]},
    "did_ever": {"did": {"touchpoint": "cart.updated"}},
    "then": {
        "did": {
            "touchpoint": "product.viewed",
            "within": 90,
            "then": {
                "touchpoint": "order.placed",
                "within": 3,
                "not": True,
                "same": ["product_id"],
            },
        }
    },
    "nested": {
        "all": [
            {"any": [BOUGHT, VIEWED, {"segment": "bought"}]},
            {"not": {"any": [field("customer.country", "is", "DE"), {"segment": "gone"}]}},
            {"field": "reachable.email", "op": "is_true"},
        ]
    },
}
SEGMENTS = {"bought": BOUGHT, "gone": {"all": [BOUGHT, AWAY]}, "gold": RULES["attribute"]}


def options(parser: argparse.ArgumentParser) -> None:
    """What this benchmark can be told beyond the common options."""
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=0, help="20 a customer when left out")


def run(data: Path, *, customers: int, touchpoints: int) -> dict[str, Any]:
    """The figures; the database is dropped again."""
    with _population.database("waymark_benchmark_builder"):
        began = time.perf_counter()
        shop = _population.fill(customers, touchpoints or 20 * customers)
        profiles.refresh(shop)
        rfm.refresh(shop)
        for key, rule in SEGMENTS.items():
            Segment.objects.create(shop=shop, name=key, key=key, rule=rule)
        membership.refresh(shop)
        _vacuum()
        filled = round(time.perf_counter() - began, 1)
        settings.ALLOWED_HOSTS.append("testserver")
        return {"customers": customers, "fill_s": filled} | measure(shop)


def measure(shop: Shop) -> dict[str, Any]:
    """The figures of a shop that is filled."""
    client = Client()
    client.force_login(User.objects.create_superuser("benchmark"))
    figures: dict[str, Any] = {}
    began = time.perf_counter()
    _ask(client, "look", shop, RULES["rank"])
    figures["first_rank_ms"] = _ms(began)
    looks, people = {}, {}
    for name, rule in RULES.items():
        looks[name] = _median(partial(_ask, client, "look", shop, rule))
        people[name] = _median(partial(_ask, client, "people", shop, rule))
    figures |= {"estimate_ms": max(looks.values()), "estimates_ms": looks}
    figures |= {"people_ms": max(people.values())}
    figures |= _pages(client, shop) | _counts(shop)
    return figures


def _pages(client: Client, shop: Shop) -> dict[str, float]:
    segment = Segment.objects.get(shop=shop, key="bought")
    members = reverse("admin:segments_segment_members", args=[segment.pk])
    found = Membership.objects.filter(segment=segment, left_at=None).order_by("customer_id")
    middle = found[segment.member_count // 2].customer_id
    urls = {
        "list_ms": reverse("admin:segments_segment_changelist"),
        "segment_ms": reverse("admin:segments_segment_change", args=[segment.pk]),
        "members_ms": members,
        "deep_ms": f"{members}?after={middle}",
        "customers_ms": reverse("admin:customers_customer_changelist"),
    }
    return {name: _median(partial(_get, client, url)) for name, url in urls.items()}


def _counts(shop: Shop) -> dict[str, float]:
    """Exact counts: how long the slowest takes, and how many estimates said so."""
    seconds, covered = [], 0
    for rule in RULES.values():
        said = estimate.of(shop, rules.compile(rule, shop=shop))
        began = time.perf_counter()
        count = counting.start(shop, rule)
        counting.run_due()
        seconds.append(time.perf_counter() - began)
        count.refresh_from_db()
        covered += said.low <= count.found <= said.high
    return {
        "count_s": round(max(seconds), 1),
        "covered_percent": round(100 * covered / len(RULES)),
    }


def _ask(client: Client, page: str, shop: Shop, rule: Any) -> None:
    url = reverse(f"admin:segments_rule_{page}")
    answer = client.post(url, {"shop": shop.pk, "rule": json.dumps(rule)})
    if answer.status_code != 200 or b"data-fault" in answer.content:
        raise RuntimeError(f"{page} answered {answer.status_code}: {answer.content[:300]!r}")


def _get(client: Client, url: str) -> None:
    if client.get(url).status_code != 200:
        raise RuntimeError(f"{url} did not open.")


def _median(work: Callable[[], Any]) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(_ms(began))
    return round(median(times), 1)


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _vacuum() -> None:
    with connection.cursor() as cursor:
        for table in ("customers_profile", "segments_membership", "segments_rfmscore"):
            cursor.execute(f"VACUUM ANALYZE {table}")
