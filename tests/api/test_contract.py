"""The OpenAPI document is what the code says, and the live API keeps to it."""

import json
import os
import re
from pathlib import Path

import pytest
import schemathesis
from django.core import signals
from django.core.management import call_command
from django.db import close_old_connections
from django.utils.translation import override
from hypothesis import HealthCheck, settings

from config.wsgi import application
from tests.api.calling import Caller

ROOT = Path(__file__).resolve().parents[2]
MAKE = "run: python manage.py spectacular --format openapi-json --file openapi.json"
# Beside schemathesis' own list: 422 is documented for what fits its schema and cannot be done,
# such as a date in the year 3000.
ACCEPTED = ["2xx", "401", "403", "404", "409", "422"]
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}}
)
document = schemathesis.openapi.from_path(str(ROOT / "openapi.json"), config=CONFIG)
document.app = application


@pytest.fixture
def secret(busy_shop, db):
    """A key of a shop on which everything has happened once.

    The application runs inside this test's transaction, so its requests must not close it.
    """
    handlers = [signals.request_started, signals.request_finished]
    for signal in handlers:
        signal.disconnect(close_old_connections)
    yield Caller(busy_shop).secret
    for signal in handlers:
        signal.connect(close_old_connections)


def test_the_document_is_up_to_date(tmp_path):
    made = tmp_path / "openapi.json"
    with override("en"):
        call_command("spectacular", file=str(made), format="openapi-json", validate=True)

    assert made.read_text() == (ROOT / "openapi.json").read_text(), MAKE


@document.parametrize()
@settings(
    max_examples=int(os.environ.get("API_EXAMPLES", "3")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_a_documented_one(case, secret):
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code < 500


def test_every_operation_is_in_the_readers_page():
    page = (ROOT / "docs" / "api.md").read_text()
    known = json.loads((ROOT / "openapi.json").read_text())
    for path, methods in known["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {re.sub('^/api/v1', '', path)}`" in page
