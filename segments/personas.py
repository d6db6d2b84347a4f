"""Personas: k-means clusters of a shop's buyers, kept as segments with readable names."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from segments import clusters, persona_names, streaming
from segments.clusters import Model, Scaling
from segments.models import Clustering, Segment
from segments.persona_source import DEFAULT, Source, choices
from segments.streaming import Ids, Numbers
from shops import speaking
from shops.models import Shop

MINIMUM_BUYERS = 50  # fewer make clusters of chance
TYPICAL = 5

FOUND = "persona_found"
COLUMNS = ("customer_id", "segment", "distance", "second", "second_distance")
TABLE = f"""
CREATE TEMPORARY TABLE {FOUND} (customer_id bigint, segment float8, distance float8,
    second float8, second_distance float8)
"""
KEEP = f"""
INSERT INTO segments_personafit AS o (customer_id, shop_id, segment_id, distance, second_id,
    second_distance, computed_at)
SELECT customer_id, %(shop)s, segment::bigint, distance, nullif(second, 0)::bigint,
    second_distance, now() FROM {FOUND} ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET segment_id = excluded.segment_id,
    distance = excluded.distance, second_id = excluded.second_id,
    second_distance = excluded.second_distance, computed_at = excluded.computed_at
"""
DROP = f"""
DELETE FROM segments_personafit f WHERE f.shop_id = %(shop)s
AND NOT EXISTS (SELECT FROM {FOUND} n WHERE n.customer_id = f.customer_id)
"""
DIFF = f"""
WITH gone AS (
    UPDATE segments_membership m SET left_at = now(),
        left_why = jsonb_build_object('persona', 'another is nearer')
    FROM segments_segment s WHERE s.id = m.segment_id AND s.shop_id = %(shop)s
    AND s.kind = 'persona' AND m.left_at IS NULL AND NOT EXISTS (SELECT FROM {FOUND} f
        WHERE f.customer_id = m.customer_id AND f.segment::bigint = m.segment_id)
    RETURNING 1
), come AS (
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at, version, why)
    SELECT %(shop)s, f.segment::bigint, f.customer_id, now(), 0,
        jsonb_build_object('distance', round(f.distance::numeric, 3))
    FROM {FOUND} f WHERE NOT EXISTS (SELECT FROM segments_membership m
        WHERE m.segment_id = f.segment::bigint AND m.customer_id = f.customer_id
        AND m.left_at IS NULL)
    ORDER BY f.customer_id ON CONFLICT DO NOTHING
)
SELECT count(*) FROM gone
"""
FIGURES = f"""
SELECT segment::bigint, count(*), avg(distance) FROM {FOUND} GROUP BY 1
"""
# What its members bought and can be bought, against how usual that is among all buyers.
PRODUCTS = f"""
WITH liked AS (
    SELECT f.segment::bigint AS segment, (item->>'product_id')::bigint AS id,
        max(item->>'title') AS title, count(*) AS buyers,
        sum(count(*)) OVER (PARTITION BY item->>'product_id') AS all_buyers
    FROM {FOUND} f JOIN customers_profile p ON p.customer_id = f.customer_id
    CROSS JOIN LATERAL jsonb_array_elements(p.favourites) AS item
    GROUP BY f.segment, item->>'product_id'
), weighed AS (
    SELECT segment, title, row_number() OVER (PARTITION BY segment
        ORDER BY buyers * buyers / all_buyers DESC, title) AS place
    FROM liked WHERE NOT EXISTS (SELECT FROM shops_product p
        WHERE p.id = liked.id AND NOT p.available)
)
SELECT segment, array_agg(title ORDER BY place) FROM weighed WHERE place <= %(top)s GROUP BY 1
"""


@speaking.to_shop
def refresh(shop: Shop, features: Sequence[str] | None = None) -> Clustering | None:
    """Cluster the shop's buyers anew; None when there are fewer than 50 or they are all alike.

    `features` are names of `persona_source.choices()`; those of the last run when left out. The
    number of clusters is the one with the highest mean silhouette among those that bootstraps
    agree on. A cluster keeps the segment of the earlier cluster nearest to it, so persona-1 stays
    persona-1. Each buyer's distance, and the second-best persona, are kept.
    """
    last = Clustering.objects.filter(shop=shop).order_by("-id").first()
    source = Source(shop, features or (last.features if last and last.features else DEFAULT))
    sample = source.sample()
    if len(sample) < MINIMUM_BUYERS:
        return None
    scaling = Scaling.of(sample)
    curve = clusters.judge(scaling, sample)
    if not curve:
        return None
    model = clusters.fit(scaling, sample, k=clusters.best(curve))
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)  # one run at a time
        return _publish(shop, source, model, curve, last)


def refresh_all() -> None:
    """Every shop's personas."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)


