"""Work is done in short turns: no task keeps a worker from the others, however much waits."""

import time
from collections.abc import Callable

from shops.announcing import announce

TURN_SECONDS = 0.5


def take(what: str, work: Callable[[], int], *, full: int) -> int:
    """Repeat the work while its batches are full; returns how much was done.

    A batch that is not full has emptied the queue: what comes meanwhile is announced, and gathers
    into the next batch instead of being chased row by row. When the turn is over before that, the
    announcement `what` asks for another one.
    """
    ends, total = time.monotonic() + TURN_SECONDS, 0
    while (count := work()) >= full:
        total += count
        if time.monotonic() > ends:
            announce(what)
            return total
    return total + count
