"""Amounts and figures are rounded, not cut, and every currency has its own decimals."""

import pytest

from shops import money
from shops.templatetags import console


@pytest.mark.parametrize(
    ("cents", "currency", "words"),
    [
        (4900, "EUR", "€49.00"),
        (1999.7, "EUR", "€20.00"),
        (-0.4, "EUR", "€0.00"),
        (-1999.7, "USD", "−$20.00"),
        (1500, "JPY", "¥1,500"),
        (1500, "XOF", "XOF 1,500"),
        (1234567, "OMR", "OMR 1,234.567"),
    ],
)
def test_amounts(cents, currency, words):
    assert money.said(cents, currency) == words


def test_large_amounts_are_short():
    amounts = ((146638477, "GBP"), (99999, "EUR"), (1234567, "OMR"))
    short = [money.said(cents, currency, short=True) for cents, currency in amounts]
    assert short == ["£1,466,385", "€999.99", "OMR 1,235"]


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (3, "3"), (0.19, "0.2"), (2.96, "3.0"), (12345.67, "12,345.7")],
)
def test_figures(value, words):
    assert console.figure(value) == words


def test_percentages():
    assert [console.percent(f) for f in (0.1239, 0.9999, None)] == ["12.4 %", "100.0 %", "–"]


def test_a_chart_of_money_says_so_in_its_currency():
    chart = {
        "labels": ["1 Nov", "2 Nov"],
        "series": [
            {"name": "Revenue", "values": [1234567.4, None], "currency": "GBP"},
            {"name": "Orders", "values": [12, 3]},
        ],
    }

    assert '"pattern": "\\u00a3%s"' in console.chart_data(chart)
    assert console.chart_rows(chart) == [("1 Nov", ("£1,234,567", "12")), ("2 Nov", ("–", "3"))]
