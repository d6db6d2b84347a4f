"""The link in every mail that ends it: signed, works without signing in, safe to repeat."""

from functools import cache

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from campaigns import seals
from campaigns.models import Message
from customers import consent, touchpoints

PURPOSE = "waymark.unsub"
SIGNER = Signer(salt="waymark.unsubscribe", sep=".")  # of mails sent before, which stay valid


def url(message_id: int) -> str:
    """The address that unsubscribes this message's customer from its channel."""
    return settings.PUBLIC_URL + _place().replace("TOKEN", seals.signed(PURPOSE, str(message_id)))


@cache
def _place() -> str:
    return reverse("unsubscribe", args=["TOKEN"])


def message_of(token: str) -> Message | None:
    """The message whose link this is; None when the link was not made by us."""
    try:
        pk = int(seals.opened(PURPOSE, token) or SIGNER.unsign(token))
    except (BadSignature, ValueError):
        return None
    return Message.objects.select_related("shop", "customer").filter(pk=pk).first()


def unsubscribe(message: Message, *, how: str) -> None:
    """Withdraw the customer's consent on the message's channel. Safe to repeat."""
    at = now()
    with transaction.atomic():
        if consent.withdraw(message.customer, channel=message.channel, how=how):
            told = touchpoints.Row(
                message.shop_id,
                message.customer_id,
                "message.unsubscribed",
                f"unsubscribed:{message.pk}:{at:%Y%m%dT%H%M%S%f}",
                at,
                {"message": message.pk, "campaign": message.campaign_id},
            )
            touchpoints.record([told])
