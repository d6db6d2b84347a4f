"""Personas: k-means clusters of a shop's buyers, kept as segments with readable names."""

from collections.abc import Callable

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from segments import clusters
from segments.clusters import Clusters, Matrix
from segments.models import Clustering, Segment
from shops.models import Shop

MINIMUM_BUYERS = 50  # fewer make clusters of chance

# Heavy tails (one customer of a thousand orders) are drawn in by the logarithm.
FEATURES = {
    "recency_days": "extract(epoch FROM now() - last_order_at) / 86400.0",
    "orders": "order_count",
    "revenue": "greatest(revenue_cents, 0) / 100.0",
    "products": "product_count",
    "returned_fraction": "returned_fraction",
}
READ = f"""
SELECT customer_id, {", ".join(f"({sql})::float" for sql in FEATURES.values())}
FROM customers_profile WHERE shop_id = %s AND order_count > 0 ORDER BY customer_id
"""
DIFF = """
WITH fitting AS (
    SELECT * FROM unnest(%(customers)s::bigint[], %(segments)s::bigint[])
        AS t (customer_id, segment_id)
), gone AS (
    UPDATE segments_membership m SET left_at = now()
    FROM segments_segment s WHERE s.id = m.segment_id AND s.shop_id = %(shop)s
    AND s.kind = 'persona' AND m.left_at IS NULL AND NOT EXISTS (SELECT FROM fitting f
        WHERE f.customer_id = m.customer_id AND f.segment_id = m.segment_id)
)
INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at)
SELECT %(shop)s, f.segment_id, f.customer_id, now() FROM fitting f
WHERE NOT EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = f.segment_id
    AND m.customer_id = f.customer_id AND m.left_at IS NULL)
ON CONFLICT DO NOTHING
"""


def refresh(shop: Shop) -> Clustering | None:
    """Cluster the shop's buyers anew; None when there are fewer than 50 or they are all alike.

    The number of clusters (3 to 8) is the one with the highest mean silhouette. A cluster keeps the
    segment of the earlier cluster nearest to it, so persona-1 stays persona-1.
    """
    customers, matrix = _read(shop)
    if len(customers) < MINIMUM_BUYERS:
        return None
    scaled = np.log1p(matrix)
    silhouettes = clusters.choose_k(scaled)
    if not silhouettes:
        return None
    found = clusters.cluster(scaled, k=max(silhouettes, key=lambda k: silhouettes[k]))
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)  # one run at a time
        numbers = _numbers(shop, found, scaled)
        centres = np.expm1(found.centres)
        segments = _segments(shop, numbers, centres, np.expm1(scaled.mean(axis=0)), found)
        _write_memberships(shop, customers, [segments[label] for label in found.labels])
        return Clustering.objects.create(
            shop=shop,
            customer_count=len(customers),
            cluster_count=len(centres),
            silhouettes={str(k): round(value, 4) for k, value in silhouettes.items()},
            features=list(FEATURES),
            centres=[
                {"number": number, **dict(zip(FEATURES, map(float, centre), strict=True))}
                for number, centre in zip(numbers, centres, strict=True)
            ],
            inertia=found.inertia,
        )


def refresh_all() -> None:
    """Every shop's personas."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)


def _read(shop: Shop) -> tuple[list[int], Matrix]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [shop.pk])
        rows = cursor.fetchall()
    table = np.array(rows, dtype=float).reshape(len(rows), 1 + len(FEATURES))
    return [row[0] for row in rows], table[:, 1:]


def _numbers(shop: Shop, found: Clusters, scaled: Matrix) -> list[int]:
    """The persona number (from 1) of each cluster."""
    last = Clustering.objects.filter(shop=shop).order_by("-id").first()
    if last is None or last.features != list(FEATURES):
        return list(range(1, len(found.centres) + 1))
    earlier = np.log1p([[centre[name] for name in FEATURES] for centre in last.centres])
    used = [centre["number"] for centre in last.centres]
    free = (n for n in range(1, 100) if n not in used)
    places = clusters.follow(found, scaled, earlier)
    return [used[place] if place < len(used) else next(free) for place in places]


def _segments(
    shop: Shop, numbers: list[int], centres: Matrix, middle: Matrix, found: Clusters
) -> list[int]:
    """The segment of each cluster, made or renamed; those of vanished clusters are emptied."""
    names = _unique([name_of(centre, middle) for centre in centres])
    sizes = np.bincount(found.labels, minlength=len(centres))
    keys = []
    for number, name, centre, size in zip(numbers, names, centres, sizes, strict=True):
        facts = dict(zip(FEATURES, centre, strict=True))
        segment, _made = Segment.objects.update_or_create(
            shop=shop,
            key=f"persona-{number}",
            defaults={
                "kind": "persona",
                "name": name,
                "member_count": int(size),
                "refreshed_at": now(),
                "description": _(
                    "Typically %(orders).1f orders worth %(revenue).0f in all, "
                    "%(products).0f different products, last order %(recency_days).0f days ago."
                )
                % facts,
            },
        )
        keys.append(segment.pk)
    gone = Segment.objects.filter(shop=shop, kind="persona").exclude(pk__in=keys)
    gone.update(member_count=0, refreshed_at=now())
    return keys


def name_of(centre: Matrix, middle: Matrix) -> str:
    """What distinguishes a centre from the shop's middle, in a marketer's words."""
    facts, usual = (dict(zip(FEATURES, values, strict=True)) for values in (centre, middle))
    ratio: Callable[[str], float] = lambda name: facts[name] / max(usual[name], 0.01)  # noqa: E731
    if ratio("revenue") > 2 and ratio("orders") > 1.5:
        who = _("Best customers")
    elif ratio("orders") > 1.5:
        who = _("Frequent buyers")
    elif ratio("revenue") > 1.5:
        who = _("Big spenders")
    elif facts["orders"] < 1.7:
        who = _("One-time buyers")
    else:
        who = _("Occasional buyers")
    when = _("long away") if ratio("recency_days") > 1.5 else _("recently here")
    returns = _(", many returns") if facts["returned_fraction"] > 0.2 else ""
    return f"{who}, {when}{returns}"


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    counted: dict[str, int] = {}
    unique = []
    for name in names:
        counted[name] = counted.get(name, 0) + 1
        unique.append(f"{name} ({counted[name]})" if seen[name] > 1 else name)
    return unique


def _write_memberships(shop: Shop, customers: list[int], segments: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DIFF, {"shop": shop.pk, "customers": customers, "segments": segments})
