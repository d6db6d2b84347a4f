"""Every ready-made journey, in the order in which it is offered."""

from django.utils.translation import gettext_lazy as _

from journeys.lifecycle import LIFECYCLE
from journeys.ready_made import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    INDIGO,
    RED,
    TEAL,
    VIOLET,
    ReadyMade,
    ReadyStage,
    did,
    last_order,
    orders,
)  # fmt: skip

ONE = orders("=", 1)
SECOND_ORDER = ReadyMade(
    "second-order",
    _("First to second order"),
    _("How first-time buyers come back, and where they stop: most shops lose half of them here."),
    _("Orders."),
    (
        ReadyStage("just-bought", _("Just bought"), BLUE, 20,
                   {"all": [ONE, last_order("less", 30)]}, "", 30),
        ReadyStage("due", _("Due again"), INDIGO, 30,
                   {"all": [ONE, last_order("more", 30), last_order("less", 90)]}, "", 60),
        ReadyStage("overdue", _("Overdue"), AMBER, 40,
                   {"all": [ONE, last_order("more", 90), last_order("less", 365)]}, "loss"),
        ReadyStage("one-and-done", _("One and done"), RED, 50,
                   {"all": [ONE, last_order("more", 365)]}, "loss"),
        ReadyStage("second", _("Bought again"), GREEN, 10, orders(">=", 2), "goal"),
    ),
)  # fmt: skip

STARTED, RENEWED = "subscription.started", "subscription.renewed"
ENDED = "subscription.cancelled"
RUNNING = did([STARTED, RENEWED], then={"touchpoint": ENDED, "not": True})
SUBSCRIPTION = ReadyMade(
    "subscription",
    _("Subscription"),
    _("From the first box to a habit: who renews, who cancels, who comes back."),
    _("Events subscription.started, subscription.renewed and subscription.cancelled, sent to the"
      " API or by the page script."),
    (
        ReadyStage("not-yet", _("No subscription"), GREY, 60,
                   {"not": did(STARTED)}),
        ReadyStage("first-term", _("First term"), BLUE, 40,
                   {"all": [RUNNING, {"not": did(RENEWED)}]}, "", 35),
        ReadyStage("renewing", _("Renewing"), GREEN, 30, {"all": [RUNNING, did(RENEWED)]}),
        ReadyStage("habit", _("Habit"), VIOLET, 20,
                   {"all": [RUNNING, did(RENEWED, times=6)]}, "goal"),
        ReadyStage("cancelled", _("Cancelled"), RED, 50, did(ENDED), "loss", None, RUNNING),
    ),
)  # fmt: skip

LAPSED = last_order("more", 90)
WRITTEN = did("message.sent", within=30)
WIN_BACK = ReadyMade(
    "win-back",
    _("Win-back"),
    _("Who went quiet, who was written to, who answered, and who bought again."),
    _("Orders, and campaigns that write to customers who went quiet."),
    (
        ReadyStage("quiet", _("Gone quiet"), AMBER, 40,
                   {"all": [LAPSED, last_order("less", 365)]}, "", 90),
        ReadyStage("written-to", _("Written to"), BLUE, 30, {"all": [LAPSED, WRITTEN]}, "", 30),
        ReadyStage("answered", _("Answered"), INDIGO, 20,
                   {"all": [LAPSED, did(["message.opened", "message.clicked"], within=30)]},
                   "", 30),
        ReadyStage("gone", _("Gone"), RED, 50, last_order("more", 365), "loss"),
        ReadyStage("back", _("Back again"), TEAL, 10,
                   {"all": [{"field": "facts.last_gap_days", "op": ">", "value": 90},
                            last_order("less", 90)]}, "goal"),
    ),
)  # fmt: skip

ALL = (LIFECYCLE, SECOND_ORDER, SUBSCRIPTION, WIN_BACK)
BY_KEY = {ready.key: ready for ready in ALL}
