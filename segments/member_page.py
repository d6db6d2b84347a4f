"""Who is in a segment now, page by page along an index, however many they are."""

from dataclasses import dataclass

from segments import seen_words
from segments.choices import Names
from segments.models import Membership, Segment

PAGE = 50


@dataclass(frozen=True)
class Member:
    """A membership and the values that decided, in words."""

    membership: Membership
    why: list[str]


@dataclass(frozen=True)
class Page:
    """`after` leads to the next page; 0 on the last one."""

    members: list[Member]
    after: int


def show(segment: Segment, *, after: int = 0) -> Page:
    """The members behind this customer's id."""
    found = Membership.objects.filter(segment=segment, left_at=None, customer_id__gt=after)
    rows = list(found.select_related("customer").order_by("customer_id")[: PAGE + 1])
    names = Names(segment.shop)
    members = [Member(row, seen_words.told(row.why or {}, names)) for row in rows[:PAGE]]
    return Page(members, rows[PAGE - 1].customer_id if len(rows) > PAGE else 0)
