"""Files that people bring or take away, kept in the database until their day is over.

There is no folder that web servers and workers would have to share, and what is deleted is gone
with its transaction.
"""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file of a shop; its content lies in parts. Removed after `expires_at`."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("bytes"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"), default=now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.name


class StoredPart(models.Model):
    """A piece of a file's content."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    file = models.ForeignKey(
        StoredFile, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [UniqueConstraint(fields=["file", "number"], name="stored_part_once")]