def _publish(
    shop: Shop,
    source: Source,
    model: Model,
    curve: list[clusters.Judged],
    last: Clustering | None,
) -> Clustering:
    numbers = _numbers(source, model, last)
    segments = _segments(shop, numbers)
    totals = np.zeros(len(source.features) + 2)  # sums, rows and inertia, filled by the stream
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        for ids, found in _assigned(source, model, segments, totals):
            streaming.write(FOUND, COLUMNS, ids, found)
        cursor.execute(f"ANALYZE {FOUND}")
        cursor.execute(KEEP, {"shop": shop.pk})
        cursor.execute(DROP, {"shop": shop.pk})
        cursor.execute(DIFF, {"shop": shop.pk})
        moved = int(cursor.fetchone()[0])
        cursor.execute(FIGURES)
        figures = {pk: (size, spread) for pk, size, spread in cursor.fetchall()}
        cursor.execute(PRODUCTS, {"top": TYPICAL})
        products = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {FOUND}")
    count = int(totals[-2])
    middle = dict(zip(source.features, totals[:-2] / count, strict=True))
    centres = [dict(zip(source.features, map(float, c), strict=True)) for c in model.middles]
    names = persona_names.names(centres, middle)
    _describe(segments, names, centres, figures)
    return Clustering.objects.create(
        shop=shop,
        customer_count=count,
        cluster_count=len(centres),
        silhouettes={str(judged.k): round(judged.silhouette, 4) for judged in curve},
        stabilities={str(judged.k): round(judged.stability, 4) for judged in curve},
        features=source.features,
        middle={name: float(value) for name, value in middle.items()},
        drift=moved / count if last else None,
        centres=[
            {"number": number, "name": name, "size": figures.get(pk, (0, 0))[0]}
            | {"products": products.get(pk, []), "at": centre}
            for number, name, pk, centre in zip(numbers, names, segments, centres, strict=True)
        ],
        inertia=float(totals[-1]),
    )


def _assigned(
    source: Source, model: Model, segments: list[int], totals: np.ndarray[Any, Any]
) -> Iterator[tuple[Ids, Numbers]]:
    """Every buyer's persona, distance and second best, a chunk at a time."""
    keys = np.array([*segments, 0], dtype=float)
    with_second = len(segments) > 1
    for ids, rows in source.chunks():
        found = model.nearest(rows)
        totals[:-2] += rows.sum(axis=0)
        totals[-2] += len(rows)
        totals[-1] += (found.distances**2).sum()
        second = keys[found.seconds] if with_second else np.zeros(len(rows))
        far = np.where(np.isfinite(found.second_distances), found.second_distances, 0)
        yield ids, np.column_stack([keys[found.labels], found.distances, second, far])


def _numbers(source: Source, model: Model, last: Clustering | None) -> list[int]:
    """The persona number (from 1) of each cluster."""
    fresh = range(1, len(model.centres) + 1)
    if last is None or last.features != source.features or not last.centres:
        return list(fresh)
    earlier = np.array([[c["at"][name] for name in source.features] for c in last.centres])
    used = [centre["number"] for centre in last.centres]
    free = (n for n in range(1, 100) if n not in used)
    places = clusters.follow(model, earlier)
    return [used[place] if place < len(used) else next(free) for place in places]


def _segments(shop: Shop, numbers: list[int]) -> list[int]:
    """The segment of each cluster, made where it is new; those of vanished clusters are emptied."""
    keys = [
        Segment.objects.get_or_create(
            shop=shop,
            key=f"persona-{number}",
            defaults={"kind": "persona", "name": f"Persona {number}"},
        )[0].pk
        for number in numbers
    ]
    gone = Segment.objects.filter(shop=shop, kind="persona").exclude(pk__in=keys)
    gone.update(member_count=0, refreshed_at=now())
    return keys


def _describe(
    segments: list[int],
    names: list[str],
    centres: list[dict[str, float]],
    figures: dict[int, tuple[int, float]],
) -> None:
    labels = choices()
    for pk, name, centre in zip(segments, names, centres, strict=True):
        said = ", ".join(f"{labels[n]} {value:,.1f}" for n, value in centre.items())
        Segment.objects.filter(pk=pk).update(
            name=name,
            member_count=figures.get(pk, (0, 0.0))[0],
            refreshed_at=now(),
            description=_("Typically %s.") % said,
        )
