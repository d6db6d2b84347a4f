"""Whoever unsubscribes before a message is marked as handed over gets nothing, at any moment."""

import threading
import time

import pytest
from django.db import connection

from campaigns import sending
from customers import consent
from tests.campaigns.test_sending import Pen as Pen
from tests.campaigns.test_sending import messages, pen, send_due

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

    assert 3 < kept < moment


def _send_interrupted(message, moment):
    """When the customer had left, when the last look began, and how many statements there were."""
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
        if sql == sending.last_look.LOOK:
            seen["looked"] = time.monotonic()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(before):
        send_due()
    if leaver.ident:
        leaver.join(10)
    return left[0], seen["looked"], seen["count"]
