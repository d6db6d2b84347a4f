"""What a customer may ask by a link in a mail to their own address: to be written to, to get their
data, to have it erased.

The mail proves that whoever asks reads the address. Looking at the link does nothing; its button
does it once.
"""

from django.db import transaction
from django.utils.timezone import now

from campaigns import notices
from campaigns.notice_models import Notice
from customers import consent, portable, privacy
from customers.consent import Statement
from customers.models import Customer
from shops.connectors.base import PrivacyFact

HOW = "double opt-in"


def confirmation(
    customer: Customer, *, channel: str, how: str, wording: str = "", page: str = ""
) -> bool:
    """Ask by mail whether the customer really wants this channel; False when there is no need.

    Nothing is sent on the channel until they say so.
    """
    if customer.consents.filter(channel=channel, ended_at=None).exists() or not customer.email:
        return False
    said = {"channel": channel, "how": how, "wording": wording, "page": page}
    return notices.plan(customer, "confirm", said, what=channel)


def copy(customer: Customer) -> bool:
    """Mail a link to a copy of the customer's data."""
    return bool(customer.email) and notices.plan(customer, "export", {})


def erasure(customer: Customer) -> bool:
    """Mail a link that erases the customer's data."""
    # Without the shop's own id there is nothing to erase by, here or at the shop.
    known = customer.email and customer.external_id
    return bool(known) and notices.plan(customer, "erase", {})


def confirm(notice: Notice) -> None:
    """The customer said yes. Safe to repeat; once withdrawn, the same link gives nothing back."""
    with transaction.atomic():
        if not _is_first(notice):
            return
        said = notice.data
        proof = {
            "wording": said.get("wording", ""),
            "page": said.get("page", ""),
            "reference": f"asked {notice.created_at.isoformat()} by {said.get('how', '')}; "
            f"confirmed by the link in mail {notice.pk}",
        }
        given = Statement(
            notice.customer_id, said["channel"], given=True, occurred_at=now(), how=HOW, proof=proof
        )
        consent.state(notice.shop, [given])


def take(notice: Notice) -> dict[str, object]:
    """The customer's data; that they took it is kept as a privacy request."""
    with transaction.atomic():
        if _is_first(notice):
            privacy.receive(notice.shop, _fact(notice))
        return portable.of(notice.customer)


def erase(notice: Notice) -> None:
    """Erase the customer. Safe to repeat."""
    with transaction.atomic():
        if notice.customer.external_id and _is_first(notice):
            privacy.receive(notice.shop, _fact(notice))
            Notice.objects.filter(customer=notice.customer).update(address="", data={})


def _is_first(notice: Notice) -> bool:
    return bool(Notice.objects.filter(pk=notice.pk, done_at=None).update(done_at=now()))


def _fact(notice: Notice) -> PrivacyFact:
    return PrivacyFact(f"notice:{notice.pk}", notice.kind, notice.customer.external_id, now())
