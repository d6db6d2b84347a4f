"""What a payload says of a person is hidden; ids and amounts are not."""

import json

from shops.masking import mask
from tests.shops import calls


def test_nothing_personal_of_the_documented_orders_is_left():
    shown = json.dumps([mask(calls.shopify("orders__create")), mask(calls.woocommerce("orders_1"))])
    for personal in ("john", "Smith", "Doe", 'example.com"', "555", "Shippington", "969 Market"):
        assert personal not in shown.replace("https://example.com", "")
    assert "359.97" in shown
    assert "820982911946154500" in shown
