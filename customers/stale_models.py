"""Who changed and waits for the reactor: rows that are narrow, because every change writes one."""

from django.db import models
from django.db.models import Index
from django.utils.translation import gettext_lazy as _


class StaleMark(models.Model):
    """A customer at whom the reactor must look, since when, and which parts of them changed.

    Only `customers.touchpoints.mark_stale` writes it, only the reactor takes it away. It is not a
    column of the customer, because there each mark wrote every index of the widest table anew. The
    database does not check its keys: a mark of somebody who is gone is taken and forgotten.
    """

    customer = models.OneToOneField(
        "customers.Customer",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        verbose_name=_("customer"),
    )
    shop = models.ForeignKey(
        "shops.Shop",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        verbose_name=_("shop"),
    )
    since = models.DateTimeField(_("waits since"))
    parts = models.IntegerField(editable=False)  # see customers.changes

    class Meta:
        verbose_name = _("stale mark")
        verbose_name_plural = _("stale marks")
        indexes = [Index(fields=["since"], name="stale_since")]

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.since:%F %T}"
