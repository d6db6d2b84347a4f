"""A plan as it is looked at: its claims with the figures looked up again, its parts, its score."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant import checking, figures
from assistant.figures import Figures
from assistant.models import Decision, Plan
from campaigns import outline
from journeys import transitions
from journeys.transitions import Period


@dataclass(frozen=True)
class Page:
    """What the template shows of a plan."""

    plan: Plan

    @cached_property
    def figures(self) -> Figures:
        """As they are today for the plan's days: a mend of the past shows as a difference."""
        period = Period(self.plan.start, self.plan.end)
        measured = transitions.measure(self.plan.journey, period)
        goals = [s.stage.key for s in measured.standings if s.stage.outcome == "goal"]
        return figures.of(measured, goals[0] if goals else "")

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """Each with its words, the ways it cites, and whether its figures still hold."""
        return [
            {
                "text": self._said(claim),
                "edges": sorted({_edge(cite["figure"]) for cite in claim["cites"]} - {""}),
                "faults": checking.faults(claim, self.figures),
                "cites": claim["cites"],
            }
            for claim in self.plan.proposal["diagnosis"]
        ]

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        decided: dict[str, Decision] = {
            d.part: d for d in self.plan.decisions.select_related("campaign", "by")
        }
        ahead = {each["edge"]: each for each in self.plan.proposal["forecast"]}
        return [
            {
                **campaign,
                "lines": outline.lines(campaign["text"]["plan"]),
                "templates": list(campaign["text"]["templates"].values()),
                "forecast": ahead.get(campaign["edge"]),
                "decision": decided.get(campaign["part"]),
            }
            for campaign in self.plan.proposal["campaigns"]
        ]

    @cached_property
    def watched(self) -> list[dict[str, Any]]:
        """What will be measured, by the names of the stages."""
        return [
            {**each, "label": self.figures[each["figure"]].label}
            for each in self.plan.proposal["measured"]
            if each["figure"] in self.figures
        ]

    @cached_property
    def before(self) -> Plan | None:
        """The last plan whose forecast was scored, to be read beside this one."""
        scored = Plan.objects.filter(shop=self.plan.shop, scored_at__isnull=False)
        return scored.exclude(pk=self.plan.pk).order_by("-scored_at").first()

    def _said(self, claim: dict[str, Any]) -> str:
        if any(cite["figure"] not in self.figures for cite in claim["cites"]):
            return str(claim["text"])
        return checking.said(claim, self.figures, self.plan.shop.currency)


def _edge(figure: str) -> str:
    return figure.rpartition(".")[0] if figure.startswith("edge:") else ""
