"""A plan keeps to its request's limits: discounts in every text, channels and budget in every
campaign. Each fault begins with the path to what is too much.
"""

from typing import Any

from assistant import discounts
from assistant.ground import Limits
from assistant.sentences import Refusal, Sentence
from campaigns import program
from journeys.transitions import Measured, Standing
from journeys.what_if import HORIZON_DAYS
from shops import money
from shops.models import Shop

WORDS = ("name", "subject", "preheader", "mjml", "html", "text")


class Purse:
    """What is left of the budget, and of the request's patience."""

    def __init__(self, shop: Shop, limits: Limits, measured: Measured) -> None:
        self.shop, self.limits = shop, limits
        self.standings = {s.stage.key: s for s in measured.standings}
        self.days = measured.period.days
        self.coupons = discounts.of_shop(shop)
        self.left_cents = limits.budget_cents

    def take(self, text: dict[str, Any], at: str) -> list[Refusal]:
        """What of a campaign's text goes beyond the limits; one that does not costs its share."""
        found = [*self._copy(text, at), *self._channels(text, at)]
        cost, fault = self._cost(text, f"{at}.plan")
        if not found and not fault and self.left_cents is not None:
            self.left_cents -= cost
        return [*found, *([fault] if fault else [])]

    def _copy(self, text: dict[str, Any], at: str) -> list[Refusal]:
        return [
            Refusal(f"{at}.templates.{key}.{part}", [fault])
            for key, template in text.get("templates", {}).items()
            for part in WORDS
            for fault in discounts.faults(
                template.get(part, ""), self.limits.discount_percent, self.coupons
            )
        ]

    def _channels(self, text: dict[str, Any], at: str) -> list[Refusal]:
        return [
            Refusal(f"{at}.plan.{path}", [Sentence("channel", channel=step.get("channel"))])
            for path, step in program.walk(text["plan"]["steps"])
            if "send" in step and step.get("channel", "email") not in self.limits.channels
        ]

    def _cost(self, text: dict[str, Any], at: str) -> tuple[int, Refusal | None]:
        """What the messages of the window cost at most, and what is wrong with that."""
        if self.left_cents is None:
            return 0, None
        stage = self.standings.get(text["plan"]["entry"].get("stage", ""))
        if stage is None:
            return 0, Refusal(f"{at}.entry", [Sentence("unknown_cost")])
        sends = sum("send" in step for _path, step in program.walk(text["plan"]["steps"]))
        messages = sends * self._coming(stage)
        cost = round(messages * self.limits.thousand_cents / 1000)
        if cost <= self.left_cents:
            return cost, None
        known = {
            "messages": messages,
            "days": HORIZON_DAYS,
            "cost": money.said(cost, self.shop.currency),
            "left": money.said(max(0, self.left_cents), self.shop.currency),
        }
        return cost, Refusal(f"{at}.steps", [Sentence("too_dear", **known)])

    def _coming(self, standing: Standing) -> int:
        """Who stands there, and who will come at the pace of the measured days."""
        return round(standing.at_end + standing.entered * HORIZON_DAYS / max(1, self.days))
