"""A proposal is put together in the one schema: claims, stages, campaigns, forecast, risks.

Forecasts come from the counts. What goes beyond the limits is left out, and said with its path.
"""

from typing import Any

from django.utils import translation

from assistant import plays, sentences
from assistant.ground import Ground
from assistant.limit_check import Purse
from assistant.plays import Play
from assistant.sentences import Refusal
from journeys.transitions import Edge
from journeys.what_if import HORIZON_DAYS, Model, NotAsked
from shops import speaking

ASSUMED_PERCENT = 10.0
Kept = tuple[Play, Edge, str, str]  # play, way, subject, why; "" where the play says it


def proposal(
    ground: Ground,
    claims: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    kept: list[Kept],
    risks: list[str],
) -> tuple[dict[str, Any], list[Refusal]]:
    """The proposal, and what was left out of it for the limits."""
    purse = Purse(ground.shop, ground.limits, ground.measured)
    campaigns, refused, ways = [], [], []
    for number, (play, edge, subject, why) in enumerate(kept):
        # Customers read it: it is in the shop's language, not in that of who asks for the plan.
        with translation.override(speaking.known(ground.shop.language)):
            text = plays.campaign(play, edge, journey=ground.journey.key, subject=subject)
        faults = purse.take(text, f"campaigns[{number}].text")
        refused += faults
        if not faults:
            part = f"campaign:{play.key}"
            reason = {"why": why} if why else sentences.kept(f"play.{play.key}", "why")
            campaigns.append({"part": part, "edge": edge.id, "text": text, **reason})
            ways.append(edge)
    return {
        "diagnosis": claims,
        "stages": stages,
        "campaigns": campaigns,
        "forecast": _once("edge", (_forecast(ground, edge) for edge in ways)),
        "risks": [*({"text": risk} for risk in risks), *map(sentences.kept, ("assumed", "caps"))],
        "measured": _once("figure", (_measured(ground, edge) for edge in ways)),
    }, refused


def claims_of(ground: Ground, edge: Edge) -> list[dict[str, Any]]:
    """How many go the way and how many are lost from where it begins."""
    if edge.origin is None or edge.target is None:
        return []
    drop, key = ground.loss_from(edge), edge.origin.key
    said = {"origin": edge.origin.name, "target": edge.target.name}
    found = [
        (
            sentences.kept("went", **said),
            [f"{edge.id}.stays", f"{edge.id}.moves", f"{edge.id}.rate"],
        )
    ]
    if drop and drop.target:
        found.append(
            (sentences.kept("ended", target=drop.target.name),
             [f"{drop.id}.moves", f"{drop.id}.rate", f"{drop.id}.half_within"])
        )  # fmt: skip
    found.append(
        (sentences.kept("stand", origin=edge.origin.name),
         [f"stage:{key}.customers", f"outlook:{key}.worth_a_year"])
    )  # fmt: skip
    return [
        {**text, "cites": [{"figure": i, "value": ground.figures[i].value} for i in ids]}
        for text, ids in found
        if all(name in ground.figures for name in ids)
    ]


def _forecast(ground: Ground, edge: Edge) -> dict[str, Any] | None:
    """What it would bring if the assumed share more went that way; None where too few did."""
    if edge.origin is None or edge.target is None:
        return None
    try:
        found = Model(ground.measured).forecast(
            edge.origin.key, edge.target.key, ground.aim, ASSUMED_PERCENT
        )
    except NotAsked:
        return None
    return {
        "edge": edge.id,
        "assumed_percent": ASSUMED_PERCENT,
        "horizon_days": found.horizon_days,
        "reached": vars(found.reached),
        "more_reached": vars(found.more_reached),
        "more_revenue_cents": vars(found.more_revenue_cents),
    }


def _measured(ground: Ground, edge: Edge) -> dict[str, Any] | None:
    rate = ground.figures.get(f"{edge.id}.rate")
    return {"figure": rate.id, "value": rate.value, "days": HORIZON_DAYS} if rate else None


def _once(key: str, each: Any) -> list[dict[str, Any]]:
    return list({one[key]: one for one in each if one}.values())
