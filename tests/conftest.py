"""What every test stands on: real Postgres and broker (see tests/servers.py), no mail leaves."""

import os

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils.timezone import now
from playwright.sync_api import sync_playwright

from shops import partitions
from tests import emptied, make, migrated, rows
from tests.browsing import CHROMIUM, FLAGS

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a process a core, as the workers (config/worker.py)
TransactionTestCase._fixture_teardown = emptied.empty  # type: ignore[attr-defined]
ScryptPasswordHasher.work_factor = 16  # as real, but for its strength: a fifth of a second a user


def pytest_collection_modifyitems(items):
    """The longest files first, so that no worker waits for another at the end."""
    items.sort(key=lambda item: "tests/faults/" not in item.nodeid)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Test databases are copies of one that is migrated already."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Partitions for the months that tests write to, made once with the test database."""
    with django_db_blocker.unblock():
        partitions.ensure_ahead(now())


@pytest.fixture(scope="module")
def busy_shop(django_db_setup, django_db_blocker):
    """A shop on which everything has happened once, made once for a module's many tests.

    Each test's own transaction is a savepoint inside this one, which is never committed.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        shop = make.shop()
        rows.of_every_kind(shop)
        yield shop
        transaction.set_rollback(True)


@pytest.fixture
def browser(monkeypatch):
    """A browser that was just started."""
    # Playwright's loop runs in this thread; Django's queries here are synchronous all the same.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """An empty page in a wide window."""
    return browser.new_page(viewport={"width": 1440, "height": 900})


@pytest.fixture
def complaints(page):
    """What the browser complains of, page by page."""
    found = []
    page.on("console", lambda m: found.append((page.url, m.text)) if m.type == "error" else None)
    page.on("pageerror", lambda error: found.append((page.url, str(error))))
    page.on("response", lambda r: found.append((r.url, r.status)) if r.status >= 400 else None)
    return found
