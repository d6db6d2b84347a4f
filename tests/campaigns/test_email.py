"""Mails as they arrive, and what a mail server's refusals and hang-ups mean."""

import email
import email.policy

import pytest

from campaigns import channels, letters
from campaigns.channels.base import ChannelError
from campaigns.models import CaughtMail
from campaigns.smtp_pool import SmtpPool
from tests import make
from tests.campaigns import build
from tests.campaigns.conftest import free_port


def letters_to(*addresses):
    shop = build.shop(name="Tea & Co", from_email="hello@tea.example")
    return letters.read(
        [build.message(make.customer(shop, email=address)).pk for address in addresses]
    )


def handed_over(*addresses):
    """The outcomes of one batch with a mail to each address, by address."""
    with channels.get("email").open() as sender:
        outcomes = list(sender.hand_over(iter(letters_to(*addresses))))
    assert len(outcomes) == len(addresses)
    return {outcome.letter.email: outcome for outcome in outcomes}


def test_a_mail_arrives_whole_with_its_headers(mail_catcher):
    (letter,) = letters_to("ann@example.com")
    letter.template.subject = "Grüße für {{ customer.first_name }}"

    with channels.get("email").open() as sender:
        ids = [each.carrier_id for _ in range(2) for each in sender.hand_over(iter([letter]))]

    assert ids == [f"<message-{letter.id}@tea.example>"] * 2  # the same for every attempt
    first, _second = CaughtMail.objects.all()
    assert (first.recipient, first.subject) == ("ann@example.com", "Grüße für Ann")
    mail = email.message_from_bytes(bytes(first.raw), policy=email.policy.default)
    assert mail["From"] == "Tea & Co <hello@tea.example>"
    assert mail["To"] == "ann@example.com"
    assert mail["Message-ID"] == ids[0]
    assert mail["X-Waymark-Message"].startswith(f"{letter.id}-")
    assert mail["List-Unsubscribe"] == f"<{letter.unsubscribe_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().strip()) for part in mail.iter_parts()]
    assert parts == [("text/plain", "Hello Ann"), ("text/html", "<p>Hello Ann</p>")]


@pytest.mark.django_db
def test_a_shop_without_a_sender_address_writes_from_the_servers(settings, picky_server):
    settings.DEFAULT_FROM_EMAIL = "hello@server.example"
    (letter,) = letters_to("ann@example.com")
    letter.shop.from_email = ""

    with channels.get("email").open() as sender:
        list(sender.hand_over(iter([letter])))

    assert b"From: Tea & Co <hello@server.example>" in picky_server[0][1]


@pytest.mark.django_db
def test_each_mail_has_its_own_answer(picky_server):
    found = handed_over(
        *("gone@example.com", "full@example.com", "busy@example.com", "spam@example.com"),
        *("grey@example.com", "ann@example.com", "a b@example.com"),
    )

    assert {name.partition("@")[0]: each.status for name, each in found.items()} == {
        **{"gone": "failed", "full": "failed", "busy": "later", "spam": "failed"},
        **{"grey": "later", "ann": "sent", "a b": "failed"},
    }
    assert [name for name, each in found.items() if each.bounced] == ["gone@example.com"]
    assert "550 5.1.1 no such mailbox" in found["gone@example.com"].reason
    assert [name for name, _ in picky_server] == ["ann@example.com"]


@pytest.mark.django_db
def test_a_line_that_closes_has_not_taken_the_mail_and_the_others_take_another(picky_server):
    addresses = ["closing@example.com", *(f"ann-{n}@example.com" for n in range(30))]

    found = handed_over(*addresses)

    assert [found[address].status for address in addresses] == ["later", *["sent"] * 30]
    assert sorted(name for name, _ in picky_server) == sorted(addresses[1:])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "status"),
    [("silent", "uncertain"), ("hangup", "later"), ("ending", "later")],
)
def test_a_line_that_breaks_is_uncertain_only_behind_the_end_of_a_mail(picky_server, name, status):
    addresses = [f"{name}@example.com", *(f"ann-{n}@example.com" for n in range(30))]

    found = handed_over(*addresses)

    assert [found[address].status for address in addresses] == [status, *["sent"] * 30]
    taken = [each for each, _ in picky_server if each.startswith("ann")]
    assert sorted(taken) == sorted(addresses[1:])  # every one, and none twice


@pytest.mark.django_db
def test_a_server_that_always_hangs_up_is_left_alone_after_a_few_tries(picky_server):
    batch = letters_to(*(f"hangup-{n}@example.com" for n in range(40)))
    statuses: set[str] = set()

    with channels.get("email").open() as sender:
        outcomes = sender.hand_over(iter(batch))
        with pytest.raises(ChannelError, match="again and again"):
            statuses.update(each.status for each in outcomes)

    assert statuses == {"later"}


@pytest.mark.django_db
def test_no_server_is_a_passing_trouble(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    with channels.get("email").open() as sender, pytest.raises(ChannelError) as caught:
        list(sender.hand_over(iter(letters_to("ann@example.com"))))

    assert (caught.value.permanent, caught.value.uncertain) == (False, False)


@pytest.mark.django_db
def test_a_thousand_mails_take_all_lines_and_arrive_once(picky_server, settings):
    batch = letters_to(*(f"ann-{n}@example.com" for n in range(200)))

    with channels.get("email").open() as sender:
        outcomes = list(sender.hand_over(iter(batch * 5)))
        assert isinstance(sender, SmtpPool)
        assert len(sender.lines) == settings.SMTP_CONNECTIONS

    assert {each.status for each in outcomes} == {"sent"}
    assert sorted(name for name, _ in picky_server) == sorted(each.email for each in batch * 5)
