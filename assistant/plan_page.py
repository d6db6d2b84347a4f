"""A plan as it is looked at: its claims with the figures looked up again, its parts, its score."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant import approval, checking, figures, sentences, stage_changes
from assistant.figures import Figures
from assistant.models import OUTSIDE, Decision, MeasuredLift, Plan
from campaigns import as_text, outline, rendering, replay_page
from campaigns.models import Replay
from journeys import transitions
from journeys.transitions import Period
from segments import estimate, glimpse, rules
from segments.field_words import CHANNELS
from segments.models import Segment
from shops import money


@dataclass(frozen=True)
class Page:
    """What the template shows of a plan."""

    plan: Plan

    @property
    def period(self) -> Period:
        """The days that it was measured on."""
        return Period(self.plan.start, self.plan.end)

    @property
    def is_from_outside(self) -> bool:
        return self.plan.author.startswith(OUTSIDE)

    @property
    def proposer(self) -> str:
        return self.plan.author.removeprefix(OUTSIDE)

    @cached_property
    def figures(self) -> Figures:
        """As they are today for the plan's days: a mend of the past shows as a difference."""
        measured = transitions.measure(self.plan.journey, self.period)
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
    def decided(self) -> dict[str, Decision]:
        rows = self.plan.decisions.select_related("campaign", "by")
        return {decision.part: decision for decision in rows}

    @cached_property
    def replays(self) -> dict[str, Replay]:
        rows = self.plan.rehearsals.select_related("replay__shop", "replay__campaign")
        return {each.part: each.replay for each in rows}

    @property
    def is_replaying(self) -> bool:
        return any(replay.is_open for replay in self.replays.values())

    @cached_property
    def stages(self) -> list[dict[str, Any]]:
        """New and changed stages: what would change in words, and line by line."""
        return [
            {
                **stage,
                "why": sentences.said(stage, "why"),
                "changes": stage_changes.of(stage["before"], self._approved(stage), self.plan.shop),
                "diff": _difference(stage["before"], self._approved(stage)),
                "written": approval.written(stage["text"]),
                "decision": self.decided.get(stage["part"]),
            }
            for stage in self.plan.proposal["stages"]
        ]

    @cached_property
    def segments(self) -> list[dict[str, Any]]:
        """Proposed segments: the rule in words, how many it finds and some of them."""
        return [
            {
                **segment,
                **self._found(segment["text"]["rule"]),
                "written": approval.written(segment["text"]),
                "decision": (decision := self.decided.get(segment["part"])),
                "made": self._made(segment) if decision else None,
            }
            for segment in self.plan.proposal.get("segments", [])
        ]

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        names = dict(Segment.objects.filter(shop=self.plan.shop).values_list("key", "name"))
        ahead = {_whose(each): each for each in self.plan.proposal["forecast"]}
        return [
            {
                **campaign,
                "why": sentences.said(campaign, "why"),
                "replay": self.replays.get(campaign["part"]),
                "replayed": _replayed(self.replays.get(campaign["part"])),
                "diff": self._edits(campaign),
                "written": approval.written(campaign["text"]),
                "lines": outline.of_text(campaign["text"], self.plan.shop),
                "templates": list(campaign["text"]["templates"].values()),
                "subjects": [
                    rendering.as_read(each["subject"])
                    for each in campaign["text"]["templates"].values()
                ],
                "forecast": ahead.get(_whose(campaign)),
                "whose": names.get(campaign.get("segment", ""), campaign.get("segment")),
                "decision": self.decided.get(campaign["part"]),
            }
            for campaign in self.plan.proposal["campaigns"]
        ]

    @property
    def refused(self) -> list[str]:
        """What is not in the plan, and why."""
        return sentences.refused(self.plan.refused)

    @property
    def risks(self) -> list[str]:
        return [sentences.said(risk) for risk in self.plan.proposal["risks"]]

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
        scored = scored.prefetch_related("lifts")
        return scored.exclude(pk=self.plan.pk).order_by("-scored_at").first()

    @cached_property
    def lifts(self) -> list[dict[str, Any]]:
        """What the holdouts measured of the last plan's campaigns, beside what was forecast."""
        if self.before is None:
            return []
        names = {each["part"]: each["text"]["name"] for each in self.before.proposal["campaigns"]}
        return [
            {"of": lift, "name": names.get(lift.part, lift.part), "verdict": _verdict(lift),
             "forecast": lift.held_out_share * lift.forecast_percent / 100}
            for lift in self.before.lifts.all()
        ]  # fmt: skip

    @property
    def moved(self) -> list[dict[str, Any]]:
        """How the ways moved that the last plan was about, by the names of the stages."""
        if self.before is None:
            return []
        names = dict(self.before.journey.stages.values_list("key", "name"))
        return [
            {**each, "way": " → ".join(names.get(key, key) for key in _ends(each["edge"]))}
            for each in self.before.score or []
        ]

    @property
    def limits(self) -> dict[str, Any]:
        """The request's limits as they are shown."""
        budget = self.plan.limits.get("budget_cents")
        return {
            "budget": None if budget is None else money.said(budget, self.plan.shop.currency),
            "discount": self.plan.limits.get("discount_percent", 0),
            "channels": [
                str(CHANNELS.get(name, name)) for name in self.plan.limits.get("channels", [])
            ],
        }

    def _found(self, rule: dict[str, Any]) -> dict[str, Any]:
        """As it is today: a field that is gone since is said in place of a count."""
        shop = self.plan.shop
        try:
            compiled = rules.compile(rule, shop=shop)
        except rules.RuleError as fault:
            return {"fault": str(fault)}
        found = estimate.of(shop, compiled)
        return {
            "words": rules.describe(rule, shop=shop),
            "found": found,
            "glimpse": glimpse.of(shop, compiled, found),
        }

    def _made(self, part: dict[str, Any]) -> Segment | None:
        key = self._approved(part)["key"]
        return Segment.objects.filter(shop=self.plan.shop, key=key).first()

    def _approved(self, part: dict[str, Any]) -> dict[str, Any]:
        decision = self.decided.get(part["part"])
        return dict((decision and decision.text) or part["text"])

    def _edits(self, part: dict[str, Any]) -> list[str]:
        """What somebody changed of the proposed text; without an edit, the text that is new."""
        approved = self._approved(part)
        return _difference(part["text"] if approved != part["text"] else None, approved)

    def _said(self, claim: dict[str, Any]) -> str:
        if any(cite["figure"] not in self.figures for cite in claim["cites"]):
            return sentences.said(claim)
        return checking.said(claim, self.figures, self.plan.shop.currency)


def _whose(part: dict[str, Any]) -> tuple[str, str]:
    """Of which way a forecast is, and of whom."""
    return part["edge"], part.get("segment", "")


def _edge(figure: str) -> str:
    return figure.rpartition(".")[0] if figure.startswith("edge:") else ""


def _ends(edge: str) -> list[str]:
    return edge.removeprefix("edge:").split("..")


def _difference(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    was = approval.written(before) if before else ""
    return as_text.difference(was, approval.written(after))


def _replayed(replay: Replay | None) -> dict[str, Any] | None:
    return replay_page.show(replay) if replay and replay.status == "done" else None


def _verdict(lift: MeasuredLift) -> str:
    """How the forecast stands to the interval: inside, less, more, or unknown."""
    ahead = lift.held_out_share * lift.forecast_percent / 100
    if not lift.is_enough:
        return "unknown"
    return "less" if lift.high < ahead else "more" if lift.low > ahead else "inside"
