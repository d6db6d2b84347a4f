"""Every message leaves at most once, and what became of it is written down."""

import os
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils.timezone import now

from campaigns import launching, recording, rendering, sending
from campaigns.channels.base import Channel, ChannelError, OneByOne
from campaigns.models import CaughtMail, Message
from customers import consent
from customers.models import Suppression, Touchpoint
from tests import make
from tests.campaigns import build
from tests.campaigns.conftest import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Pen(Channel, OneByOne):
    """A carrier that writes down what it was handed, where a killed process leaves it too."""

    path = Path()
    fault: ChannelError | None = None

    @staticmethod
    def meanwhile():
        """What happens between hand-over and record."""

    @contextmanager
    def open(self, way=""):
        yield self

    def send(self, letter):
        rendering.render(letter.template, letter.context)
        if self.fault:
            raise self.fault
        with self.path.open("a") as paper:
            paper.write(f"{letter.id} {threading.get_ident()}\n")
        type(self).meanwhile()
        return f"pen-{letter.id}"

    @classmethod
    def handed_over(cls):
        return [int(line.split()[0]) for line in cls.path.read_text().splitlines()]


@pytest.fixture
def pen(settings, tmp_path, monkeypatch):
    settings.CHANNELS = {"email": f"{__name__}.Pen"}
    monkeypatch.setattr(Pen, "path", tmp_path / "paper")
    Pen.path.touch()
    return Pen


def messages(count, **fields):
    shop = build.shop()
    build.campaign(shop)
    return [build.message(make.customer(shop, consents=("email",)), **fields) for _ in range(count)]


def send_due(**fields):
    """One batch, over lines of its own."""
    with sending.Carriers() as carriers:
        return sending.send_due(carriers, **fields)


@pytest.fixture
def one_at_a_time(monkeypatch):
    """The gate judges a message when the one before has left."""
    monkeypatch.setattr(sending, "FIRST", 1)


def fate(message):
    message.refresh_from_db()
    return message.status, message.reason


def test_a_due_message_is_sent_recorded_and_told_to_the_history(mail_catcher):
    (message,) = messages(1)

    assert [sending.send_waiting() for _ in range(2)] == [1, 0]

    assert fate(message) == ("sent", "")
    assert message.sent_at is not None
    assert CaughtMail.objects.get().message_id == message.carrier_id
    told = Touchpoint.objects.get(kind="message.sent")
    assert (told.customer_id, told.source) == (message.customer_id, f"message:{message.pk}")


def test_what_one_mailbox_refuses_does_not_touch_the_others(picky_server):
    gone, busy, ann = messages(3)
    for message, name in ((gone, "gone"), (busy, "busy"), (ann, "ann")):
        message.customer.email = f"{name}@example.com"
        message.customer.save()

    send_due()

    assert fate(gone) == ("failed", "The mail server answered 550 5.1.1 no such mailbox")
    assert fate(busy) == ("planned", "The mail server answered 451 4.7.1 try again later")
    assert fate(ann) == ("sent", "")
    assert busy.due_at > now()


def test_a_mailbox_that_does_not_exist_is_never_written_to_again(picky_server):
    (gone,) = messages(1)
    gone.customer.email = "Gone@example.com"
    gone.customer.save()
    send_due()

    again = build.message(gone.customer, gone.campaign, step="1")
    send_due()

    assert fate(again) == ("refused", "suppressed address")
    assert Suppression.objects.get(address="gone@example.com").reason == "bounced"
    assert Touchpoint.objects.get(kind="message.bounced").customer_id == gone.customer_id


def test_a_broken_line_leaves_one_uncertain_and_the_rest_take_another(picky_server):
    silent, ann = messages(2)
    silent.customer.email = "silent@example.com"
    silent.customer.save()

    send_due()

    assert fate(silent)[0] == "uncertain"
    assert fate(ann) == ("sent", "")
    assert sorted(name for name, _ in picky_server) == [ann.customer.email, "silent@example.com"]


def test_what_was_never_reached_is_planned_again(settings):
    (message,) = messages(1)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    send_due()

    status, reason = fate(message)
    assert status == "planned"
    assert "does not answer" in reason
    assert message.handed_over_at is None


def test_a_passing_trouble_is_tried_again_later_each_time_and_then_given_up(pen, monkeypatch):
    (message,) = messages(1)
    monkeypatch.setattr(pen, "fault", ChannelError("busy"))

    for delay in recording.RETRY_AFTER:
        assert send_due() == 1
        assert fate(message) == ("planned", "busy")
        assert message.due_at - now() == pytest.approx(delay, abs=timedelta(seconds=30))
        assert send_due() == 0  # not before
        Message.objects.update(due_at=make.days_ago(1))
    send_due()

    assert fate(message) == ("failed", "Gave up: busy")


def test_a_template_that_cannot_be_rendered_fails_that_message_alone(pen):
    bad, good = messages(2)
    bad.template = build.template(bad.shop, subject="{% if %}")
    bad.save()

    send_due()

    assert fate(bad)[0] == "failed"
    assert "Template 'Hello'" in bad.reason
    assert fate(good) == ("sent", "")


