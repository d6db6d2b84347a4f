"""A plan for a goal in words: from the measured journey, by rules or by a language model.

Both fill one schema. Rules take the ways on which most customers are lost and the plays against
them. A model may choose and word; what it says is checked figure by figure, and what it invented is
thrown away and listed. Where nothing of its answer stands, the rules' plan is shown instead, and
says so. Forecasts come from the counts, never from a model.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistant import checking, figures, plan_schema, plays
from assistant.figures import Figures
from assistant.models import Plan
from assistant.plays import Play
from campaigns import plan_check
from journeys import counting, transitions
from journeys.models import Journey
from journeys.transitions import Edge, Measured, Period
from journeys.what_if import HORIZON_DAYS, Model, NotAsked
from llm import client
from llm.providers.base import Provider
from shops.models import Shop

DAYS, ASSUMED_PERCENT, MOST_PLAYS = 180, 10.0, 3
# What a goal's words are about: the stage to leave, the stage to reach.
WORDS = (
    (r"second|first[- ]time|repeat|again|复购|二次|第二|回购|再次", "new", "active"),
    (r"win.?back|lost|lapsed|at risk|churn|come back|流失|召回|挽回|沉睡", "at_risk", "won_back"),
    (r"loyal|regular|vip|忠诚|老客", "active", "loyal"),
    (r"first order|convert|prospect|newcomer|首单|转化|新客", "prospect", "new"),
)


class NoPlan(Exception):
    """There is nothing to plan from; says what is missing and what to do."""


@dataclass(frozen=True)
class Limits:
    """What a plan may not go beyond. No cost of a message is known, so the budget is only shown."""

    budget_cents: int | None = None
    discount_percent: float = 0
    channels: list[str] = field(default_factory=lambda: ["email"])


@dataclass(frozen=True)
class Ground:
    """What a plan stands on: the goal, the map, its figures, the limits."""

    shop: Shop
    journey: Journey
    goal: str
    limits: Limits
    measured: Measured
    figures: Figures
    aim: str

    def edges(self) -> list[Edge]:
        """The ways that serve the goal, most important first: the one it names, then from where
        most are surely lost."""
        ways = [e for e in self.measured.edges if e.origin and e.target and e.moves >= 10]
        named = [e for e in ways if f"edge:{'..'.join(_meant(self.goal))}" == e.id]
        drops = [e for e in self.measured.edges if e.is_drop and e.rate.enough]
        drops.sort(key=lambda e: -e.rate.low * e.rate.of)
        onward = [_onward(drop, ways) for drop in drops]
        found = [*named, *(edge for edge in onward if edge)]
        return list({edge.id: edge for edge in found}.values())


def make(
    shop: Shop, goal: str, limits: Limits | None = None, *, provider: Provider | None = None
) -> Plan:
    """Propose a plan and keep it. Raises NoPlan. Nothing of it runs before somebody approves."""
    ground = survey(shop, goal, limits or Limits())
    proposal, author, refused = by_model(ground, provider=provider)
    if proposal is None:
        proposal, author = by_rules(ground), "rules"
    plan_check.check_shape(proposal, plan_schema.PROPOSAL)
    period = ground.measured.period
    with transaction.atomic():
        return Plan.objects.create(
            shop=shop, journey=ground.journey, goal=goal[:300], limits=vars(ground.limits),
            author=author, start=period.start, end=period.end, proposal=proposal, refused=refused,
        )  # fmt: skip


def survey(shop: Shop, goal: str, limits: Limits) -> Ground:
    """Measure what the plan will stand on. Raises NoPlan."""
    journey = Journey.objects.filter(shop=shop, key="lifecycle", active=True).first()
    if journey is None:
        raise NoPlan(_("The shop has no lifecycle journey. Add it under Journeys first."))
    end = counting.today(shop) + timedelta(days=1)
    measured = transitions.measure(journey, Period(end - timedelta(days=DAYS), end))
    goals = [s.stage.key for s in measured.standings if s.stage.outcome == "goal"]
    if not goals:
        raise NoPlan(_("No stage of %s is marked as the goal. Mark one.") % journey.name)
    ground = Ground(shop, journey, goal, limits, measured, figures.of(measured, goals[0]), goals[0])
    if not ground.edges():
        raise NoPlan(_("Too few customers moved yet. Let the journey's past be worked out first."))
    return ground


def by_rules(ground: Ground) -> dict[str, Any]:
    """The plan from the ways that lose most, and the library of plays."""
    chosen = [
        (play, edge, "", str(play.why))
        for edge in ground.edges()
        for play in plays.fitting(edge, ground.limits.channels)[:1]
    ]
    first = {play.key: each for each in reversed(chosen) for play in [each[0]]}
    kept = [each for each in chosen if first[each[0].key] is each][:MOST_PLAYS]
    claims = [claim for edge in ground.edges()[:MOST_PLAYS] for claim in _claims(ground, edge)]
    return _proposal(ground, claims[:8], kept, [])


def by_model(
    ground: Ground, *, provider: Provider | None = None
) -> tuple[dict[str, Any] | None, str, list[str]]:
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
    answer = client.ask(
        ground.shop.pk,
        prompt=("assistant/plan", 1),
        purpose="plan of a journey",
        parts={"goal": ground.goal, "figures": "\n".join(lines), "plays": "\n".join(told)},
        schema=plan_schema.choice(list(offers), list(edges)),
        max_tokens=2000,
        provider=provider,
    )
    if answer.outcome != "ok":
        return None, "", [_("The model gave no answer (%s).") % (answer.why or answer.outcome)]
    return _kept(ground, answer.data, edges, offers, provider.model)


def _chosen(
    ground: Ground, provider: Provider, edges: dict[str, Edge], offers: dict[str, list[str]]
) -> tuple[dict[str, Any] | None, str, list[str]]:
    """A small model's plan: it chooses among our sentences and plays, and words nothing."""
    claims = [claim for edge in ground.edges()[:MOST_PLAYS] for claim in _claims(ground, edge)]
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
        return None, "", [_("The model gave no answer (%s).") % (answer.why or answer.outcome)]
    picked = [claims[int(n) - 1] for n in dict.fromkeys(answer.data["sentences"])]
    kept = [
        (plays.BY_KEY[key], edges[offers[key][0]], "", str(plays.BY_KEY[key].why))
        for key in dict.fromkeys(answer.data["plays"])
    ]
    return _proposal(ground, picked, kept, []), provider.model, []


