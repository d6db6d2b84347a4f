"""A plan for a goal in words: from the measured journey, by rules or by a language model.

Both fill one schema. Rules take the ways on which most customers are lost and the plays against
them. A model may choose and word; what it says is checked figure by figure, and what it invented is
thrown away and listed. Where nothing of its answer stands, the rules' plan is shown instead, and
says so. Forecasts come from the counts, never from a model.
"""

from typing import Any

from django.db import transaction

from assistant import (
    checking,
    drafting,
    plan_schema,
    plays,
    rehearsals,
    sentences,
    stage_offers,
)
from assistant.drafting import Kept
from assistant.ground import DAYS, Ground, Limits, NoPlan, survey
from assistant.models import Plan
from assistant.sentences import Refusal, Sentence
from campaigns import plan_check
from journeys.stage_text import StageFault
from journeys.transitions import Edge
from llm import client
from llm.providers.base import Provider
from shops.models import Shop

__all__ = ["DAYS", "Limits", "NoPlan", "by_model", "by_rules", "make", "survey"]
MOST_PLAYS = 3
Proposed = tuple[dict[str, Any] | None, str, list[Refusal]]


def make(
    shop: Shop, goal: str, limits: Limits | None = None, *, provider: Provider | None = None
) -> Plan:
    """Propose a plan and keep it. Raises NoPlan. Nothing of it runs before somebody approves."""
    ground = survey(shop, goal, limits or Limits())
    proposal, author, refused = by_model(ground, provider=provider)
    if proposal is None:
        proposal, left_out = by_rules(ground)
        author, refused = "rules", [*refused, *left_out]
    plan_check.check_shape(proposal, plan_schema.PROPOSAL)
    period = ground.measured.period
    with transaction.atomic():
        plan = Plan.objects.create(
            shop=shop, journey=ground.journey, goal=goal[:300], limits=vars(ground.limits),
            author=author, start=period.start, end=period.end, proposal=proposal,
            refused=[each.row for each in refused],
        )  # fmt: skip
        rehearsals.ask(plan)
    return plan


def by_rules(ground: Ground) -> tuple[dict[str, Any], list[Refusal]]:
    """The plan from the ways that lose most and the library of plays, and what was left out."""
    chosen = [
        Kept(play, edge)
        for edge in ground.edges()
        for play in plays.fitting(edge, ground.limits.channels)[:1]
    ]
    first = {each.play.key: each for each in reversed(chosen)}
    kept = [each for each in chosen if first[each.play.key] is each][:MOST_PLAYS]
    ways = ground.edges()[:MOST_PLAYS]
    claims = [claim for edge in ways for claim in drafting.claims_of(ground, edge)]
    stages = stage_offers.by_rules(ground, ways)
    proposal, left_out = drafting.proposal(ground, claims[:8], stages, kept, [])
    return proposal, left_out if kept else [Refusal("", [Sentence("no_play")])]


def by_model(ground: Ground, *, provider: Provider | None = None) -> Proposed:
    """The model's plan with its name and what was thrown away of it; None where none stands."""
    provider = provider or client.chosen()
    if provider is None:
        return None, "", []
    edges = {edge.id: edge for edge in ground.edges()}
    offers = {
        play.key: [e.id for e in edges.values() if play in plays.fitting(e, ground.limits.channels)]
        for play in plays.ALL
    }
    offers = {key: ways for key, ways in offers.items() if ways}
    if provider.small:
        return _chosen(ground, provider, edges, offers)
    lines = [f"{f.id} ; {f.label} ; {f.value}" for f in ground.figures.values()]
    told = [f"{key} ; {plays.BY_KEY[key].why} ; {', '.join(ways)}" for key, ways in offers.items()]
    stages = ground.journey.stages.order_by("position")
    answer = client.ask(
        ground.shop.pk,
        prompt=("assistant/plan", 3),
        purpose="plan of a journey",
        parts={
            "goal": ground.goal,
            "limits": ground.limits.told(ground.shop.currency),
            "figures": "\n".join(lines),
            "plays": "\n".join(told),
            "stages": "\n".join(f"{stage.key} ; {stage.name}" for stage in stages),
            "segments": "\n".join(
                f"{mark} ; {segment.name} ; {segment.member_count}"
                for mark, segment in ground.segments.items()
            )
            or "-",
        },
        schema=plan_schema.choice(
            list(offers), list(edges), [stage.key for stage in stages], list(ground.segments)
        ),
        max_tokens=2000,
        provider=provider,
    )
    if answer.outcome != "ok":
        return None, "", [sentences.no_answer(answer.outcome, answer.why)]
    return _kept(ground, answer.data, edges, offers, provider.model)


