"""Who changed a campaign last, for shops in which somebody else has to launch it."""

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops.models import Shop, User


class LastEdit(models.Model):
    """The last person who changed a campaign or one of its mails; none: a program did."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    campaign = models.OneToOneField(
        "campaigns.Campaign", on_delete=models.CASCADE, related_name="last_edit"
    )
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"), default=now)

    class Meta:
        verbose_name = _("last change of a campaign")
        verbose_name_plural = _("last changes of campaigns")

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.user}"
