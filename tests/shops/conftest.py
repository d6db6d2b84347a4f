"""A platform that tells its orders, on an address inside."""

import pytest

from tests.shops.platform import running


@pytest.fixture
def platform(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with running() as found:
        yield found
