"""Words for what the ledger keeps as keys, and figures as a person reads them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from shops.code_words import said as reason
from shops.code_words import said as status
from shops.money import said as money

__all__ = ["figure", "money", "outcome", "percent", "reason", "status"]


def outcome(key: str) -> str:
    """What became of somebody's way through a campaign."""
    return status(key or "inside")


def figure(value: float) -> str:
    """1,234"""
    return str(number_format(value, force_grouping=True))


def percent(fraction: float | None, places: int = 1) -> str:
    if fraction is None:
        return "–"
    return _("%s %%") % number_format(100 * fraction, decimal_pos=places)
