"""What Sentry is told: where a fault is, and nobody's data."""

import json

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from config import logs


@pytest.fixture
def told(settings, monkeypatch):
    """What would leave for Sentry."""
    left = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            left.append(envelope.serialize().decode())

    start = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda dsn, **how: start(dsn, transport=Kept, **how))
    settings.SENTRY_DSN = "https://key@sentry.example.com/1"
    logs.watch_errors()
    yield left
    sentry_sdk.get_global_scope().set_client(None)


def test_an_error_leaves_without_addresses_and_variables(told):
    password = "".join(["hunter", "2" * 8])  # not as it stands here, for lines of code do leave
    try:
        raise ValueError("Key (email)=(ann.lee@example.com) already exists.", len(password))
    except ValueError as error:
        sentry_sdk.capture_exception(error)

    [report] = told
    assert "already exists" in report
    assert "ann.lee" not in report
    assert "hunter22222222" not in report
    assert json.loads(report.splitlines()[0])["event_id"]


def test_without_an_address_nothing_is_started(settings, monkeypatch):
    started = []
    monkeypatch.setattr(sentry_sdk, "init", lambda *args, **how: started.append(args))
    settings.SENTRY_DSN = ""
    logs.watch_errors()
    assert started == []
