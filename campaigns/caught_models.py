"""What a demo's mails become, which leave no machine."""

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class CaughtMail(models.Model):
    """A mail that the embedded catcher took instead of the outside world."""

    message_id = models.CharField(_("message id"), max_length=200, blank=True)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    raw = models.BinaryField(_("mail as received"))
    caught_at = models.DateTimeField(_("caught"), default=now)

    class Meta:
        verbose_name = _("caught mail")
        verbose_name_plural = _("caught mails")

    def __str__(self) -> str:
        return self.subject
