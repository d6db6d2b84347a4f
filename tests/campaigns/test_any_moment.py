"""Whoever unsubscribes before a message is marked as handed over gets nothing, at any moment."""

import threading
import time

import pytest
from django.db import connection

from campaigns import gate, sending
from customers import consent
from tests.campaigns.test_sending import Pen as Pen
from tests.campaigns.test_sending import fate, messages, pen, send_due

__all__ = ["pen"]
pytestmark = pytest.mark.django_db(transaction=True)
MOST_STATEMENTS = 60


def test_unsubscribing_before_any_statement_of_a_sender_is_obeyed(pen, settings):
    """The sender is stopped before each of its statements in turn, and the customer leaves then."""
    settings.CHANNELS = {"email": "tests.campaigns.test_sending.Pen"}
    moment, kept = 0, 0
    while moment < MOST_STATEMENTS:
        pen.path.write_text("")
        (message,) = messages(1)
        left, looked, count = _send_interrupted(message, moment)
        if count <= moment:
            break
        sent = pen.handed_over() == [message.pk]
        if left < looked:
            assert not sent, f"sent although they left before statement {moment}"
            kept += 1
        message.refresh_from_db()
        assert message.status == ("sent" if sent else "refused")
        moment += 1

    assert 0 < kept < moment


def _send_interrupted(message, moment):
    """When the customer had left, when the gate began to judge, and the count of statements."""
    seen = {"count": 0, "looked": float("inf")}
    left = [float("inf")]

    def leave():
        try:
            consent.withdraw(message.customer, channel="email", how="link")
            left[0] = time.monotonic()
        finally:
            connection.close()

    leaver = threading.Thread(target=leave)

    def before(execute, sql, params, many, context):
        if seen["count"] == moment:
            leaver.start()
            leaver.join(0.2)  # it may have to wait for our own locks
        seen["count"] += 1
        if sql.startswith(gate.JUDGE[:20]):
            seen["looked"] = time.monotonic()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(before):
        send_due()
    if leaver.ident:
        leaver.join(10)
    return left[0], seen["looked"], seen["count"]


def test_what_waits_behind_a_slow_letter_is_judged_again_and_loses_no_attempt(
    pen, settings, monkeypatch
):
    settings.CHANNELS = {"email": "tests.campaigns.test_sending.Pen"}
    monkeypatch.setattr(sending, "JUDGED_FOR_SECONDS", 0.1)
    first, second = messages(2)

    def leave_meanwhile():
        consent.withdraw(second.customer, channel="email", how="link")
        time.sleep(0.2)

    monkeypatch.setattr(pen, "meanwhile", leave_meanwhile)
    send_due()

    assert (fate(first), fate(second)) == (("sent", ""), ("planned", ""))
    assert (second.attempts, second.handed_over_at) == (0, None)
    send_due()
    assert fate(second) == ("refused", "no consent")
    assert pen.handed_over() == [first.pk]


def test_senders_take_what_their_carrier_takes_in_a_moment():
    carriers = sending.Carriers()
    for seconds, pace in ((0.01, 200), (0.02, 400), (0.01, 500), (1.0, 125), (60, 1), (0.1, 2)):
        carriers.keep_pace(seconds)
        assert carriers.pace == pace
