"""Files that a marketer brings in by the admin."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class FileImport(models.Model):
    """A file on its way into the shop: uploaded, mapped, then read row by row, once each.

    Status is uploaded, waiting, running, done, cancelled or failed. `rows_done` rows are behind it,
    committed together with what they said. The rows count as said at `said_at`: a repeat of the
    same file says the same at the same time, and changes nothing.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=20)
    file = models.ForeignKey(
        "shops.StoredFile", on_delete=models.SET_NULL, null=True, verbose_name=_("file")
    )
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)  # field: column
    only_gaps = models.BooleanField(_("only fill gaps"), default=False)
    status = models.CharField(_("status"), max_length=12, default="uploaded")
    fault = models.TextField(_("fault"), blank=True)
    said_at = models.DateTimeField(default=now)
    row_count = models.IntegerField(_("rows"), default=0)
    rows_done = models.IntegerField(_("rows read"), default=0)
    rows_rejected = models.IntegerField(_("rows rejected"), default=0)
    by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), default=now)
    busy_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # since a row was read last
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("file import")
        verbose_name_plural = _("file imports")
        indexes = [
            Index(
                fields=["id"], condition=Q(status__in=["waiting", "running"]), name="import_waits"
            ),
            Index(fields=["shop", "digest"], name="import_of_file"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_over(self) -> bool:
        return self.status in {"done", "cancelled", "failed"}

    @property
    def percent(self) -> int:
        return 100 * self.rows_done // self.row_count if self.row_count else 0

    @property
    def rows_imported(self) -> int:
        return self.rows_done - self.rows_rejected


class ImportReject(models.Model):
    """A row of a file that was not taken: where, why, and what to do."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    of = models.ForeignKey(
        FileImport, on_delete=models.CASCADE, related_name="rejects", db_index=False
    )
    row = models.IntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=400)
    advice = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["of", "row"], name="import_reject_once")]
