"""How long to wait after failures in a row."""

import random
from datetime import timedelta


def growing(failures: int, *, first: float, longest: float) -> timedelta:
    """Doubling from `first` seconds up to `longest`, half of it left to chance."""
    seconds = min(longest, first * 2 ** min(failures - 1, 20))
    return timedelta(seconds=seconds * (0.5 + random.random() / 2))  # noqa: S311  # nosec B311