def test_a_process_killed_between_hand_over_and_record_sends_nothing_twice(pen, settings):
    first, second = messages(2)
    connections.close_all()  # a connection must not be shared with the child

    child = os.fork()
    if child == 0:
        try:
            pen.meanwhile = lambda: os._exit(0)
            send_due()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    assert pen.handed_over() == [first.pk]
    assert (fate(first)[0], fate(second)[0]) == ("sending", "sending")
    assert (send_due(), sending.sweep()) == (0, 0)  # it might still be alive
    settings.SEND_LEASE_SECONDS = 0
    assert sending.sweep() == 2
    assert sending.send_waiting() == 0
    assert pen.handed_over() == [first.pk]
    for message in (first, second):
        assert fate(message) == ("uncertain", "the sender stopped between hand-over and record")


@pytest.mark.usefixtures("one_at_a_time")
def test_what_a_killed_process_had_not_begun_is_sent_by_another(pen, settings):
    first, second = messages(2)
    connections.close_all()

    child = os.fork()
    if child == 0:
        try:
            pen.meanwhile = lambda: os._exit(0)
            sending.send_waiting()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    settings.SEND_LEASE_SECONDS = 0
    assert sending.sweep() == 1
    settings.SEND_LEASE_SECONDS = 600
    send_due()

    assert fate(first) == ("uncertain", "the sender stopped between hand-over and record")
    assert fate(second) == ("sent", "")
    assert pen.handed_over() == [first.pk, second.pk]


@pytest.mark.parametrize(
    ("stop", "left"),
    [
        (lambda message: launching.pause(message.campaign), ("planned", "")),
        (lambda message: launching.cancel(message.campaign), ("refused", "campaign cancelled")),
        (
            lambda message: consent.withdraw(message.customer, channel="email", how="link"),
            ("refused", "no consent"),
        ),
    ],
    ids=["paused", "cancelled", "unsubscribed"],
)
@pytest.mark.usefixtures("one_at_a_time")
def test_what_is_stopped_while_others_leave_does_not_leave(pen, monkeypatch, stop, left):
    first, second = messages(2)
    monkeypatch.setattr(pen, "meanwhile", lambda: stop(second))

    sending.send_waiting()

    assert (fate(first), fate(second)) == (("sent", ""), left)
    assert pen.handed_over() == [first.pk]
    if left[0] == "planned":
        assert (second.attempts, second.claimed_at) == (0, None)
        assert launching.resume(second.campaign)
        monkeypatch.setattr(pen, "meanwhile", lambda: None)
        send_due()
        assert fate(second) == ("sent", "")


def test_what_comes_back_to_a_cancelled_campaign_is_refused(pen, monkeypatch):
    (message,) = messages(1)
    monkeypatch.setattr(pen, "fault", ChannelError("busy"))
    read = sending.letters.read
    monkeypatch.setattr(
        sending.letters, "read", lambda ids: (read(ids), launching.cancel(message.campaign))[0]
    )

    send_due()

    assert fate(message) == ("refused", "campaign cancelled")


def test_a_claim_that_was_taken_for_lost_hands_nothing_over(pen, settings, monkeypatch):
    """A sender that slept through its lease finds its messages given up by another one."""
    (message,) = messages(1)
    read = sending.letters.read

    def sleep_through(claimed):
        time.sleep(0.3)
        assert sending.sweep() == 1
        return read(claimed)

    settings.SEND_LEASE_SECONDS = 0.2
    monkeypatch.setattr(sending.letters, "read", sleep_through)
    send_due()

    assert fate(message)[0] == "uncertain"
    assert pen.handed_over() == []


def test_two_senders_at_once_hand_every_message_over_once(pen, monkeypatch):
    planned = messages(30)
    monkeypatch.setattr(pen, "meanwhile", lambda: time.sleep(0.02))
    start = threading.Barrier(2)

    def send():
        start.wait(10)
        while send_due(limit=3):
            pass
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)

    assert sorted(pen.handed_over()) == [message.pk for message in planned]
    assert len({line.split()[1] for line in pen.path.read_text().splitlines()}) == 2
    assert Message.objects.filter(status="sent", attempts=1).count() == 30


def test_a_sender_stops_before_somebody_calls_its_messages_uncertain(pen, settings, monkeypatch):
    settings.SEND_LEASE_SECONDS = 2
    monkeypatch.setattr(pen, "meanwhile", lambda: time.sleep(1.1))
    first, second = messages(2)

    send_due()

    assert fate(first) == ("sent", "")
    assert fate(second) == ("planned", "")


def test_what_was_called_uncertain_stays_so(pen, settings, monkeypatch):
    (message,) = messages(1)
    handed, swept = threading.Event(), threading.Event()

    def until_swept():
        handed.set()
        swept.wait(10)

    def send():
        send_due()
        connection.close()

    monkeypatch.setattr(pen, "meanwhile", until_swept)
    sender = threading.Thread(target=send)
    sender.start()
    assert handed.wait(10)

    settings.SEND_LEASE_SECONDS = 0
    assert sending.sweep() == 1
    swept.set()
    sender.join(10)

    assert fate(message)[0] == "uncertain"
