"""What somebody asks of the map: which days, whose moves, beside what, and what if."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from journeys import counting
from journeys.models import Journey
from journeys.transitions import Period
from journeys.whose import EVERYBODY, Whose

DAYS = (30, 90, 180, 365)
DEFAULT_DAYS = 90
MOST_PERCENT = 200.0
BESIDE = {"": _("nothing"), "before": _("the period before"), "everybody": _("everybody")}
SEGMENT = "segment:"  # and its key: beside another segment
FILTERS = ("segment", "source", "first", "channel", "product")


@dataclass(frozen=True)
class Query:
    """Read from an address: whatever makes no sense falls back to the default."""

    days: int = DEFAULT_DAYS
    whose: Whose = EVERYBODY
    beside: str = ""
    edge: str = ""
    way: str = ""
    percent: float = 10.0

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Query":
        days = said.get("days", "")
        beside, way = said.get("beside", ""), said.get("way", "")
        whose = {name: said.get(name, "")[:200] for name in FILTERS}
        return cls(
            int(days) if days.isdigit() and int(days) in DAYS else DEFAULT_DAYS,
            Whose(**whose),
            beside if beside in BESIDE or beside.startswith(SEGMENT) else "",
            said.get("edge", "")[:200],
            way[:200],
            _percent(said.get("percent", "")),
        )

    @property
    def kept(self) -> dict[str, str]:
        """What stays as it is when something else is asked."""
        said = {"days": str(self.days), "beside": self.beside, **self.whose.params}
        return {name: value for name, value in said.items() if value}

    @property
    def segments(self) -> set[str]:
        """The keys of the segments that are asked for."""
        beside = self.beside.removeprefix(SEGMENT) if self.beside.startswith(SEGMENT) else ""
        return {self.whose.segment, beside} - {""}

    def period(self, journey: Journey) -> Period:
        """So many days up to and with today."""
        end = counting.today(journey.shop) + timedelta(days=1)
        return Period(end - timedelta(days=self.days), end)

    def other(self, journey: Journey) -> tuple[Period, Whose] | None:
        """What it is compared with."""
        period = self.period(journey)
        if self.beside == "before":
            return Period(period.start - timedelta(days=self.days), period.start), self.whose
        if self.beside.startswith(SEGMENT):
            return period, replace(self.whose, segment=self.beside.removeprefix(SEGMENT)[:200])
        return (period, Whose()) if self.beside == "everybody" else None


def _percent(said: str) -> float:
    try:
        value = float(said)
    except ValueError:
        return Query.percent
    return value if 0 < value <= MOST_PERCENT else Query.percent
