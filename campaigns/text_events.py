"""What a carrier of text messages tells, as Twilio does: signed with the account's token.

Each message names its own address for it; answers come to one address of the account.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from campaigns import bounces, dsn, esp_events, seals
from campaigns.channel_models import ChannelAccount
from campaigns.models import Message
from customers import consent
from customers.models import Customer

PURPOSE = "waymark.text"
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
# Of a number: unknown, a landline, invalid, not mobile. 21610: its owner has answered STOP.
NO_SUCH, STOPPED = {"30005", "30006", "21211", "21214", "21217", "21614"}, "21610"


def url(account: ChannelAccount, message_id: int = 0) -> str:
    """Where the carrier tells of this message; of answers, without one."""
    token = seals.signed(PURPOSE, f"{account.pk}.{message_id}")
    return settings.PUBLIC_URL + reverse("text-events", args=[token])


def named(token: str) -> tuple[ChannelAccount, int] | None:
    """The account and the message of an address of ours; None for any other."""
    said = seals.opened(PURPOSE, token)
    if said is None:
        return None
    account_id, message_id = map(int, said.split("."))
    rows = ChannelAccount.objects.select_related("shop").filter(channel="sms", pk=account_id)
    account = rows.first()
    return (account, message_id) if account else None


def is_signed(account: ChannelAccount, called: str, form: Mapping[str, str], given: str) -> bool:
    """Whether the carrier signed this call: the address and all parameters, by the token."""
    text = called + "".join(name + form[name] for name in sorted(form))
    made = hmac.new(account.secret.encode(), text.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(made), given.encode(errors="replace"))


def take(account: ChannelAccount, message_id: int, form: Mapping[str, str]) -> None:
    """Write down what the carrier says. Safe to repeat, in any order."""
    if not message_id:
        _answer(account, form)
        return
    rows = Message.objects.select_related("shop", "customer")
    message = rows.filter(pk=message_id, shop=account.shop, channel="sms").first()
    # A changed number is not barred for the old one.
    if message is None or form.get("To", "") != message.customer.phone:
        return
    status, code = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    if status == "delivered":
        esp_events.arrived([(message.pk, now())])
    elif code == STOPPED:
        consent.withdraw(message.customer, channel="sms", how="STOP")
    elif status in {"failed", "undelivered"}:
        kind = "hard" if code in NO_SUCH else "soft"
        with transaction.atomic():
            bounces.settle(message, dsn.Report(kind, code[:20], status))


def _answer(account: ChannelAccount, form: Mapping[str, str]) -> None:
    words = form.get("Body", "").strip().strip(".!").upper()
    if words in STOP or form.get("OptOutType", "") == "STOP":
        theirs = Customer.objects.filter(shop=account.shop, phone=form.get("From", "-"))
        for customer in theirs.exclude(phone="").select_related("shop"):
            consent.withdraw(customer, channel="sms", how="STOP")
