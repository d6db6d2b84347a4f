"""Mails as they arrive, and what a mail server's refusals mean."""

import email
import email.policy

import pytest

from campaigns import channels
from campaigns.channels import email as email_channel
from campaigns.channels.base import ChannelError
from campaigns.models import CaughtMail
from campaigns.rendering import Rendered
from tests import make
from tests.campaigns import build
from tests.campaigns.conftest import free_port

MAIL = Rendered(subject="Grüße für Ann", html="<p>Hello Ann</p>", text="Hello Ann")
LINK = "https://example.com/u/1.abc/"


def message_to(address):
    ann = make.customer(build.shop(name="Tea & Co", from_email="hello@tea.example"), email=address)
    return build.message(ann)


def refused(*addresses):
    """The errors of handing over one mail to each address on one line."""
    faults = []
    with channels.get("email").open() as sender:
        for address in addresses:
            try:
                sender.send(message_to(address), MAIL, LINK)
            except ChannelError as fault:
                faults.append(fault)
    return faults


def test_a_mail_arrives_whole_with_its_headers(mail_catcher):
    message = message_to("ann@example.com")

    with channels.get("email").open() as sender:
        ids = [sender.send(message, MAIL, LINK) for _ in range(2)]

    assert ids == [f"<message-{message.pk}@tea.example>"] * 2  # the same for every attempt
    first, _second = CaughtMail.objects.all()
    assert (first.recipient, first.subject) == ("ann@example.com", MAIL.subject)
    mail = email.message_from_bytes(bytes(first.raw), policy=email.policy.default)
    assert mail["From"] == "Tea & Co <hello@tea.example>"
    assert mail["To"] == "ann@example.com"
    assert mail["Message-ID"] == ids[0]
    assert mail["X-Waymark-Message"] == str(message.pk)
    assert mail["List-Unsubscribe"] == f"<{LINK}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().strip()) for part in mail.iter_parts()]
    assert parts == [("text/plain", MAIL.text), ("text/html", MAIL.html)]


@pytest.mark.django_db
def test_a_shop_without_a_sender_address_writes_from_the_servers(settings):
    settings.DEFAULT_FROM_EMAIL = "hello@server.example"
    message = message_to("ann@example.com")
    message.shop.from_email = ""

    mail = email_channel.compose(message, MAIL, LINK)

    assert mail["From"] == "Tea & Co <hello@server.example>"


@pytest.mark.django_db
def test_a_mailbox_that_does_not_exist_is_permanent_and_a_busy_one_is_not(picky_server):
    gone, busy = refused("gone@example.com", "busy@example.com", "ann@example.com")

    assert (gone.permanent, busy.permanent) == (True, False)
    assert "550 5.1.1 no such mailbox" in str(gone)
    assert picky_server == ["ann@example.com"]


@pytest.mark.django_db
def test_a_server_that_closes_the_line_has_not_taken_the_next_mail(picky_server):
    faults = refused("closing@example.com", "ann@example.com")

    assert [(fault.permanent, fault.uncertain) for fault in faults] == [(False, False)] * 2
    assert picky_server == []


@pytest.mark.django_db
def test_a_line_that_breaks_after_hand_over_is_uncertain(picky_server):
    (fault,) = refused("silent@example.com")

    assert fault.uncertain
    assert picky_server == ["silent@example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["ann", "Ann <ann@example.com>", "ann@example.com\r\nBcc: bob@example.com", "a b@c"]
)
def test_an_address_that_is_none_fails_for_good(picky_server, address):
    (fault,) = refused(address)

    assert fault.permanent
    assert picky_server == []


@pytest.mark.django_db
def test_no_server_is_a_passing_trouble(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    with pytest.raises(ChannelError) as caught, channels.get("email").open():
        pass

    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
