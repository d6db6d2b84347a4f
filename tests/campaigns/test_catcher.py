"""The catcher keeps a mail before it says so."""

import smtplib

import pytest
from django.db import connection

from campaigns import catcher
from campaigns.models import CaughtMail


def send(port, content, *recipients):
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as line:
        line.sendmail("shop@example.com", recipients, content)


def test_a_mail_is_kept_as_it_came_once_a_recipient(mail_catcher):
    content = b"Subject: Hi\r\nMessage-ID: <1@example.com>\r\n\r\nBody\r\n"

    send(mail_catcher, content, "ann@example.com", "bob@example.com")

    kept = CaughtMail.objects.order_by("recipient")
    assert [mail.recipient for mail in kept] == ["ann@example.com", "bob@example.com"]
    assert {(m.subject, m.message_id, bytes(m.raw)) for m in kept} == {
        ("Hi", "<1@example.com>", content)
    }


def test_what_cannot_be_kept_is_not_taken(mail_catcher):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_caughtmail RENAME TO away")
    try:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            send(mail_catcher, b"Subject: Hi\r\n\r\nBody\r\n", "ann@example.com")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO campaigns_caughtmail")

    assert caught.value.smtp_code == 451  # the sender tries again
    assert not CaughtMail.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "content", [b"", b"no header", b"Subject: =?utf-8?b?AEhp?=\r\n\r\n", b"\xff"]
)
def test_odd_mails_are_kept_too(content):
    catcher.store(content, ["ann@example.com"])

    assert bytes(CaughtMail.objects.get().raw) == content
