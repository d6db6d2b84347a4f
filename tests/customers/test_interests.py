"""What a customer likes is told with its evidence, as of the moment somebody looks."""

import pytest
from django.urls import reverse

from customers import interests, profiles
from tests import make

pytestmark = pytest.mark.django_db


def test_they_are_ranked_with_their_evidence(client):
    shop = make.shop()
    ann = make.customer(shop)
    mug, tea = make.product(shop, category="Kitchen"), make.product(shop, category="Food")
    make.order(ann, lines=((tea, 1, 500),), placed_at=make.days_ago(3))
    for _ in range(4):
        make.touchpoint(ann, data={"product_id": mug.external_id})
    make.touchpoint(ann, kind="cart.updated", data={"product_id": tea.external_id})
    profiles.refresh(shop)

    liked = interests.of(ann)

    first, second = liked["products"]
    assert (first["title"], first["bought"], first["carted"]) == (tea.title, 1, 1)
    assert (second["title"], second["viewed"], second["bought"]) == (mug.title, 4, 0)
    assert [group["title"] for group in liked["categories"]] == ["Food", "Kitchen"]
    client.force_login(make.user(is_superuser=True))
    shown = client.get(reverse("admin:customers_customer_change", args=[ann.pk])).content.decode()
    assert "viewed 4×" in shown


def test_what_is_long_ago_or_was_done_by_a_machine_is_none():
    shop = make.shop()
    ann, bob, mug = make.customer(shop), make.customer(shop), make.product(shop)
    said = {"product_id": mug.external_id}
    make.touchpoint(ann, data=said, occurred_at=make.days_ago(200))
    make.touchpoint(ann, data=said | {"bot": True})
    make.touchpoint(bob, data=said)

    assert interests.of(ann) == {"products": [], "categories": []}


def test_the_best_five_are_told():
    shop = make.shop()
    ann = make.customer(shop)
    for times in range(1, 8):
        product = make.product(shop, title=f"Seen {times}", category="Food")
        for _ in range(times):
            make.touchpoint(ann, data={"product_id": product.external_id})

    liked = interests.of(ann)

    assert [item["viewed"] for item in liked["products"]] == [7, 6, 5, 4, 3]
    assert [(group["title"], group["viewed"]) for group in liked["categories"]] == [("Food", 28)]
