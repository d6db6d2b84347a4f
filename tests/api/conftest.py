"""A shop on which everything has happened once, made once for a module's many tests."""

import pytest
from django.db import transaction

from tests import make, rows


@pytest.fixture(scope="module")
def busy_shop(django_db_setup, django_db_blocker):
    """Each test's own transaction is a savepoint inside this one, which is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        shop = make.shop()
        rows.of_every_kind(shop)
        yield shop
        transaction.set_rollback(True)
