"""A segment that something else uses is not deleted or archived behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from segments import membership, references
from segments.membership_sql import ALONE
from segments.models import Recheck, Segment
from shops.clock import now
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
    found = Segment.in_use.filter(shop=shop, kind="rule").exclude(key=key)
    return [
        (_("segment"), segment.name)
        for segment in found
        if key in {name for name, _path in references.named(segment.rule)}
    ]


def delete(segment: Segment) -> None:
    """Delete the segment with its history. Raises SegmentInUse."""
    with _unused(segment):
        segment.delete()


def archive(segment: Segment) -> None:
    """Take the segment out of use; its members stay as they are. Raises SegmentInUse."""
    with _unused(segment):
        Segment.objects.filter(pk=segment.pk, archived_at=None).update(archived_at=now())
        Recheck.objects.filter(segment=segment).delete()


def bring_back(segment: Segment) -> None:
    """Use an archived segment again, filled as of today."""
    Segment.objects.filter(pk=segment.pk).update(archived_at=None)
    segment.refresh_from_db()
    if segment.kind == "rule":
        membership.fill(segment)


@contextmanager
def _unused(segment: Segment) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE, [segment.pk])
        found = uses(segment)
        if found:
            raise SegmentInUse(segment, found)
        yield
