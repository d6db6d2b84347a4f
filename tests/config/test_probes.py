"""What machines ask a web process, as they would ask it: by address, without a host's name."""

import re

import pytest
from django.db import OperationalError, connection

from customers.models import StaleMark
from tests import make

pytestmark = pytest.mark.django_db
BY_ADDRESS = {"HTTP_HOST": "10.1.2.3:8000"}


@pytest.mark.parametrize(("path", "said"), [("/healthz", "alive"), ("/readyz", "ready")])
def test_a_sound_process_says_so_by_whatever_name_it_is_called(client, path, said):
    answer = client.get(path, **BY_ADDRESS)

    assert (answer.status_code, answer.text.strip()) == (200, said)


def test_without_a_database_it_lives_and_takes_no_work(client, monkeypatch):
    def away(*_args):
        raise OperationalError("away")

    monkeypatch.setattr(connection, "cursor", away)

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_figures_are_there_for_who_has_the_token(client, settings):
    assert client.get("/metrics").status_code == 404

    settings.METRICS_TOKEN = "open-sesame"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer sesame").status_code == 401
    answer = client.get("/metrics", HTTP_AUTHORIZATION="Bearer open-sesame", **BY_ADDRESS)

    assert answer["Content-Type"].startswith("text/plain; version=")
    assert 'waymark_queue_rows{queue="messages"} 0.0' in answer.text


def test_every_figure_is_documented(client, settings):
    settings.METRICS_TOKEN = "open-sesame"
    told = client.get("/metrics", HTTP_AUTHORIZATION="Bearer open-sesame").text
    names = set(re.findall(r"^# HELP (\w+)", told, re.MULTILINE))
    names |= set(re.findall(r'(?:queue|what)="(\w+)"', told))
    page = (settings.BASE_DIR / "docs/operations.md").read_text()
    assert len(names) > 20
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_a_queue_tells_how_much_waits_and_for_how_long(client, settings):
    settings.METRICS_TOKEN = "open-sesame"
    shop = make.shop()
    for days in (1, 2):
        who = make.customer(shop)
        StaleMark.objects.create(shop=shop, customer=who, since=make.days_ago(days), parts=1)

    lines = client.get("/metrics", HTTP_AUTHORIZATION="Bearer open-sesame").text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line[0] != "#")

    assert float(found['waymark_queue_rows{queue="customers"}']) == 2
    assert 172_800 <= float(found['waymark_queue_seconds{queue="customers"}']) < 172_860


def test_every_answer_bears_the_number_of_its_request(client):
    given = client.get("/healthz", HTTP_X_REQUEST_ID="proxy-0123456789")
    own = client.get("/admin/login/", HTTP_X_REQUEST_ID="a b\r\nSet-Cookie: x=1")
    kept = client.get("/admin/login/", HTTP_X_REQUEST_ID="proxy-0123456789")

    assert "X-Request-ID" not in given  # asked every second, never looked for
    assert len(own["X-Request-ID"]) == 32
    assert kept["X-Request-ID"] == "proxy-0123456789"
