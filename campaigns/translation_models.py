"""What a template says in another language."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


class Translation(models.Model):
    """A template's words in one language; who it is from stands in the template alone."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    template = models.ForeignKey(
        "campaigns.Template", on_delete=models.CASCADE, related_name="translations"
    )
    language = models.CharField(_("language"), max_length=20, validators=[RegexValidator(LANGUAGE)])
    subject = models.CharField(_("subject"), max_length=300)
    preheader = models.CharField(_("preheader"), max_length=200, blank=True)
    mjml = models.TextField(_("MJML"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("translation of a template")
        verbose_name_plural = _("translations of templates")
        constraints = [UniqueConstraint(fields=["template", "language"], name="translation_once")]

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"
