"""The register of what is computed about a customer: name, unit, how and from what.

Rule fields, the docs page (docs/profile.md) and the refresh statement follow from it; the column of
the same name in `customers.models.Profile` holds the value. With what higher rooms compute it is
`customers.register`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ORDERS, LINES, TOUCHPOINTS = "ordered", "bought", "met"
HOURS, WEEKDAYS = "0 to 23", "1 (Monday) to 7"  # units whose values have names of their own


@dataclass(frozen=True)
class Feature:
    """`part` is the part of the refresh that computes it; `empty` stands where nothing is known.

    Rules call it by its `room` and name. A list may be the keys under its name in the JSON column
    `keys_of`, each with the time it was last true. The values of one that is `coded` are called as
    RULE_VALUES says.
    """

    name: str
    type: str  # number, date, text, list (of texts); "" when rules cannot ask for it
    part: str
    label: str | Promise
    unit: str
    how: str | Promise
    empty: str = "NULL"
    room: str = "facts"
    keys_of: str = ""
    coded: bool = False

    @property
    def path(self) -> str:
        return f"{self.room}.{self.name}"

    def of(self, profile: Any) -> Any:
        """The value for this profile; of keys the latest first."""
        if not self.keys_of:
            return getattr(profile, self.name)
        known = getattr(profile, self.keys_of).get(self.name, {})
        return sorted(known, key=known.__getitem__, reverse=True)

    @property
    def sql(self) -> str:
        """The value in a statement where `p` is the profile, left joined."""
        if self.keys_of:
            return f"jsonb_path_query_array(p.{self.keys_of} -> '{self.name}', '$.keyvalue().key')"
        return (
            f"p.{self.name}" if self.empty == "NULL" else f"coalesce(p.{self.name}, {self.empty})"
        )


def _count(name: str, part: str, label: Any, how: Any) -> Feature:
    return Feature(name, "number", part, label, "count", how, "0")


def _date(name: str, part: str, label: Any, how: Any) -> Feature:
    return Feature(name, "date", part, label, "time", how)


def _number(name: str, part: str, label: Any, unit: str, how: Any, empty: str = "NULL") -> Feature:
    return Feature(name, "number", part, label, unit, how, empty)


def _text(name: str, part: str, label: Any, unit: str, how: Any, *, coded: bool = False) -> Feature:
    return Feature(name, "text", part, label, unit, how, "''", coded=coded or "," in unit)


FEATURES: tuple[Feature, ...] = (
    _count("order_count", ORDERS, _("Orders"), _("sales; drafts and void ones count nowhere")),
    _count("cancellation_count", ORDERS, _("Cancellations"), _("cancellations and returns")),
    _number(
        "revenue_cents",
        ORDERS,
        _("Net revenue"),
        "cents",
        _("sales less cancellations and returns, of orders in the shop's currency"),
        "0",
    ),
    _number("average_order_cents", ORDERS, _("Average order"), "cents", _("sales ÷ orders")),
    _number(
        "returned_cents",
        ORDERS,
        _("Value returned"),
        "cents",
        _("taken back or refunded"),
        "0",
    ),
    _number(
        "returned_fraction",
        ORDERS,
        _("Share of value returned"),
        "0 to 1",
        _("value returned ÷ value of sales"),
        "0",
    ),
    _date("first_order_at", ORDERS, _("First order"), _("tenure as a buyer counts from here")),
    _date("last_order_at", ORDERS, _("Last order"), _("recency counts from here")),
    _number(
        "last_gap_days",
        ORDERS,
        _("Days between the last two orders"),
        "days",
        _("time between sales"),
    ),
    _number("mean_gap_days", ORDERS, _("Mean days between orders"), "days", _("over all sales")),
    _number(
        "spread_gap_days",
        ORDERS,
        _("Spread of days between orders"),
        "days",
        _("standard deviation of the gaps; unknown below three orders"),
    ),
    _number("order_hour", ORDERS, _("Usual hour of ordering"), HOURS, _("most frequent, local")),
    _number(
        "order_weekday",
        ORDERS,
        _("Usual weekday of ordering"),
        WEEKDAYS,
        _("most frequent, local"),
    ),
    _count("item_count", LINES, _("Items bought"), _("pieces in sales")),
    _count("product_count", LINES, _("Different products"), _("products bought")),
    _count("category_count", LINES, _("Different categories"), _("categories bought from")),
    _number(
        "discount_fraction",
        LINES,
        _("Share of discount"),
        "0 to 1",
        _("what lines cost less than unit price × quantity, ÷ the latter"),
        "0",
    ),
    _number(
        "mean_price_cents", LINES, _("Mean price of an item"), "cents", _("list price of items")
    ),
    _text(
        "price_band",
        LINES,
        _("Price band"),
        "low, middle, high",
        _("mean price of an item against the thirds of the shop's prices"),
    ),
    Feature(
        "top_categories",
        "list",
        LINES,
        _("Favourite categories"),
        "up to 5 names",
        _("categories bought most often, then most recently"),
        "'[]'::jsonb",
    ),
    Feature(
        "top_brands",
        "list",
        LINES,
        _("Favourite brands"),
        "up to 5 names",
        _("brands bought most often, then most recently"),
        "'[]'::jsonb",
    ),
    Feature(
        "favourites",
        "",
        LINES,
        _("Favourite products"),
        "up to 5, with times bought",
        _("products on sale bought most often, then most recently"),
        "'[]'::jsonb",
    ),
    _count(
        "touchpoint_count", TOUCHPOINTS, _("Touchpoints"), _("all kinds; flagged bots left out")
    ),
    _date("last_touchpoint_at", TOUCHPOINTS, _("Last touchpoint"), _("of any kind")),
    _date("last_active_at", TOUCHPOINTS, _("Last activity"), _("what the customer did themselves")),
    _count(
        "session_count",
        TOUCHPOINTS,
        _("Sessions"),
        _("activity after half an hour of none begins one"),
    ),
    _count("view_count", TOUCHPOINTS, _("Product views"), _("product.viewed")),
    _date("last_view_at", TOUCHPOINTS, _("Last product view"), _("product.viewed")),
    _date("last_cart_at", TOUCHPOINTS, _("Last cart"), _("cart.updated or checkout.started")),
    _count(
        "abandoned_cart_count",
        TOUCHPOINTS,
        _("Carts abandoned"),
        _("no order and no change of the cart within a day after it"),
    ),
    _count("message_sent_count", TOUCHPOINTS, _("Messages sent"), _("message.sent")),
    _count(
        "message_opened_count",
        TOUCHPOINTS,
        _("Messages opened"),
        _("by the person, not by a machine"),
    ),
    _count(
        "message_clicked_count",
        TOUCHPOINTS,
        _("Messages clicked"),
        _("by the person, not by a scanner"),
    ),
    _count("machine_open_count", TOUCHPOINTS, _("Opens by machines"), _("data.machine is true")),
    _count("scanner_click_count", TOUCHPOINTS, _("Clicks by scanners"), _("data.machine is true")),
    _date("last_message_at", TOUCHPOINTS, _("Last message sent"), _("message.sent")),
    _date("last_opened_at", TOUCHPOINTS, _("Last message opened"), _("by the person")),
    _date("last_clicked_at", TOUCHPOINTS, _("Last message clicked"), _("by the person")),
    _number("best_hour", TOUCHPOINTS, _("Best hour"), HOURS, _("most frequent of activity, local")),
    _number(
        "active_weekday",
        TOUCHPOINTS,
        _("Weekday of activity"),
        WEEKDAYS,
        _("most frequent of activity, local"),
    ),
    _text(
        "day_part",
        TOUCHPOINTS,
        _("Part of the day"),
        "night, morning, afternoon, evening",
        _("most frequent of activity, local; each is six hours from midnight on"),
    ),
    _text("main_device", TOUCHPOINTS, _("Device"), "as told", _("most frequent data.device")),
    _text(
        "first_touchpoint",
        TOUCHPOINTS,
        _("First touchpoint"),
        "kind of touchpoint",
        _("kind of the earliest"),
        coded=True,
    ),
    _text("first_source", TOUCHPOINTS, _("First source"), "as told", _("earliest data.source")),
    _text("last_source", TOUCHPOINTS, _("Last source"), "as told", _("latest data.source")),
)

BY_NAME = {feature.name: feature for feature in FEATURES}


GROUPS: dict[str, str | Promise] = {
    ORDERS: _("From orders"),
    LINES: _("From order lines"),
    TOUCHPOINTS: _("From touchpoints"),
}


def rule_fields(features: Iterable[Feature]) -> dict[str, tuple[str, str, Any]]:
    """What rules may ask of them: path, type, SQL expression and label."""
    return {f.path: (f.type, f.sql, f.label) for f in features if f.type}
