"""The assistant on the checked-in cases: sentences to rules, goals to plans, questions to answers.

Method: 46 sentences, English and Chinese, on a made-up shop of 400 customers: a rule is right when
it finds the same members as the one written by hand, a sentence with an unknown word when the word
is asked back. Six goals, on their made-up journey: a plan is right when it has a campaign and a
forecast, and every cited figure equals the query's. 28 questions over 16 passages, 15 of them asked
in the other language: right when the answer has the fact and cites its passage, or when what no
passage answers is left to a person. `--provider NAME` asks a model as the settings say; without it
none is asked. `--shop KEY` adds the questions that a shop's agents corrected.
"""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import import_string

from assistant import checking, planner
from assistant.figures import of
from benchmarks import _assistant_answers, _assistant_rules, _assistant_shop
from journeys import transitions
from llm.providers.base import Provider
from shops.models import Shop

GOALS = ("more second orders", "win lapsed customers back", "more loyal customers",
         "提高复购率", "召回流失客户", "培养忠诚客户")  # fmt: skip


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--provider", choices=sorted(settings.LLM_PROVIDERS))
    parser.add_argument("--shop", help="also the questions that this shop's agents corrected")


def run(data: Path, provider: str | None = None, shop: str | None = None) -> dict[str, Any]:
    """The figures. `data` is not used."""
    call_command("migrate", verbosity=0)
    # Without a provider none is asked, whatever the settings say.
    settings.LLM_PROVIDER = provider or ""
    asked = import_string(settings.LLM_PROVIDERS[provider])() if provider else None
    made = _assistant_shop.make()
    try:
        _assistant_answers.learn(made)
        rules = [_assistant_rules.right(made, case, asked) for case in _assistant_rules.cases()]
        more = _assistant_answers.corrected(Shop.objects.get(key=shop)) if shop else []
        answers = _assistant_answers.measure(made, asked, more)
        plans = _plans(made, asked)
    finally:
        _assistant_shop.remove(made)
    passed = sum(rules) + plans["right"] + answers["right"] + answers["refused"]
    return {
        "provider": asked.model if asked else "none",
        "cases": len(rules) + len(GOALS) + answers["asked"] + answers["to_refuse"],
        "passed": passed,
        "citations_true": plans["citations_true"],
        "rules_right": round(sum(rules) / len(rules), 3),
        "knowledge_recall_3": answers["knowledge_recall_3"],
        "plans_right": plans["right"],
        "plans_of_the_model": plans["of_the_model"],
        "slowest_plan_seconds": plans["slowest"],
        "answers": {k: answers[k] for k in ("right", "handed_over", "wrong", "refused")},
    }


def _plans(shop: Shop, provider: Provider | None) -> dict[str, Any]:
    right, of_the_model, slowest, cited, true = 0, 0, 0.0, 0, 0
    for goal in GOALS:
        began = time.perf_counter()
        plan = planner.make(shop, goal, provider=provider)
        slowest = max(slowest, time.perf_counter() - began)
        measured = transitions.measure(plan.journey, transitions.Period(plan.start, plan.end))
        goals = [s.stage.key for s in measured.standings if s.stage.outcome == "goal"]
        figures, claims = of(measured, goals[0]), plan.proposal["diagnosis"]
        faults = [checking.faults(claim, figures) for claim in claims]
        cited += len(claims)
        true += sum(not fault for fault in faults)
        whole = bool(plan.proposal["campaigns"] and plan.proposal["forecast"] and claims)
        right += whole and not any(faults)
        of_the_model += plan.author != "rules"
    return {
        "right": right,
        "of_the_model": of_the_model,
        "slowest": round(slowest, 1),
        "citations_true": round(true / cited, 3),
    }
