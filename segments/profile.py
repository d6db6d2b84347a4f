"""All that is computed about one customer, by the names that rules use."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from customers.models import Customer


def values(customer: Customer) -> dict[str, Any]:
    """Each field of RULE_FIELDS and its value for this customer; None where it is not known.

    Of the fields that stand for many (`scores.*`) there are the scores, as many as there are.
    """
    fields = [name for name in settings.RULE_FIELDS if not name.endswith("*")]
    expressions = ", ".join(str(settings.RULE_FIELDS[name][1]) for name in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.scores, {expressions} FROM customers_customer c"
            " LEFT JOIN customers_profile p ON p.customer_id = c.id WHERE c.id = %s",
            [customer.pk],
        )
        scores, *found = cursor.fetchone()
    known = {f"scores.{name}": value for name, value in json.loads(scores or "{}").items()}
    return known | {name: _plain(value) for name, value in zip(fields, found, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
