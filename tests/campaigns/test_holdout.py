"""The holdout is a stable share, the same in SQL as in Python."""

from decimal import Decimal

import pytest
from django.db import connection

from campaigns import holdout

IDS = range(1, 10_001)
SAME_IN_SQL = holdout.SQL.format(campaign="%(campaign)s", customer="id", percent="%(percent)s")


def held_out(campaign, percent):
    return {pk for pk in IDS if holdout.is_held_out(campaign, pk, Decimal(percent))}


@pytest.mark.django_db
@pytest.mark.parametrize("percent", ["0", "0.1", "5", "12.5", "50"])
def test_sql_and_python_choose_the_same_customers(percent):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM generate_series(1, 10000) AS id WHERE {SAME_IN_SQL}",
            {"campaign": 7, "percent": Decimal(percent)},
        )
        chosen = {pk for (pk,) in cursor.fetchall()}

    assert chosen == held_out(7, percent)
    assert len(chosen) == pytest.approx(10_000 * float(percent) / 100, rel=0.15, abs=10)


def test_a_larger_share_keeps_those_who_were_held_out_already():
    assert held_out(7, "5") < held_out(7, "10")


def test_campaigns_hold_out_different_customers():
    both = held_out(7, "5") & held_out(8, "5")

    assert len(both) == pytest.approx(25, abs=15)  # 5 % of 5 % of 10,000
