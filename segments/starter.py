"""Ready-made segments: a shop begins with some, the others are a click away in the builder."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.models import Segment
from shops import speaking
from shops.models import Shop

Rule = dict[str, Any]


@dataclass(frozen=True)
class ReadyMade:
    """A segment as marketers ask for it; `first` ones are there from the first day."""

    name: str | Promise
    about: str | Promise
    rule: Rule
    first: bool = False


def field(name: str, op: str, value: Any = None) -> Rule:
    rule = {"field": name, "op": op}
    return rule if value is None else {**rule, "value": value}


def did(*kinds: str, **more: Any) -> Rule:
    return {"did": {"touchpoint": kinds[0] if len(kinds) == 1 else list(kinds), **more}}


SEGMENTS = {
    "newcomers": ReadyMade(
        _("New customers"),
        _("Welcome them while the first parcel is still fresh."),
        field("facts.first_order_at", "less_than_days_ago", 30),
        first=True,
    ),
    "active": ReadyMade(
        _("Active customers"),
        _("Ordered this season: the first to hear of what is new."),
        field("facts.last_order_at", "less_than_days_ago", 90),
    ),
    "second-order-due": ReadyMade(
        _("Due for a second order"),
        _("One order so far, some weeks ago: the moment that decides whether they stay."),
        {
            "all": [
                field("facts.order_count", "=", 1),
                field("facts.last_order_at", "more_than_days_ago", 20),
                field("facts.last_order_at", "less_than_days_ago", 60),
            ]
        },
    ),
    "repeat-buyers": ReadyMade(
        _("Repeat buyers"),
        _("Came back at least once."),
        field("facts.order_count", ">=", 2),
        first=True,
    ),
    "best-customers": ReadyMade(
        _("Best customers"),
        _("Buy often and spend much: thank them, do not discount them."),
        {"all": [field("rfm.frequency", ">=", 4), field("rfm.monetary", ">=", 4)]},
        first=True,
    ),
    "high-spenders": ReadyMade(
        _("High spenders"),
        _("The tenth of your customers who spent most."),
        field("facts.revenue_cents", "in_top_percent", 10),
    ),
    "slipping-away": ReadyMade(
        _("Good customers slipping away"),
        _("Bought several times and then not for two months."),
        {
            "all": [
                field("facts.order_count", ">=", 3),
                field("facts.last_order_at", "more_than_days_ago", 60),
                field("facts.last_order_at", "less_than_days_ago", 180),
            ]
        },
        first=True,
    ),
    "lapsed-vips": ReadyMade(
        _("Lapsed VIPs"),
        _("Once among your highest spenders, silent for half a year: worth a personal word."),
        {
            "all": [
                field("facts.revenue_cents", "in_top_percent", 10),
                field("facts.last_order_at", "more_than_days_ago", 180),
            ]
        },
    ),
    "gone-quiet": ReadyMade(
        _("Gone quiet"),
        _("Bought before, but not in the last half year."),
        {"all": [field("facts.order_count", ">=", 1), {"not": did("order.placed", within=180)}]},
        first=True,
    ),
    "abandoned-carts": ReadyMade(
        _("Abandoned carts"),
        _("Filled a cart this week and did not order within a day."),
        did(
            "cart.updated",
            "checkout.started",
            within=7,
            then={"touchpoint": "order.placed", "within": 1, "not": True},
        ),
    ),
    "discount-hunters": ReadyMade(
        _("Discount hunters"),
        _("Buy mostly when there is something off: keep them out of full-price campaigns."),
        {
            "all": [
                field("facts.order_count", ">=", 2),
                field("facts.discount_fraction", ">=", 0.15),
            ]
        },
    ),
    "many-returns": ReadyMade(
        _("Many returns"),
        _("Send back more than a fifth of what they buy."),
        field("facts.returned_fraction", ">", 0.2),
        first=True,
    ),
    "unhappy-reviewers": ReadyMade(
        _("Unhappy reviewers"),
        _("Their reviews sound disappointed: answer before you advertise."),
        {
            "all": [
                field("opinions.review_count", ">=", 1),
                field("opinions.mean_sentiment", "<", 0),
            ]
        },
        first=True,
    ),
    "reachable-without-order": ReadyMade(
        _("Subscribers without an order"),
        _("Allow you to write to them and have not bought anything yet."),
        {
            "all": [
                field("facts.order_count", "=", 0),
                field("reachable.email", "is_true"),
            ]
        },
    ),
}


def free_key(shop: Shop | None, key: str) -> str:
    """The key, or the first of key-2, key-3, … that the shop does not use."""
    taken = set(Segment.objects.filter(shop=shop).values_list("key", flat=True))
    tries = (f"{key}-{n}" if n > 1 else key for n in range(1, len(taken) + 2))
    return next(one for one in tries if one not in taken)


@speaking.to_shop
def create(shop: Shop) -> None:
    """Give the shop the segments it begins with, where it has none of that key. Safe to repeat."""
    for key, made in SEGMENTS.items():
        if made.first:
            Segment.objects.get_or_create(
                shop=shop,
                key=key,
                defaults={
                    "name": str(made.name),
                    "kind": "rule",
                    "rule": made.rule,
                    "description": str(made.about),
                },
            )
