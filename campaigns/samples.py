"""A template as one customer would get it, outside of any campaign and out of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import channels, happened, letters, mime, rendering, tracking
from campaigns.channels.base import ChannelError, Outcome
from campaigns.letters import Letter
from campaigns.models import Template
from customers.models import Customer
from shops.masking import mask
from shops.models import Shop

SIGNED = ("visit",)
NOBODY = 0  # the id of a message that does not exist: a bounce of it is nobody's


@dataclass(frozen=True)
class Sample:
    """What an inbox shows, and what is in the mail."""

    sender: str
    subject: str
    preheader: str
    html: str
    text: str


def someone(shop: Shop, *, near: int = 0, step: int = 0, named: str = "") -> Customer | None:
    """A customer to look at: the one named by address or id, else the next or previous one."""
    people = Customer.objects.filter(shop=shop, merged_into=None)
    if named:
        by_id = people.filter(external_id=named).first()
        return by_id or people.filter(email=named.lower()).first()
    if step < 0:
        return people.filter(pk__lt=near).order_by("-pk").first() or people.order_by("-pk").first()
    after = people.filter(pk__gte=near + step).order_by("pk").first()
    return after or people.order_by("pk").first()


def context_of(shop: Shop, customer: Customer | None, *, is_hidden: bool = False) -> dict[str, Any]:
    """What the template may speak of; an invented customer's where there is none."""
    if customer is None:
        told = {**rendering.EXAMPLE, "shop": letters.of_shop(shop)}
    else:
        told = {**letters.of_customer(customer), "happened": happened.EXAMPLE}
        # A link that is followed in a preview must not make its reader that customer.
        told |= {name: rendering.EXAMPLE[name] for name in SIGNED if name in told}
    told["campaign"] = {"key": "example", "name": _("Example")}
    for name, page in (("unsubscribe_url", "unsubscribe"), ("preferences_url", "preferences")):
        told[name] = settings.PUBLIC_URL + reverse(page, args=["example"])
    if is_hidden:
        told["customer"] = mask(told["customer"])
    return told


def of(template: Template, context: dict[str, Any]) -> Sample:
    """The mail for this context. Raises RenderingError."""
    mail = rendering.render(template, context)
    name = template.from_name or template.shop.name
    return Sample(
        sender=f"{name} <{mime.sender(template, template.shop)}>",
        subject=mail.subject,
        preheader=rendering.line(template.preheader, context),
        html=mail.html,
        text=mail.text,
    )


def send(template: Template, context: dict[str, Any], to: str) -> Outcome:
    """Send the mail to somebody of the shop's own, marked as a test. No row is written."""
    marked = Template(
        shop=template.shop,
        name=template.name,
        subject=_("[Test] %s") % template.subject,
        **{
            part: getattr(template, part)
            for part in ("preheader", "html", "text", "from_name", "from_local", "reply_to")
        },
    )
    (outcome,) = send_all(marked, context, [to])
    return outcome


def send_all(template: Template, context: dict[str, Any], to: Sequence[str]) -> list[Outcome]:
    """Send the mail to these addresses by the shop's own carrier; tells of each what became of it,
    in that order. No row is written."""
    mails = [
        Letter(
            NOBODY, template.shop, template, NOBODY, NOBODY, "email", 0, now(), each, "",
            context["unsubscribe_url"], context, dkim=tracking.key_of(template.shop),
        )
        for each in to
    ]  # fmt: skip
    email, told, reason = channels.get("email"), {}, ""
    way = email.ways([template.shop.pk]).get(template.shop.pk, "")
    try:
        with email.open(way) as carrier:
            for outcome in carrier.hand_over(iter(mails)):
                told[outcome.letter.email] = outcome
    except ChannelError as fault:
        reason = str(fault)
    return [told.get(each.email) or Outcome(each, "later", reason) for each in mails]
