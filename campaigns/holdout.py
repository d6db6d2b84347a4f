"""Who is held out of a campaign: a stable share, by hash, independent between campaigns."""

import hashlib
from decimal import Decimal

BUCKETS = 1000  # a tenth of a percent each

# {campaign}, {customer} and {percent} are SQL expressions.
SQL = (
    "(('x' || substr(md5({campaign}::text || ':' || {customer}::text), 1, 8))::bit(32)::bigint"
    f" %% {BUCKETS}) < {{percent}} * {BUCKETS // 100}"
)

# A number from 0 to 1 by the same hash; {seed} and {customer} are SQL expressions.
DRAW = (
    "((('x' || substr(md5({seed}::text || ':' || {customer}::text), 1, 8))::bit(32)::bigint"
    " %% 10000) / 10000.0)"
)


def is_held_out(campaign_id: int, customer_id: int, percent: Decimal) -> bool:
    """What SQL answers for the same campaign and customer, in Python."""
    digest = hashlib.md5(f"{campaign_id}:{customer_id}".encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:8], 16) % BUCKETS < percent * (BUCKETS // 100)
