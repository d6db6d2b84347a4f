"""A kind of data that a shop may put a term to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Terms = Mapping[int, datetime]  # by shop: what is older goes


@dataclass(frozen=True)
class Kept:
    """What the kind is called, what is lost with it, how long it is kept without a term.

    It goes by its table, the column of its time and what must hold besides, or by a function of
    the `Terms` of all shops; by neither where its room does it anyway.
    """

    label: Any  # translatable texts
    lost: Any
    without: Any
    fewest: int  # days
    table: str = ""
    at: str = ""
    only: str = "true"
    forget: str = ""
