"""Profiles, segments, RFM and personas of a large shop, beside the peers' way of doing the same.

Method: a database of its own is filled by hashing row numbers (`_population.py`), so every run has
the same rows. Times are medians of three rounds in which segment and peer take turns on the same
profiles; from 50,000 customers on the peer has one turn, because it takes so long.

* Profiles: in full, then for 1 % of the customers, others in each round: in the reactor's batches,
  one on each core at a time, as its workers take them. `profile_one_worker_s` is one worker alone.
* Segment "bought at least twice, not for 60 days": filling it (`segment_full_s`), then after the
  facts of 0.1 % and 1 % of the customers changed. `segment_diff_s` is a full pass when filled.
* Peer: the batch pattern of the biggest open-source system, in the same database on the same
  profiles: count those who should be in, fetch them in batches of 300 by id and insert each row in
  a transaction of its own as its object mapper does, then look for orphans. Without its pause
  between batches. `ratio_to_peer` is the time to fill an empty segment, theirs by ours.
* K-means, k = 8, loading and scaling apart: fit on a sample and predict in chunks, against
  scikit-learn's KMeans (one start) on all rows at once; `inertia_ratio` is ours by theirs on the
  same scaled rows.
* `peak_rss_mb` is this Python process at its highest before that KMeans on everything runs.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from django.db import connection
from sklearn.cluster import KMeans

from benchmarks import _population
from campaigns import reactor
from customers import profiles
from segments import clusters, membership, rfm
from segments.models import Segment
from segments.persona_source import Source
from shops.models import Shop

ROUNDS, CLUSTERS, PEER_BATCH = 3, 8, 300
RULE = {
    "all": [
        {"field": "facts.order_count", "op": ">=", "value": 2},
        {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": 60},
    ]
}
CHANGE = """
UPDATE customers_profile SET order_count = order_count + 1,
    last_order_at = CASE WHEN customer_id %% 2 = 0 THEN now() ELSE last_order_at END
WHERE customer_id = ANY(%s)
"""
PEER_WHO = """
FROM customers_customer l JOIN customers_profile p ON p.customer_id = l.id
LEFT JOIN peer_member m ON m.list_id = 1 AND m.lead_id = l.id
WHERE l.shop_id = %(shop)s AND p.order_count >= 2
AND p.last_order_at < now() - interval '60 days' AND m.lead_id IS NULL
"""
PEER_TABLE = """
CREATE TABLE peer_member (list_id bigint, lead_id bigint REFERENCES customers_customer (id),
    date_added timestamptz NOT NULL, manually_removed boolean NOT NULL,
    manually_added boolean NOT NULL, PRIMARY KEY (list_id, lead_id));
CREATE INDEX ON peer_member (lead_id);
"""
PEER_ORPHANS = """
SELECT m.lead_id FROM peer_member m JOIN customers_profile p ON p.customer_id = m.lead_id
WHERE m.list_id = 1 AND NOT (p.order_count >= 2 AND p.last_order_at < now() - interval '60 days')
ORDER BY m.lead_id LIMIT 300
"""


def options(parser: argparse.ArgumentParser) -> None:
    """What this benchmark can be told beyond the common options."""
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=2_000_000)


def run(data: Path, *, customers: int, touchpoints: int) -> dict[str, Any]:
    """The figures; the database is dropped again."""
    with _population.database("waymark_benchmark_segments"):
        began = time.perf_counter()
        shop = _population.fill(customers, touchpoints)
        figures: dict[str, Any] = {"customers": customers, "touchpoints": touchpoints}
        figures["fill_s"] = round(time.perf_counter() - began, 1)
        return figures | measure(shop, customers)


def measure(shop: Shop, customers: int) -> dict[str, Any]:
    """The figures of a shop that is already there."""
    times = _profiles(shop, customers) | _segments(shop, customers)
    times["rfm_s"] = _seconds(lambda: rfm.refresh(shop))
    ratios = {"ratio_to_peer": round(times["peer_segment_s"] / times["segment_full_s"], 1)}
    kmeans = _kmeans(shop)
    return {name: round(value, 4) for name, value in times.items()} | ratios | kmeans


def _profiles(shop: Shop, customers: int) -> dict[str, float]:
    full = _seconds(lambda: profiles.refresh(shop))
    _vacuum("customers_profile")
    rounds = [_some(customers, 100, number) for number in range(2 * ROUNDS)]
    alone = [_seconds(partial(_work, shop, ids, workers=1)) for ids in rounds[::2]]
    parts = [_seconds(partial(_work, shop, ids, workers=os.cpu_count())) for ids in rounds[1::2]]
    return {
        "profile_full_s": full,
        "profile_incremental_1pct_s": median(parts),
        "profile_one_worker_s": median(alone),
    }


def _work(shop: Shop, customers: list[int], *, workers: int | None) -> None:
    """Refresh them in the reactor's batches by this many workers, each with a connection."""
    batches = [customers[at : at + reactor.BATCH] for at in range(0, len(customers), reactor.BATCH)]

    def refresh(batch: list[int]) -> None:
        profiles.refresh(shop, batch)
        connection.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(refresh, batches))


