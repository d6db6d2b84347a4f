"""A proposal is put together in the one schema: claims, stages, campaigns, forecast, risks.

Forecasts come from the counts. What goes beyond the limits is left out, and said with its path.
"""

from typing import Any

from django.utils.translation import gettext as _

from assistant import plays
from assistant.ground import Ground
from assistant.limit_check import Purse
from assistant.plays import Play
from journeys.transitions import Edge
from journeys.what_if import HORIZON_DAYS, Model, NotAsked

ASSUMED_PERCENT = 10.0
Kept = tuple[Play, Edge, str, str]  # play, way, subject, why


def proposal(
    ground: Ground,
    claims: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    kept: list[Kept],
    risks: list[str],
) -> tuple[dict[str, Any], list[str]]:
    """The proposal, and what was left out of it for the limits."""
    purse = Purse(ground.shop, ground.limits, ground.measured)
    campaigns, refused, ways = [], [], []
    for number, (play, edge, subject, why) in enumerate(kept):
        text = plays.campaign(play, edge, journey=ground.journey.key, subject=subject)
        faults = purse.take(text, f"campaigns[{number}].text")
        refused += faults
        if not faults:
            part = f"campaign:{play.key}"
            campaigns.append({"part": part, "edge": edge.id, "why": why, "text": text})
            ways.append(edge)
    return {
        "diagnosis": claims,
        "stages": stages,
        "campaigns": campaigns,
        "forecast": _once("edge", (_forecast(ground, edge) for edge in ways)),
        "risks": [*risks, *_risks()],
        "measured": _once("figure", (_measured(ground, edge) for edge in ways)),
    }, refused


def claims_of(ground: Ground, edge: Edge) -> list[dict[str, Any]]:
    """How many go the way and how many are lost from where it begins."""
    if edge.origin is None or edge.target is None:
        return []
    drop = ground.loss_from(edge)
    said = {"origin": edge.origin.name, "target": edge.target.name}
    found = [
        (_("Of {0} stays at %(origin)s {1} went on to %(target)s: {2}.") % said,
         [f"{edge.id}.stays", f"{edge.id}.moves", f"{edge.id}.rate"]),
    ]  # fmt: skip
    if drop and drop.target:
        said["target"] = drop.target.name
        found.append(
            (_("{0} of them ended at %(target)s: {1}, in the middle after {2}.") % said,
             [f"{drop.id}.moves", f"{drop.id}.rate", f"{drop.id}.half_within"])
        )  # fmt: skip
    key = edge.origin.key
    found.append(
        (_("{0} customers stand at %(origin)s; each is worth {1} a year.") % said,
         [f"stage:{key}.customers", f"outlook:{key}.worth_a_year"])
    )  # fmt: skip
    return [
        {
            "text": text,
            "cites": [{"figure": i, "value": ground.figures[i].value} for i in ids],
        }
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


def _risks() -> list[str]:
    return [
        _("The forecast assumes that more customers move; whether they do, the holdout shows."),
        _("Who gets many messages already may get one more: the caps decide, some are left out."),
    ]
