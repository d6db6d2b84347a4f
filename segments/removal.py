"""A segment that something else uses is not deleted behind its back."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from segments import references
from segments.membership_sql import ALONE
from segments.models import Segment
from shops.models import Shop


@dataclass(frozen=True)
class Use:
    """Something that uses a segment: what it is and its name."""

    kind: str
    name: str


class SegmentInUse(Exception):
    """The segment is used; says where."""

    def __init__(self, segment: Segment, uses: list[Use]) -> None:
        where = ", ".join(f"{use.kind} “{use.name}”" for use in uses[:5])
        more = _(" and %d more") % (len(uses) - 5) if len(uses) > 5 else ""
        said = _("%(segment)s is used by %(where)s%(more)s. Change these first.")
        super().__init__(said % {"segment": segment.name, "where": where, "more": more})
        self.uses = uses


def uses(segment: Segment) -> list[Use]:
    """Everything that uses the segment, of every room (see SEGMENT_USES in config/plugins.py)."""
    return [
        Use(str(kind), name)
        for path in settings.SEGMENT_USES
        for kind, name in import_string(path)(segment.shop, segment.key)
    ]


def in_segments(shop: Shop, key: str) -> list[tuple[str, str]]:
    """The segments whose rules ask for this one."""
    found = Segment.objects.filter(shop=shop, kind="rule").exclude(key=key)
    return [
        (_("segment"), segment.name)
        for segment in found
        if key in {name for name, _path in references.named(segment.rule)}
    ]


def delete(segment: Segment) -> None:
    """Delete the segment with its history. Raises SegmentInUse."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE, [segment.pk])
        found = uses(segment)
        if found:
            raise SegmentInUse(segment, found)
        segment.delete()
