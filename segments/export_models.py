"""Segments that were asked for as a file."""

from django.conf import settings
from django.db import models
from django.db.models import Index, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class SegmentExport(models.Model):
    """Customers as a file, written in the background and taken away by a link that ends.

    They are a segment's members; without one, `customers` are their ids, null all of the shop's.
    Status is waiting, running, done, cancelled or failed. Without `personal` the file tells
    nobody's name or address.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    segment = models.ForeignKey(
        "segments.Segment",
        on_delete=models.CASCADE,
        null=True,
        related_name="exports",
        verbose_name=_("segment"),
    )
    customers = models.JSONField(null=True)
    format = models.CharField(_("format"), max_length=8)
    personal = models.BooleanField(_("with personal data"), default=False)
    status = models.CharField(_("status"), max_length=12, default="waiting")
    fault = models.TextField(_("fault"), blank=True)
    row_count = models.IntegerField(_("members"), default=0)
    rows_done = models.IntegerField(_("written"), default=0)
    file = models.ForeignKey("shops.StoredFile", on_delete=models.SET_NULL, null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("asked for"), default=now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    busy_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("export of a segment")
        verbose_name_plural = _("exports of segments")
        permissions = [("export_segment", _("May take a segment's members away as a file"))]
        indexes = [
            Index(
                fields=["id"], condition=Q(status__in=["waiting", "running"]), name="export_waits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.segment or self.shop} ({self.format})"

    @property
    def is_over(self) -> bool:
        return self.status in {"done", "cancelled", "failed"}

    @property
    def percent(self) -> int:
        return min(100, 100 * self.rows_done // self.row_count) if self.row_count else 0