def _chosen(
    ground: Ground, provider: Provider, edges: dict[str, Edge], offers: dict[str, list[str]]
) -> Proposed:
    """A small model's plan: it chooses among our sentences and plays, and words nothing."""
    ways = ground.edges()[:MOST_PLAYS]
    claims = [claim for edge in ways for claim in drafting.claims_of(ground, edge)]
    told = {str(n): checking.said(c, ground.figures, "") for n, c in enumerate(claims, 1)}
    if not told or not offers:
        return None, "", []
    answer = client.ask(
        ground.shop.pk,
        prompt=("assistant/choose", 1),
        purpose="plan of a journey",
        parts={
            "goal": ground.goal,
            "sentences": "\n".join(f"{n}. {text}" for n, text in told.items()),
            "plays": "\n".join(f"{key}: {plays.BY_KEY[key].why}" for key in offers),
        },
        schema=plan_schema.pick(list(told), list(offers)),
        max_tokens=200,
        provider=provider,
    )
    if answer.outcome != "ok":
        return None, "", [sentences.no_answer(answer.outcome, answer.why)]
    picked = [claims[int(n) - 1] for n in dict.fromkeys(answer.data["sentences"])]
    kept = [
        Kept(plays.BY_KEY[key], edges[offers[key][0]])
        for key in dict.fromkeys(answer.data["plays"])
    ]
    stages = stage_offers.by_rules(ground, [each.edge for each in kept])
    proposal, refused = drafting.proposal(ground, picked, stages, kept, [])
    return proposal, provider.model, refused


def _kept(
    ground: Ground,
    data: dict[str, Any],
    edges: dict[str, Edge],
    offers: dict[str, list[str]],
    author: str,
) -> Proposed:
    """What of a model's answer is true; the rest in words."""
    refused: list[Refusal] = []
    claims = [each for each in data["diagnosis"] if _stands(ground, each, refused)]
    kept = [
        Kept(
            plays.BY_KEY[each["play"]],
            edges[each["edge"]],
            each["subject"],
            each["why"],
            ground.segments.get(each["segment"]),
        )
        for number, each in enumerate(data["plays"])
        if _fits(each, offers, f"plays[{number}]", refused)
    ]
    risks = [each for each in data["risks"] if _has_no_number(each, refused)]
    stages = _stages(ground, data.get("stages", []), refused)
    kept = list({(each.play.key, each.edge.id, each.segment): each for each in kept}.values())
    if not claims or not kept:
        return None, "", refused
    proposal, left_out = drafting.proposal(ground, claims, stages, kept, risks)
    return proposal, author, [*refused, *left_out]


def _stands(ground: Ground, claim: dict[str, Any], refused: list[Refusal]) -> bool:
    wrong = checking.faults(claim, ground.figures)
    refused += [Refusal(f"“{claim['text']}”", wrong)] if wrong else []
    return not wrong


def _fits(
    each: dict[str, Any], offers: dict[str, list[str]], at: str, refused: list[Refusal]
) -> bool:
    wrong = checking.in_words(f"{each['subject']} {each['why']}")
    if each["edge"] not in offers[each["play"]]:
        wrong.append(Sentence("other_way", play=each["play"]))
    refused += [Refusal(f"{at}: {each['play']}", wrong)] if wrong else []
    return not wrong


def _has_no_number(risk: str, refused: list[Refusal]) -> bool:
    wrong = checking.in_words(risk)
    refused += [Refusal(f"“{risk}”", wrong)] if wrong else []
    return not wrong


def _stages(
    ground: Ground, said: list[dict[str, Any]], refused: list[Refusal]
) -> list[dict[str, Any]]:
    """A model's stages that the journey can have, one for each stage that they are a part of."""
    found: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(said):
        wrong: list[str] = [*checking.in_words(f"{each['name']} {each['why']}")]
        try:
            made = stage_offers.new(ground, each)
        except StageFault as fault:
            wrong.append(fault.args[0])
        else:
            if not wrong:
                found.setdefault(made["part"], made)
        refused += [Refusal(f"stages[{number}]", wrong)] if wrong else []
    return list(found.values())
