"""Files that are read into a shop, and how far they were read."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class HistoryImport(models.Model):
    """One file of history and how far it was read, so that it can be resumed and repeated."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=12)  # orders, reviews
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    file_name = models.CharField(_("file"), max_length=200)
    shift_days = models.IntegerField(_("days shifted"), default=0)
    until = models.DateTimeField(_("until"), null=True)
    documents_done = models.IntegerField(_("documents done"), default=0)
    rows_read = models.IntegerField(_("rows read"), default=0)
    rows_imported = models.IntegerField(_("rows imported"), default=0)
    rows_rejected = models.IntegerField(_("rows rejected"), default=0)
    rows_after = models.IntegerField(_("rows left for later"), default=0)
    started_at = models.DateTimeField(_("started"), default=now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("history import")
        verbose_name_plural = _("history imports")
        constraints = [UniqueConstraint(fields=["shop", "kind", "digest"], name="import_once")]

    def __str__(self) -> str:
        return self.file_name
