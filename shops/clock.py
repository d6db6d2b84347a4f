"""What time it is: the machine's, or, while history is replayed, that of the moment replayed.

Whoever decides by the time asks here. SQL asks `now()`, which a replay answers as well: see
`campaigns.replay_scene`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_replayed: ContextVar[datetime | None] = ContextVar("replayed", default=None)


def now() -> datetime:
    return _replayed.get() or timezone.now()


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Inside, it is this moment."""
    token = _replayed.set(moment)
    try:
        yield
    finally:
        _replayed.reset(token)
