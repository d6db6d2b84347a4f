"""The doctor finds what is wrong and says what to do."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import health
from shops.models import Delivery
from tests import make

pytestmark = pytest.mark.django_db


def test_a_sound_installation_passes_every_check():
    out = StringIO()

    call_command("doctor", stdout=out)

    assert "NOT" not in out.getvalue()
    assert "ok  database: Postgres" in out.getvalue()


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
