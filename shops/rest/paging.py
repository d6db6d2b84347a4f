"""Long lists in pages: never a count, never an offset, so that every page costs the same.

A page begins after the last row of the one before it (keyset), along an index; rows that arrive
meanwhile shift nothing. The cursor is signed, so that it can only be one that was given out.
"""

from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from shops.rest.problems import Fault, Problem

PAGE, MOST = 50, 200
LONGEST_CURSOR = 500

Order = tuple[str, ...]


def page(
    rows: QuerySet[Any], order: Order, request: Request, *, name: str
) -> tuple[list[Any], str | None]:
    """The rows of the page that the request asks for, and the cursor of the next one.

    `order` names columns that an index has in this order, all rising or all falling ("-id"); the
    last one is unique. `name` keeps a cursor to the list that gave it out.
    """
    limit, cursor = _limit(request), request.query_params.get("cursor")
    if cursor is not None:
        rows = rows.filter(_after(order, _values(cursor, order, name)))
    found = list(rows.order_by(*order)[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], _cursor(found[limit - 1], order, name)


def _limit(request: Request) -> int:
    said = request.query_params.get("limit", str(PAGE))
    if not (said.isascii() and said.isdigit() and len(said) < 5 and 1 <= int(said) <= MOST):
        fault = Fault("limit", _("must be a whole number from 1 to %d.") % MOST)
        raise Problem("invalid", _("The parameters are not right."), [fault])
    return int(said)


def _after(order: Order, values: Sequence[Any]) -> Q:
    """The rows beyond these values; the first column alone already bounds the index scan."""
    columns = [column.lstrip("-") for column in order]
    beyond = "lt" if order[0].startswith("-") else "gt"
    condition = Q(**{f"{columns[-1]}__{beyond}": values[-1]})
    for column, value in zip(columns[-2::-1], values[-2::-1], strict=True):
        condition = Q(**{f"{column}__{beyond}": value}) | Q(**{column: value}) & condition
    return condition & Q(**{f"{columns[0]}__{beyond}e": values[0]})


def _cursor(row: Any, order: Order, name: str) -> str:
    values = [getattr(row, column.lstrip("-")) for column in order]
    plain = [value if isinstance(value, int | str) else value.isoformat() for value in values]
    return signing.dumps(plain, salt=f"cursor:{name}")


def _values(cursor: str, order: Order, name: str) -> list[Any]:
    try:
        values = signing.loads(cursor[:LONGEST_CURSOR], salt=f"cursor:{name}")
    except (signing.BadSignature, ValueError):
        fault = Fault("cursor", _("is not one that this list gave out."))
        raise Problem("unacceptable", _("The cursor cannot be used."), [fault]) from None
    return list(values)
