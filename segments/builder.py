"""What the parts of the compiler share: bound parameters, the clock, and what a rule touches."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customers import zones
from customers.changes import Part
from segments import cuts
from shops.models import Shop

NOTHING = Part(0)

Rule = dict[str, Any]
Params = dict[str, Any]


@dataclass
class Builder:
    """Collects a statement's pieces under names that no other rule of it uses.

    `wide` is whether deeds are joined for the whole shop instead of looked up per customer.
    """

    prefix: str
    shop: Shop | None
    wide: bool
    params: Params = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    due: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    segments: set[str] = field(default_factory=set)
    reads: Part = NOTHING
    size: int = 0

    def bind(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def start_clock(self, at: datetime) -> None:
        self.params[f"{self.prefix}_now"] = at

    @property
    def now(self) -> str:
        return f"%({self.prefix}_now)s"

    def zone(self, whose: str) -> str:
        """The zone in which words such as "today" are meant: the shop's or the customer's."""
        shop = self.bind(zones.of_shop(self.shop) if self.shop else "UTC")
        if whose == "shop":
            return shop
        return zones.OF_CUSTOMER.format(zones=self.bind(zones.known()), shop=shop)

    def cut(self, field: str, expression: str, percent: float) -> str:
        """The value below which this percentage of the shop's customers lies."""
        if self.shop is None:
            return self.bind(None)
        return self.bind(cuts.of(self.shop, field, expression, percent))
