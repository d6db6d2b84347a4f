"""The doctor finds what is wrong and says what to do."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config import health
from shops import announcing
from shops.models import Delivery
from tests import make

pytestmark = pytest.mark.django_db


def test_a_sound_installation_passes_every_check():
    out = StringIO()

    call_command("doctor", stdout=out)

    assert "NOT" not in out.getvalue()
    assert "ok  database: Postgres" in out.getvalue()


def test_a_vanished_machine_is_noticed_in_a_minute():
    with psycopg.connect(**announcing.connection_parameters()) as listening:
        for line in (connection.cursor(), listening.cursor()):
            told: list[str] = []
            for name in ("idle", "interval", "count"):
                line.execute(f"SHOW tcp_keepalives_{name}")
                told += line.fetchone() or ()
            assert told == ["30", "10", "3"]


def test_a_delivery_that_waits_for_long_is_reported_with_advice():
    Delivery.objects.create(
        shop=make.shop(), message_id="m", topic="t", body=b"{}", received_at=make.days_ago(1)
    )
    out = StringIO()

    with pytest.raises(CommandError, match="1 of"):
        call_command("doctor", stdout=out)

    assert "1 deliveries" in out.getvalue()
    assert "Is a worker running" in out.getvalue()


def test_a_mail_server_that_does_not_answer_is_reported(settings):
    settings.EMAIL_IS_CAUGHT, settings.EMAIL_HOST, settings.EMAIL_PORT = False, "127.0.0.1", 1

    assert not health.mail().well
    assert "EMAIL_URL" in health.mail().advice
