"""Mails with one link that a customer asked for, each sent at most once."""

import smtplib
from datetime import timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import esps, seals
from campaigns.carrier_models import MailCarrier
from campaigns.channels.base import ChannelError, status_of
from campaigns.notice_models import Notice
from customers.models import Customer, Suppression
from shops import pauses, speaking
from shops.announcing import announce

PURPOSE = "waymark.notice"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
BATCH, MOST_ATTEMPTS = 50, 6
VALID = {"confirm": timedelta(days=7), "export": timedelta(days=1), "erase": timedelta(days=1)}
CLAIM = """
UPDATE campaigns_notice SET status = 'sending', claimed_at = now(), attempts = attempts + 1
WHERE id IN (SELECT id FROM campaigns_notice WHERE status = 'planned' AND due_at <= now()
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def plan(customer: Customer, kind: str, data: dict[str, str], *, what: str = "") -> bool:
    """Leave a mail to be sent; False when the same was asked for within the last hour."""
    cause = f"{kind}:{customer.pk}:{what}:{now():%Y%m%d%H}"
    with transaction.atomic():
        _kept, new = Notice.objects.get_or_create(
            shop=customer.shop,
            cause=cause,
            defaults={"customer": customer, "kind": kind, "address": customer.email, "data": data},
        )
        announce("notice")
    return new


def url(notice: Notice) -> str:
    """The address in the mail; worth nothing after a while."""
    expires = int((notice.created_at + VALID[notice.kind]).timestamp())
    token = seals.signed(PURPOSE, f"{notice.pk}.{expires}")
    return settings.PUBLIC_URL + reverse("notice", args=[token])


def of(token: str) -> Notice | None:
    """The notice whose link this is; None when it is not ours or no longer valid."""
    said = seals.opened(PURPOSE, token)
    if said is None:
        return None
    pk, expires = map(int, said.split("."))
    if now().timestamp() > expires:
        return None
    return Notice.objects.select_related("shop", "customer").filter(pk=pk).first()


def send_waiting() -> int:
    """Send what is due, and settle what a sender left behind; returns how many were taken."""
    lost = now() - timedelta(seconds=settings.SEND_LEASE_SECONDS)
    Notice.objects.filter(status="sending", claimed_at__lt=lost).update(
        status="uncertain", reason="the sender stopped"
    )
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        claimed = [pk for (pk,) in cursor.fetchall()]
    for notice in Notice.objects.filter(pk__in=claimed).select_related("shop", "customer"):
        status, reason = _send(notice)
        _record(notice, status, reason)
    return len(claimed)


def _send(notice: Notice) -> tuple[str, str]:
    """What became of it; the mark "sending" is durable by now."""
    if Suppression.objects.filter(
        shop=notice.shop, channel="email", address=notice.address.lower()
    ).exists():
        return "failed", "suppressed address"
    if carrier := MailCarrier.objects.filter(shop=notice.shop).first():
        return _by_service(notice, carrier)
    line = get_connection(SMTP, timeout=30)
    try:
        line.open()
    except (smtplib.SMTPException, OSError) as fault:
        return "later", f"The mail server does not answer: {fault}"
    try:
        mail(notice, line).send()
    except smtplib.SMTPRecipientsRefused as fault:
        codes = [code for code, _said in fault.recipients.values()]
        return ("failed" if min(codes) >= 500 else "later"), str(fault)
    except smtplib.SMTPResponseException as fault:
        return ("failed" if fault.smtp_code >= 500 else "later"), str(fault)
    except (smtplib.SMTPException, OSError) as fault:
        return "uncertain", f"The line broke: {fault}"
    finally:
        line.close()
    return "sent", ""


def _by_service(notice: Notice, carrier: MailCarrier) -> tuple[str, str]:
    try:
        esps.hand_over(esps.connect(carrier), mail(notice))
    except ChannelError as fault:
        return status_of(fault), str(fault)
    return "sent", ""


def _record(notice: Notice, status: str, reason: str) -> None:
    rows = Notice.objects.filter(pk=notice.pk, status="sending")
    if status == "later" and notice.attempts < MOST_ATTEMPTS:
        due = now() + pauses.growing(notice.attempts, first=60, longest=7200)
        rows.update(status="planned", reason=reason[:300], due_at=due, claimed_at=None)
        return
    status = "failed" if status == "later" else status
    rows.update(status=status, reason=reason[:300], sent_at=now() if status == "sent" else None)


def mail(notice: Notice, line: object = None) -> EmailMultiAlternatives:
    """The mail in the customer's language."""
    with speaking.to_customer(notice.customer):
        shop = notice.shop.name
        subject = {
            "confirm": _("Please confirm: news from %s"),
            "export": _("Your data at %s"),
            "erase": _("Erase your data at %s?"),
        }[notice.kind] % shop
        known = {"notice": notice, "shop": notice.shop, "url": url(notice)}
        text = render_to_string("campaigns/notice_mail.txt", known)
        html = render_to_string("campaigns/notice_mail.html", known)
    made = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        from_email=formataddr((shop, notice.shop.from_email or settings.DEFAULT_FROM_EMAIL)),
        to=[notice.address],
        headers={"Auto-Submitted": "auto-generated"},
        connection=line,
    )
    made.attach_alternative(html, "text/html")
    return made
