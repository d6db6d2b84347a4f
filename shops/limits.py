"""How many calls a second a sender, a shop or an API key, may make."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from django.conf import settings


@dataclass
class Bucket:
    """Holds up to one second's worth; refilled steadily."""

    left: float
    at: float


@dataclass
class Limits:
    """One bucket per sender. In memory on purpose: a round trip would cost more than the call.

    Where several web processes stand behind one address, each gives out its part of the limit;
    together they let no more through, but for one call each where the limit is below their number.
    """

    buckets: dict[Hashable, Bucket] = field(default_factory=dict)
    most: int = 100_000  # senders that are remembered

    def wait(self, sender: Hashable, per_second: int) -> float:
        """Seconds until the sender may call again; 0 when this call is within the limit."""
        if not per_second:
            return 0
        now, share = time.monotonic(), per_second / settings.WEB_PROCESSES
        most = max(1, share)
        if len(self.buckets) >= self.most and sender not in self.buckets:
            self._forget(now, most / share)
        bucket = self.buckets.setdefault(sender, Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * share)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / share
        bucket.left -= 1
        return 0

    def _forget(self, now: float, full_after: float) -> None:
        """Senders whose bucket is full again are as good as new; if that is nobody, all are."""
        fresh = {key: each for key, each in self.buckets.items() if now - each.at < full_after}
        self.buckets = fresh if len(fresh) < self.most else {}

    def left(self, sender: int, per_second: int) -> int:
        """How many more calls would be within the limit at the time of the last one."""
        bucket = self.buckets.get(sender)
        return int(bucket.left) if bucket else per_second
