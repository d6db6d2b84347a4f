"""A proposal is put together in the one schema: claims, stages, campaigns, forecast, risks.

Forecasts come from the counts. What goes beyond the limits is left out, and said with its path.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from assistant import plays, sentences
from assistant.ground import Ground
from assistant.limit_check import Purse
from assistant.plays import Play
from assistant.sentences import Refusal, Sentence
from journeys.transitions import Edge
from journeys.what_if import HORIZON_DAYS, Model, NotAsked
from segments.models import Segment
from shops import speaking

ASSUMED_PERCENT = 10.0


@dataclass(frozen=True)
class Kept:
    """A play on a way; `subject` and `why` where a model worded them, `segment` if not all."""

    play: Play
    edge: Edge
    subject: str = ""
    why: str = ""
    segment: Segment | None = None


def proposal(
    ground: Ground,
    claims: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    kept: list[Kept],
    risks: list[str],
) -> tuple[dict[str, Any], list[Refusal]]:
    """The proposal, and what was left out of it for the limits."""
    purse = Purse(ground.shop, ground.limits, ground.measured)
    campaigns, refused, ahead, ways = [], [], [], []
    for number, (name, each) in enumerate(_named(kept)):
        text, forecast = _text(ground, each, name), _forecast(ground, each)
        faults = purse.take(text, f"campaigns[{number}].text")
        if each.segment and forecast is None:
            few = Sentence("too_few", segment=each.segment.name)
            faults.append(Refusal(f"campaigns[{number}].text.plan.audience", [few]))
        refused += faults
        if not faults:
            campaigns.append(_campaign(each, text, name))
            ahead.append(forecast)
            ways.append(each.edge)
    return {
        "diagnosis": claims,
        "stages": stages,
        "campaigns": campaigns,
        "forecast": _once(("edge", "segment"), ahead),
        "risks": [*({"text": risk} for risk in risks), *map(sentences.kept, ("assumed", "caps"))],
        "measured": _once(("figure",), (_measured(ground, edge) for edge in ways)),
    }, refused


def _named(kept: list[Kept]) -> Iterator[tuple[str, Kept]]:
    """Each under its play's name; one that is played twice gets a number."""
    seen: Counter[str] = Counter()
    for each in kept:
        seen[each.play.key] += 1
        number = seen[each.play.key]
        yield f"{each.play.key}-{number}" if number > 1 else each.play.key, each


def _text(ground: Ground, each: Kept, name: str) -> dict[str, Any]:
    # Customers read it: it is in the shop's language, not in that of who asks for the plan.
    with translation.override(speaking.known(ground.shop.language)):
        return plays.campaign(
            each.play, each.edge, name=name, journey=ground.journey.key, subject=each.subject,
            segment=each.segment.key if each.segment else "",
        )  # fmt: skip


def _campaign(each: Kept, text: dict[str, Any], name: str) -> dict[str, Any]:
    reason = {"why": each.why} if each.why else sentences.kept(f"play.{each.play.key}", "why")
    whose = {"segment": each.segment.key} if each.segment else {}
    part = {"part": f"campaign:{name}", "edge": each.edge.id, "text": text}
    return part | whose | reason


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


def _forecast(ground: Ground, each: Kept) -> dict[str, Any] | None:
    """What it would bring if the assumed share more went that way; None where too few did."""
    edge, whose = each.edge, each.segment
    if edge.origin is None or edge.target is None:
        return None
    measured = ground.of_segment(whose.key) if whose else ground.measured
    try:
        found = Model(measured).forecast(
            edge.origin.key, edge.target.key, ground.aim, ASSUMED_PERCENT
        )
    except NotAsked:
        return None
    return {
        "edge": edge.id,
        **({"segment": whose.key} if whose else {}),
        "assumed_percent": ASSUMED_PERCENT,
        "horizon_days": found.horizon_days,
        "reached": vars(found.reached),
        "more_reached": vars(found.more_reached),
        "more_revenue_cents": vars(found.more_revenue_cents),
    }


def _measured(ground: Ground, edge: Edge) -> dict[str, Any] | None:
    rate = ground.figures.get(f"{edge.id}.rate")
    return {"figure": rate.id, "value": rate.value, "days": HORIZON_DAYS} if rate else None


def _once(keys: tuple[str, ...], each: Any) -> list[dict[str, Any]]:
    return list({tuple(one.get(key) for key in keys): one for one in each if one}.values())
