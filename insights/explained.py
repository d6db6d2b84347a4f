"""Cards that say why they are live or off, in the language of whoever reads them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shops import sentences
from shops.sentences import Sentence


class Explained(models.Model):
    """`reason` is as it was said in the shop's language; `told` is the same for other readers."""

    reason = models.TextField(_("reason"), blank=True)
    told = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        abstract = True

    def explain(self, why: Sentence) -> None:
        """Give the reason of its status."""
        self.told, self.reason = why, sentences.said(why)

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return sentences.said(self.told) or self.reason
