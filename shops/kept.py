"""Rows taken out of their table as plain JSON, and put back as they were."""

import json
from typing import Any

from django.db.models import Model


def take(model: type[Model], customer: int) -> list[dict[str, Any]]:
    """Delete a customer's rows of this model; returns them."""
    rows = model._default_manager.filter(customer=customer)
    found = json.loads(json.dumps(list(rows.values()), default=str))
    rows.delete()
    return list(found)


def put_back(model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Write rows that were taken; what has come in their place since stays.

    Columns that were added meanwhile take their default, those that went are left out.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    made = [
        model(**{name: fields[name].to_python(value) for name, value in row.items()
                 if name in fields})
        for row in rows
    ]  # fmt: skip
    model._default_manager.bulk_create(made, ignore_conflicts=True)
