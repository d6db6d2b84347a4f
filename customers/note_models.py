"""What colleagues write down about customers."""

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Note(models.Model):
    """What a colleague wrote down about a customer; the name stays when the user is deleted."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    author_name = models.CharField(_("author"), max_length=150)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"), default=now)
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
