"""Every entry of the plug-in table exists, is what it says, and is documented."""

import inspect
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from campaigns.channels.base import Channel
from insights.predictors.base import Predictor
from insights.recommenders.base import Recommender
from llm.providers.base import Provider
from reviews_nlp.analysers.base import Analyser
from segments.operators import OPERATORS
from shops.connectors.base import Connector
from tests import make

KINDS = {
    "CONNECTORS": Connector,
    "CHANNELS": Channel,
    "ANALYSERS": Analyser,
    "LLM_PROVIDERS": Provider,
    "RECOMMENDERS": Recommender,
    "PREDICTORS": Predictor,
}
DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "plugins.md").read_text()
PROFILE = (DOCS / "profile.md").read_text()
ENTRIES = [(kind, name) for kind in KINDS for name in getattr(settings, kind)]


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_an_entry_is_a_concrete_class_of_its_kind(kind, name):
    found = import_string(getattr(settings, kind)[name])

    assert issubclass(found, KINDS[kind])
    assert not inspect.isabstract(found)
    found()


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_an_entry_is_documented(kind, name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "path",
    [
        *settings.OVERVIEW_PANELS,
        *settings.CUSTOMER_PANELS,
        *settings.SEGMENT_USES,
        *(f"{path}.{name}" for path in settings.MERGE_PARTS for name in ("merge", "undo")),
    ],
)
def test_a_panel_or_use_can_be_called(path):
    assert callable(import_string(path))


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["RULE_VALUES", "RULE_KEYS"])
def test_what_a_rule_field_offers_are_pairs_of_value_and_name(table):
    shop = make.shop()
    offers = getattr(settings, table)
    assert set(offers) <= set(settings.RULE_FIELDS)
    for path in offers.values():
        for value, name in import_string(path)(shop, ""):
            assert isinstance(value, str)
            assert name


@pytest.mark.django_db
@pytest.mark.parametrize("name", settings.RULE_FIELDS)
def test_a_rule_field_is_an_expression_that_runs_and_is_documented(name):
    kind, expression, label = settings.RULE_FIELDS[name]
    expression = expression.replace("{key}", "'x'")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {expression} FROM customers_customer c"
            " LEFT JOIN customers_profile p ON p.customer_id = c.id LIMIT 1"
        )
    assert kind in {*OPERATORS, "json"}
    assert str(label)
    assert f"`{name}`" in PAGE + PROFILE
