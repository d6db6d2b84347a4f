"""How many calls a second a sender, a shop or an API key, may make to this process."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """Holds up to one second's worth; refilled steadily."""

    left: float
    at: float


@dataclass
class Limits:
    """One bucket per sender. In memory on purpose: a round trip would cost more than the call."""

    buckets: dict[Hashable, Bucket] = field(default_factory=dict)

    def wait(self, sender: Hashable, per_second: int) -> float:
        """Seconds until the sender may call again; 0 when this call is within the limit."""
        if not per_second:
            return 0
        now = time.monotonic()
        bucket = self.buckets.setdefault(sender, Bucket(per_second, now))
        bucket.left = min(per_second, bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / per_second
        bucket.left -= 1
        return 0

    def left(self, sender: int, per_second: int) -> int:
        """How many more calls would be within the limit at the time of the last one."""
        bucket = self.buckets.get(sender)
        return int(bucket.left) if bucket else per_second
