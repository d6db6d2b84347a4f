"""What every test stands on: real Postgres and broker (see tests/servers.py), no mail leaves."""

import pytest
from django.utils.timezone import now

from shops import partitions


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Partitions for the months that tests write to, made once with the test database."""
    with django_db_blocker.unblock():
        partitions.ensure_ahead(now())
