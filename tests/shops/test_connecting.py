"""A shop is connected in three steps, and only by who may."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from shops.models import Shop
from tests import make
from tests.shops import calls

pytestmark = pytest.mark.django_db
CONNECT = "/admin/shops/shop/connect/"


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def start(client, connector, name="Café Zürich"):
    said = {"connector": connector, "name": name, "currency": "EUR"}
    answer = client.post(CONNECT, said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Shop.objects.latest("pk"), answer["Location"]


@pytest.mark.parametrize("connector", ["generic", "shopify", "woocommerce", "saleor"])
def test_from_the_platform_to_the_first_delivery(owner, connector):
    shop, page = start(owner, connector)
    shown = owner.get(page).content.decode()
    assert f"/hooks/{shop.key}/" in shown
    if connector in {"shopify", "saleor"}:
        assert shop.webhook_secrets[0] not in shown
        owner.post(page, {"secret": f" {calls.SECRET}\n"})
        shop.refresh_from_db()
        assert shop.webhook_secrets[0] == calls.SECRET
    else:
        assert shop.webhook_secrets[0] in shown

    assert owner.get(reverse("admin:shops_shop_arrivals", args=[shop.pk])).json() == {
        "arrivals": []
    }
    if connector == "shopify":
        calls.post(shop, "products/create", calls.shopify("products__create"))
        found = owner.get(reverse("admin:shops_shop_arrivals", args=[shop.pk])).json()
        assert [(row["topic"], row["status"]) for row in found["arrivals"]] == [
            ("products/create", "accepted")
        ]


def test_two_shops_of_one_name_get_different_addresses(owner):
    first, _ = start(owner, "generic")
    second, _ = start(owner, "generic")
    assert first.key == "cafe-zurich"
    assert second.key.startswith("cafe-zurich-")


def test_a_currency_that_is_none_is_refused(owner):
    said = {"connector": "generic", "name": "Shop", "currency": "euro"}
    assert owner.post(CONNECT, said).status_code == 200
    assert not Shop.objects.exists()


def test_staff_of_another_shop_sees_neither_secret_nor_arrivals(client):
    shop, user = make.shop(), make.user()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="shops"))
    make.shop().staff.add(user)
    client.force_login(user)
    for name in ("connected", "arrivals"):
        answer = client.get(reverse(f"admin:shops_shop_{name}", args=[shop.pk]))
        assert answer.status_code == 404
