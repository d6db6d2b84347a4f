"""Customers whom somebody chose by hand for a static segment."""

from django.db import models
from django.db.models import Index, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class SegmentEdit(models.Model):
    """Chosen customers brought into a static segment, or taken out of it, stretch by stretch.

    `customers` are their ids; null is every customer of the shop. One that `undoes` another moves
    only whom that one moved. One with a `fault` has stopped until somebody goes on or undoes it.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.CASCADE, related_name="edits", db_index=False
    )
    kind = models.CharField(max_length=8)  # add, remove
    customers = models.JSONField(null=True)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True)
    whole = models.IntegerField(default=0)
    looked_at = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    last_id = models.BigIntegerField(default=0)  # customers up to here were looked at
    by = models.CharField(_("by"), max_length=150)
    asked_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    fault = models.TextField(_("fault"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("change of a segment by hand")
        verbose_name_plural = _("changes of segments by hand")
        indexes = [
            Index(fields=["id"], condition=Q(finished_at=None), name="segment_edit_waits"),
            Index(fields=["segment", "-id"], name="segment_edit_last"),
        ]

    @property
    def percent(self) -> int:
        return min(100, 100 * self.looked_at // self.whole) if self.whole else 0
