"""Who works for which shop, and as what."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

OWN = ""  # by the permissions that Django keeps of the user, as before there were roles


class Seat(models.Model):
    """Somebody's place in one shop. What its role may do is said in one table (settings.ROLES)."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    user = models.ForeignKey(
        "shops.User", on_delete=models.CASCADE, related_name="seats", verbose_name=_("user")
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        blank=True,
        default=OWN,
        db_default=OWN,
        help_text=_("Without a role: what the user's own permissions and groups allow."),
    )

    class Meta:
        db_table = "shops_shop_staff"
        verbose_name = _("member of the team")
        verbose_name_plural = _("team")
        constraints = [
            UniqueConstraint(fields=["shop", "user"], name="shops_shop_staff_shop_id_user_id_uniq")
        ]

    def __str__(self) -> str:
        return str(self.user)