def _kept(
    ground: Ground,
    data: dict[str, Any],
    edges: dict[str, Edge],
    offers: dict[str, list[str]],
    author: str,
) -> tuple[dict[str, Any] | None, str, list[str]]:
    """What of a model's answer is true; the rest in words."""
    refused, claims, kept = [], [], []
    for claim in data["diagnosis"]:
        wrong = checking.faults(claim, ground.figures)
        refused += [f"“{claim['text']}”: {'; '.join(wrong)}"] if wrong else []
        claims += [] if wrong else [claim]
    for each in data["plays"]:
        wrong = checking.in_words(f"{each['subject']} {each['why']}")
        if each["edge"] not in offers[each["play"]]:
            wrong.append(_("%s is not for that way") % each["play"])
        if wrong:
            refused.append(f"{each['play']}: {'; '.join(wrong)}")
        else:
            play: Play = plays.BY_KEY[each["play"]]
            kept.append((play, edges[each["edge"]], each["subject"], each["why"]))
    risks = [risk for risk in data["risks"] if not checking.in_words(risk)]
    refused += [f"“{risk}”" for risk in data["risks"] if risk not in risks]
    if not claims or not kept:
        return None, "", refused
    return _proposal(ground, claims, kept, risks), author, refused


def _proposal(
    ground: Ground,
    claims: list[dict[str, Any]],
    kept: list[tuple[Play, Edge, str, str]],
    risks: list[str],
) -> dict[str, Any]:
    campaigns, forecast, measured = [], [], []
    for play, edge, subject, why in kept:
        text = plays.campaign(play, edge, journey=ground.journey.key, subject=subject)
        part = f"campaign:{play.key}"
        campaigns.append({"part": part, "edge": edge.id, "why": why, "text": text})
        forecast += [found for found in [_forecast(ground, edge)] if found]
        rate = ground.figures.get(f"{edge.id}.rate")
        if rate:
            watched = {"figure": rate.id, "value": rate.value, "days": HORIZON_DAYS}
            measured.append(watched)
    return {
        "diagnosis": claims,
        "stages": [],
        "campaigns": campaigns,
        "forecast": list({each["edge"]: each for each in forecast}.values()),
        "risks": [*risks, *_risks(ground)],
        "measured": list({each["figure"]: each for each in measured}.values()),
    }


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


def _claims(ground: Ground, edge: Edge) -> list[dict[str, Any]]:
    """How many go the way and how many are lost from where it begins."""
    if edge.origin is None or edge.target is None:
        return []
    drops = [e for e in ground.measured.edges if e.is_drop and e.origin == edge.origin]
    drop = max(drops, key=lambda e: e.moves, default=None)
    origin, target = edge.origin.name, edge.target.name
    said = {"origin": origin, "target": target}
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


def _risks(ground: Ground) -> list[str]:
    risks = [
        _("The forecast assumes that more customers move; whether they do, the holdout shows."),
        _("Who gets many messages already may get one more: the caps decide, some are left out."),
    ]
    if ground.limits.budget_cents is not None:
        risks.append(_("No cost of a message is known, so the budget is not checked."))
    return risks


def _meant(goal: str) -> tuple[str, str]:
    for words, origin, target in WORDS:
        if re.search(words, goal, re.IGNORECASE):
            return origin, target
    return "", ""


def _onward(drop: Edge, ways: list[Edge]) -> Edge | None:
    """Where customers should go instead: the busiest way on from there that is no loss."""
    good = [e for e in ways if e.origin == drop.origin and e.target and e.target.outcome != "loss"]
    return max(good, key=lambda e: e.moves, default=None)
