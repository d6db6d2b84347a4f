"""Amounts of money as people write them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}
# ISO 4217: currencies whose minor unit is not a hundredth.
WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
PLACES = dict.fromkeys(WHOLE.split(), 0) | dict.fromkeys(THOUSANDTHS.split(), 3)


def places(currency: str) -> int:
    """How many decimals the currency has: what is kept is whole units of the last one."""
    return PLACES.get(currency, 2)


def sign(currency: str) -> str:
    """What stands for the currency: "€", "SEK"."""
    return SYMBOLS.get(currency, currency)


def pattern(currency: str) -> str:
    """How an amount of the currency is written, `%s` being its figure: "€%s", "SEK %s"."""
    if currency in SYMBOLS:
        return _("%(symbol)s%(figure)s") % {"symbol": SYMBOLS[currency], "figure": "%s"}
    return f"{currency} %s" if currency else "%s"


def said(cents: float, currency: str, *, short: bool = False) -> str:
    """4900 and "EUR" as "€49.00", in the reader's number format; without a currency "49.00".

    `short` leaves the decimals of thousands out.
    """
    digits = places(currency)
    amount = round(abs(cents)) / 10**digits
    shown = 0 if short and amount >= 1000 else digits
    figure = number_format(round(amount, shown), decimal_pos=shown, force_grouping=True)
    sign = "−" if round(cents) < 0 else ""
    return sign + pattern(currency) % figure
