"""Amounts of money as people write them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}
PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}


def places(currency: str) -> int:
    """How many decimals the currency has: what is kept is whole units of the last one."""
    return PLACES.get(currency, 2)


def said(cents: float, currency: str) -> str:
    """4900 and "EUR" as "€ 49.00", in the reader's number format; without a currency "49.00"."""
    digits = places(currency)
    figure = number_format(abs(cents) / 10**digits, decimal_pos=digits, force_grouping=True)
    sign = "−" if cents < 0 else ""
    if currency in SYMBOLS:
        figure = _("%(symbol)s %(figure)s") % {"symbol": SYMBOLS[currency], "figure": figure}
    elif currency:
        figure = f"{currency} {figure}"
    return sign + figure
