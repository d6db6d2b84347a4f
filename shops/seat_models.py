"""Who works for which shop, and as what."""

from django.db import models
from django.db.models import QuerySet, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shops.clock import now

OWN = ""  # by the permissions that Django keeps of the user, as before there were roles


class Demands(models.Model):
    """What an owner demands of the team; the shop's own columns."""

    demands_second_factor = models.BooleanField(
        _("second factor"),
        default=False,
        db_default=False,
        help_text=_("Nobody of the team gets in by the password alone."),
    )
    demands_approval = models.BooleanField(
        _("launches need a second person"),
        default=False,
        db_default=False,
        help_text=_("Whoever edited a campaign last cannot launch it."),
    )

    class Meta:
        abstract = True


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


class Invitations(models.QuerySet["Invitation"]):
    """Invitations by what can still be done with them."""

    def open(self) -> QuerySet["Invitation"]:
        """Those whose link still lets somebody in."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now())


class Invitation(models.Model):
    """A link that gives whoever follows it first a seat in one shop, until it expires."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20)
    invited_by = models.ForeignKey(
        "shops.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        "shops.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = Invitations.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            UniqueConstraint(
                fields=["shop", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="shops_invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.email
