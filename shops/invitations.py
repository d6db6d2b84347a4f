"""Somebody is asked to join a shop's team: a signed link, for a week, for one person."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from shops.clock import now
from shops.models import Invitation, Seat, Shop, User

LASTS = timedelta(days=7)
SALT = "shops.invitation"


class NotInvited(Exception):
    """The link lets nobody in (any more). The text says why, and what to do."""


def invite(shop: Shop, *, email: str, role: str, by: User) -> Invitation:
    """Ask somebody to join; an open invitation of the same address to this shop ends."""
    with transaction.atomic():
        Shop.objects.select_for_update().get(pk=shop.pk)
        earlier = Invitation.objects.filter(shop=shop, email=email, accepted_at=None)
        earlier.filter(revoked_at=None).update(revoked_at=now())
        return Invitation.objects.create(
            shop=shop, email=email, role=role, invited_by=by, expires_at=now() + LASTS
        )


def link(invitation: Invitation) -> str:
    token = signing.dumps(invitation.pk, salt=SALT)
    return settings.PUBLIC_URL + reverse("join", args=[token])


def mail(invitation: Invitation) -> None:
    """Send the link, in the shop's language. Raises what the mail server says."""
    with translation.override(invitation.shop.language):
        told = {"shop": invitation.shop, "link": link(invitation)}
        EmailMessage(
            gettext("Join the team of %s") % invitation.shop,
            gettext(
                "You are asked to join the team of %(shop)s. This link is for you alone, works "
                "once and for seven days:\n\n%(link)s\n\nIf it means nothing to you, do nothing."
            )
            % told,
            to=[invitation.email],
        ).send()


def of(token: str) -> Invitation:
    """The invitation that a link stands for. Raises NotInvited."""
    try:
        number = signing.loads(token, salt=SALT)
    except signing.BadSignature as fault:
        raise NotInvited(gettext("This link is not whole: copy all of it.")) from fault
    found = Invitation.objects.open().filter(pk=number).select_related("shop").first()
    if found is None:
        raise NotInvited(
            gettext("This link was used, withdrawn or is too old. Ask for another invitation.")
        )
    return found


def accept(invitation: Invitation, user: User) -> Seat:
    """Give the user the seat; the link is worth nothing afterwards. Raises NotInvited.

    Whoever has a seat in the shop keeps the role they have.
    """
    with transaction.atomic():
        mine = Invitation.objects.open().filter(pk=invitation.pk)
        if not mine.update(accepted_at=now(), accepted_by=user):
            raise NotInvited(gettext("Somebody was faster: this link has been used."))
        seat, _new = Seat.objects.get_or_create(
            shop_id=invitation.shop_id, user=user, defaults={"role": invitation.role}
        )
    return seat


def revoke(invitation: Invitation) -> None:
    """End it before it was used. Safe to repeat."""
    Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=now())
