"""Lists as somebody looks at them again and again."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """The filters and the order of one list, under a name, for the user who saved it.

    `page` is the list's model, as `campaigns_message`; `query` what stands behind its address. The
    words of a search are not kept: they may name a customer.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    page = models.CharField(_("list"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000)
    created_at = models.DateTimeField(_("saved"), default=now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [UniqueConstraint(fields=["user", "page", "name"], name="view_of_user")]

    def __str__(self) -> str:
        return self.name
