"""What needs somebody: each line leads to as many rows as it counts, of that shop alone."""

import re

import pytest

from config import morning
from shops.models import Delivery
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def troubled(uncertain, quarantined):
    shop = build.shop()
    for _ in range(uncertain):
        build.message(make.customer(shop), status="uncertain")
    for number in range(quarantined):
        Delivery.objects.create(
            shop=shop, message_id=str(number), topic="x", body=b"{}", status="quarantined"
        )
    return shop


def test_a_line_leads_to_what_it_counts(client):
    shop, _other = troubled(2, 3), troubled(4, 5)
    client.force_login(make.user(is_superuser=True))

    counted = {}
    for item in morning.waiting(shop).context["items"]:
        rows = client.get(item.url).context["cl"].result_count
        counted[rows] = int(re.sub(r"\D", "", str(item.text)))

    assert counted == {2: 2, 3: 3}