def _segments(shop: Shop, customers: int) -> dict[str, float]:
    segment = Segment.objects.create(shop=shop, name="S", key="s", rule=RULE)
    with connection.cursor() as cursor:
        cursor.execute(PEER_TABLE)
    rounds: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        _empty(segment)
        work = {
            "segment_full_s": lambda: membership.refresh(shop),
            "segment_diff_s": lambda: membership.refresh(shop),
            "segment_incremental_01pct_s": _changed(shop, customers, 1000, number),
            "segment_incremental_1pct_s": _changed(shop, customers, 100, number),
        }
        if number == 0 or customers < 50_000:  # it takes minutes for a million
            work["peer_segment_s"] = lambda: _peer(shop)
        for name, do in work.items():
            rounds.setdefault(name, []).append(_seconds(do))
    return {name: median(values) for name, values in rounds.items()}


def _changed(shop: Shop, customers: int, one_in: int, number: int) -> Callable[[], Any]:
    """A refresh for one in so many customers, whose facts are changed before the clock starts."""
    ids = _some(customers, one_in, number)

    def refresh() -> None:
        membership.refresh(shop, ids)

    def prepare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, [ids])

    refresh.prepare = prepare  # type: ignore[attr-defined]
    return refresh


def _peer(shop: Shop) -> None:
    """Fill the peer's table as it would: count, batches, rows, orphans."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE peer_member")
        cursor.execute(f"SELECT count(*), min(l.id), max(l.id) {PEER_WHO}", {"shop": shop.pk})
        batch = f"SELECT l.id {PEER_WHO} ORDER BY l.id LIMIT {PEER_BATCH}"
        while True:
            cursor.execute(batch, {"shop": shop.pk})
            leads = cursor.fetchall()
            for (lead,) in leads:
                cursor.execute(
                    "INSERT INTO peer_member VALUES (1, %s, now(), false, false)", [lead]
                )
            if len(leads) < PEER_BATCH:
                break
        cursor.execute(PEER_ORPHANS)


def _kmeans(shop: Shop) -> dict[str, float]:
    source = Source(shop)
    sample, peak = source.sample(), 0.0
    model: Any = None
    scaling = clusters.Scaling.of(sample)

    def fit() -> None:
        nonlocal model
        model = clusters.fit(scaling, sample, k=CLUSTERS)

    ours, inertia, chunks = _seconds(fit), 0.0, []
    for _ids, rows in source.chunks():
        scaled = model.scaling.apply(rows)  # theirs is given scaled rows too
        began = time.perf_counter()
        nearest = model.place(scaled)
        ours += time.perf_counter() - began
        inertia += float((nearest.distances**2).sum())
        chunks.append(scaled)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    everything = np.concatenate(chunks)
    theirs = KMeans(n_clusters=CLUSTERS, n_init=1, random_state=0)
    theirs_s = _seconds(lambda: theirs.fit(everything))
    return {
        "kmeans_s": round(ours, 4),
        "kmeans_sklearn_s": round(theirs_s, 4),
        "inertia_ratio": round(inertia / float(theirs.inertia_), 4),
        "peak_rss_mb": round(peak, 1),
    }


def _some(customers: int, one_in: int, number: int) -> list[int]:
    """Customers spread over the table, others for each number."""
    return list(range(1 + number, customers + 1, one_in))


def _empty(segment: Segment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE segments_membership CASCADE")
    Segment.objects.filter(pk=segment.pk).update(member_count=0)


def _vacuum(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def _seconds(work: Callable[[], Any]) -> float:
    getattr(work, "prepare", lambda: None)()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
