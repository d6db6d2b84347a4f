"""Words for what the ledger keeps as keys, and figures as a person reads them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥"}
WHOLE = {"JPY", "KRW", "VND", "CLP"}  # currencies without minor units

STATUSES = {
    "planned": gettext_lazy("planned"),
    "sending": gettext_lazy("on its way"),
    "sent": gettext_lazy("sent"),
    "refused": gettext_lazy("not sent"),
    "failed": gettext_lazy("failed"),
    "uncertain": gettext_lazy("uncertain"),
}
REASONS = {
    "held out": gettext_lazy("held out"),
    "no address": gettext_lazy("no address"),
    "no consent": gettext_lazy("has not agreed"),
    "suppressed address": gettext_lazy("address is suppressed"),
    "too late": gettext_lazy("too late"),
    "paced": gettext_lazy("waits for its turn: the receiver takes only so many a second"),
    "frequency cap": gettext_lazy("frequency cap"),
    "campaign cancelled": gettext_lazy("campaign cancelled"),
}
OUTCOMES = {
    "": gettext_lazy("on the way"),
    "inside": gettext_lazy("on the way"),
    "held out": gettext_lazy("held out"),
    "completed": gettext_lazy("went through"),
    "goal reached": gettext_lazy("reached the goal"),
    "left by rule": gettext_lazy("left by rule"),
    "cancelled": gettext_lazy("cancelled"),
    "moved out": gettext_lazy("moved out"),
}


def status(key: str) -> str:
    return str(STATUSES.get(key, key))


def reason(key: str) -> str:
    return str(REASONS.get(key, key))


def outcome(key: str) -> str:
    """What became of somebody's way through a campaign."""
    if key.startswith("stopped: "):
        return _("stopped: %s") % key.removeprefix("stopped: ")
    return str(OUTCOMES.get(key, key))


def figure(value: float) -> str:
    """1,234"""
    return str(number_format(value, force_grouping=True))


def money(cents: float, currency: str) -> str:
    """€ 1,234.50"""
    places = 0 if currency in WHOLE else 2
    value = cents if currency in WHOLE else cents / 100
    sign = SIGNS.get(currency, currency)
    words = number_format(abs(value), decimal_pos=places, force_grouping=True, use_l10n=True)
    return f"{'−' if value < 0 else ''}{sign} {words}"


def percent(fraction: float | None, places: int = 1) -> str:
    return "–" if fraction is None else f"{number_format(100 * fraction, decimal_pos=places)} %"
