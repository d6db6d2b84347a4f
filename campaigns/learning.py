"""Splits that learn: more people go the way that wins more buyers (Thompson sampling).

Once an hour each way's chance of being the best is worked out from those whose time to buy is over,
and kept as a row; a split then shares people out by these rows in one statement. The draws are
seeded, so the same figures give the same shares. Russo et al., "A Tutorial on Thompson Sampling"
(2018); sharing out by the chance of being best is the same rule, taken for a batch at a time.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils.timezone import now

from campaigns import program
from campaigns.arms import GOAL_DAYS
from campaigns.models import Campaign, SplitWeight

LEAST = 0.05  # of the people go every way, however badly it does: it may be bad luck
DRAWS = 20_000
ENOUGH = 20  # customers of every way whose time is over, before anything is learned

# One row a way: who took it first, and who of them bought within the goal window.
TAKEN = """
SELECT v.value, count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM customers_order o
    WHERE o.customer_id = e.customer_id AND o.kind = 'sale' AND o.placed_at > e.entered_at
    AND o.placed_at <= e.entered_at + %(window)s))
FROM (SELECT DISTINCT ON (customer_id) customer_id, entered_at, variants->>%(step)s AS value
    FROM campaigns_enrolment WHERE campaign_id = %(campaign)s AND variants ? %(step)s
    ORDER BY customer_id, entered_at) AS e
CROSS JOIN LATERAL (SELECT e.value) AS v
WHERE e.entered_at <= %(now)s - %(window)s GROUP BY v.value
"""


def learn_all() -> int:
    """Work out the shares of every learning split of running campaigns; returns how many."""
    count = 0
    for campaign in Campaign.objects.filter(status="running").order_by("pk"):
        for _path, step in program.walk(campaign.plan["steps"]):
            if step.get("learn") and "id" in step:
                learn(campaign, step)
                count += 1
    return count


def learn(campaign: Campaign, step: Mapping[str, Any]) -> dict[str, float]:
    """Work out the shares of one split and keep them; returns them by the ways' names."""
    known: dict[str, Any] = {
        "campaign": campaign.pk,
        "step": step["id"],
        "now": now(),
        "window": timedelta(days=GOAL_DAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, known)
        taken = {name: (people, buyers) for name, people, buyers in cursor.fetchall()}
    counts = [(way["name"], *taken.get(way["name"], (0, 0))) for way in step["split"]]
    first = [way["percent"] / 100 for way in step["split"]]
    found = shares(counts, first, seed=f"{campaign.pk}/{step['id']}")
    for name, people, buyers in counts:
        SplitWeight.objects.update_or_create(
            campaign=campaign,
            step=step["id"],
            name=name,
            defaults={
                "shop_id": campaign.shop_id,
                "weight": found[name],
                "customer_count": people,
                "buyer_count": buyers,
                "computed_at": now(),
            },
        )
    return found


def shares(
    counts: Sequence[tuple[str, int, int]], first: Sequence[float], *, seed: str
) -> dict[str, float]:
    """Each way's share, from (name, people, buyers): the chance that it is the best, and at least
    LEAST. Until every way has been tried enough, the shares are the `first` ones. Pure."""
    names = [name for name, _people, _buyers in counts]
    if min(people for _name, people, _buyers in counts) < ENOUGH:
        return dict(zip(names, first, strict=True))
    number = int.from_bytes(hashlib.sha256(f"{seed}{counts}".encode()).digest()[:8])
    drawn = np.random.default_rng(number).beta(
        [1 + buyers for _name, _people, buyers in counts],
        [1 + people - buyers for _name, people, buyers in counts],
        size=(DRAWS, len(counts)),
    )
    best = np.bincount(drawn.argmax(axis=1), minlength=len(counts)) / DRAWS
    least = min(LEAST, 1 / len(counts))
    kept = least + (1 - least * len(counts)) * best
    return dict(zip(names, map(float, kept), strict=True))


def of(campaign: Campaign, step: str, ways: Sequence[Mapping[str, Any]]) -> list[float]:
    """The shares by which people are split now, in the order of the ways.

    What was learned of other ways than these (the plan was edited) does not count.
    """
    rows = SplitWeight.objects.filter(campaign=campaign, step=step)
    learned: dict[str, float] = defaultdict(float, rows.values_list("name", "weight"))
    if set(learned) != {way["name"] for way in ways}:
        return [way["percent"] / 100 for way in ways]
    return [learned[way["name"]] for way in ways]
