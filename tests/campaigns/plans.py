"""Plans of every shape, made by chance, from small to deep."""

from collections.abc import Iterator
from random import Random
from typing import Any

from campaigns import plan_check
from campaigns.plan_schema import PlanError
from shops.models import Shop

Step = dict[str, Any]
WAITS: list[Step] = [
    {"days": 2.5},
    {"hours": 1},
    {"days": 1, "hours": 2.0},
    {"until": "09:00"},
    {"until": "10:30", "weekday": "monday"},
    {"best_hour": True},
    {"usual_gap": 0.9},
]
SIMPLE: list[Step] = [
    {"send": "hello"},
    {"send": "hello", "channel": "email"},
    {"wait_days": 1},
    {"wait_days": 2.0},
    {"set": {"vip": True, "2": 1, "1": "x", "rate": 1.5}},
    {"add_to": "fixed"},
    {"tell": "x"},
    {"stop": "end"},
    *({"wait": wait} for wait in WAITS),
]
EXTRAS: list[Step] = [
    {"goal": {"touchpoint": "order.placed"}},
    {"late_hours": 72},
    {"reentry": {"after_days": 30}},
    {"audience": {"not": {"segment": "fixed"}}},
]
RULE = {"all": [{"field": "facts.order_count", "op": ">=", "value": 2.0}]}
NAMES = [["A", "B"], ["1", "0", "__proto__"], ["ü", "x y"]]


def plans(count: int, seed: int = 1) -> Iterator[Step]:
    """So many of them; they fit a shop with the template "hello" and the fixed segment "fixed"."""
    rng = Random(seed)
    for _ in range(count):
        entry = {"touchpoint": ["cart.updated", "order.placed"], "after_hours": 2.0}
        plan = {"entry": entry, "steps": _steps(rng, 0)}
        for extra in EXTRAS:
            if rng.random() < 0.4:
                plan |= extra
        yield plan


def _steps(rng: Random, depth: int) -> list[Step]:
    return [_step(rng, depth) for _ in range(rng.randint(0 if depth else 1, 3))]


def _step(rng: Random, depth: int) -> Step:
    forks = [_wait_for, _branch, _split]
    is_fork = depth < 4 and rng.random() < 0.35
    made = rng.choice(forks)(rng, depth + 1) if is_fork else dict(rng.choice(SIMPLE))
    return made | ({"id": f"x{rng.randrange(10**9)}"} if rng.random() < 0.7 else {})


def _wait_for(rng: Random, depth: int) -> Step:
    asked: Step = {"touchpoint": "order.placed", "hours": rng.choice([1, 2.5, 48.0])}
    if rng.random() < 0.5:
        asked["where"] = {"a.b": rng.choice(["x", 5, True, 2**53 - 1, "é\u2028"])}
    parts = {part: _steps(rng, depth) for part in ("came", "missed") if rng.random() < 0.6}
    return {"wait_for": asked, **parts}


def _branch(rng: Random, depth: int) -> Step:
    ways = [{"if": RULE, "steps": _steps(rng, depth)} for _ in range(rng.randint(1, 3))]
    return {"branch": ways} | ({"else": _steps(rng, depth)} if rng.random() < 0.5 else {})


def _split(rng: Random, depth: int) -> Step:
    names = rng.choice(NAMES)
    share = 100 / len(names)
    ways = [{"name": name, "percent": share, "steps": _steps(rng, depth)} for name in names]
    return {"split": ways}


def fault_of(plan: Any, shop: Shop) -> str | None:
    """Where a plan cannot run in the shop; None when it can."""
    try:
        plan_check.check(plan, shop)
    except PlanError as fault:
        return fault.path
    return None
