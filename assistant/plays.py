"""The library of plays: what has been done elsewhere about customers who stop at some point.

A play begins from a ready-made campaign, entered by the stage at which customers stop, and takes no
discount: a shop that allows one adds it to the draft.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns import ready_made
from journeys.transitions import Edge


@dataclass(frozen=True)
class Play:
    """Against which way of losing customers it helps, and from which campaign it is made."""

    key: str
    name: Any
    why: Any
    source: str
    template: str
    origins: tuple[str, ...]
    wait_days: int
    subject: Any
    channel: str = "email"


ALL = (
    Play(
        "second-order",
        _("Second order"),
        _("Writes to new customers while their first order is fresh, with what goes with it."),
        "post-purchase",
        "thanks-first-order",
        ("new", "just-bought"),
        14,
        _("What goes well with your first order"),
    ),
    Play(
        "keep-buying",
        _("Keep buying"),
        _("Reminds active customers of what they like before they drift away."),
        "win-back",
        "win-back",
        ("active", "won_back", "due", "loyal"),
        45,
        _("New since your last visit"),
    ),
    Play(
        "win-back",
        _("Win back"),
        _("Reminds customers at risk of what they liked most."),
        "win-back",
        "win-back",
        ("at_risk", "lost", "overdue", "quiet"),
        0,
        _("We kept your favourites for you"),
    ),
    Play(
        "first-order",
        _("First order"),
        _("Greets whoever joined without buying, and shows what others love."),
        "win-back",
        "win-back",
        ("prospect",),
        3,
        _("What others love here"),
    ),
)
BY_KEY = {play.key: play for play in ALL}


def fitting(edge: Edge, channels: list[str]) -> list[Play]:
    """The plays for customers who stand where the way begins, by an allowed channel."""
    key = edge.origin.key if edge.origin else ""
    return [play for play in ALL if key in play.origins and play.channel in channels]


def campaign(
    play: Play, edge: Edge, *, name: str, journey: str, subject: str = "", segment: str = ""
) -> dict[str, Any]:
    """The play as a campaign's text: entry by the stage, one mail, the order as its goal; for all
    who allow it, or for those of a segment."""
    told = ready_made.told(play.source)
    key = f"plan-{name}"
    template = deepcopy(told["templates"][play.template]) | {
        "name": str(play.name),
        "subject": subject or str(play.subject),
    }
    allows = {"field": f"consent.{play.channel}", "op": "is_true"}
    steps: list[dict[str, Any]] = [{"wait_days": play.wait_days}] if play.wait_days else []
    return {
        "waymark_campaign": 1,
        "key": key,
        "name": str(play.name),
        "plan": {
            "entry": {"journey": journey, "stage": edge.origin.key if edge.origin else ""},
            "audience": {"all": [allows, {"segment": segment}]} if segment else allows,
            "goal": {"touchpoint": "order.placed", "days": 30},
            "steps": [*steps, {"send": key}],
        },
        "templates": {key: template},
    }
