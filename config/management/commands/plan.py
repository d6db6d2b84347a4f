"""Propose a plan for a goal in words, from the shop's measured journey."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant import checking, planner, sentences
from shops.models import Shop


class Command(BaseCommand):
    help = "Proposes a plan and keeps it as a draft for approval; nothing is sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("goal", help='such as "more second orders"')
        parser.add_argument("--shop", required=True, help="the shop's key")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")
        parser.add_argument("--budget-cents", type=int)
        parser.add_argument("--discount-percent", type=float, default=0)
        parser.add_argument("--thousand-cents", type=int, default=100,
                            help="what a thousand messages cost")  # fmt: skip
        parser.add_argument("--channel", action="append", dest="channels")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(key=_key(options["shop"])).first()
        if shop is None:
            raise CommandError(f"There is no shop with the key '{options['shop']}'.")
        limits = planner.Limits(
            options["budget_cents"],
            options["discount_percent"],
            options["channels"] or ["email"],
            options["thousand_cents"],
        )
        try:
            plan = planner.make(shop, options["goal"], limits)
        except planner.NoPlan as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            said = {"plan": plan.pk, "author": plan.author, "journey": plan.journey.key,
                    "start": str(plan.start), "end": str(plan.end),
                    "refused": sentences.refused(plan.refused), **plan.proposal}  # fmt: skip
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        known = planner.survey(shop, plan.goal, limits).figures
        for claim in plan.proposal["diagnosis"]:
            self.stdout.write("* " + checking.said(claim, known, shop.currency))
        for stage in plan.proposal["stages"]:
            self.stdout.write(f"~ {stage['text']['name']}: {sentences.said(stage, 'why')}")
        for campaign in plan.proposal["campaigns"]:
            why = sentences.said(campaign, "why")
            self.stdout.write(f"+ {campaign['text']['name']}: {why}")


def _key(said: str) -> str:
    """The demo's first shop may be called demo."""
    if said == "demo" and not Shop.objects.filter(key="demo").exists():
        return "gifts"
    return said
