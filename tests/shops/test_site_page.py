"""The admin's page of the script: what to paste, what arrives, and only for who may."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from shops import site_script
from shops.site_models import Site
from tests import make
from tests.shops import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def page(shop):
    return reverse("admin:shops_shop_site", args=[shop.pk])


def events(client, shop):
    return client.get(reverse("admin:shops_shop_site_events", args=[shop.pk])).json()


def test_it_shows_what_to_paste_and_then_what_arrives(owner, shop):
    shown = owner.get(page(shop)).context
    assert f'dataset.key = "{site_script.of(shop).public_key}"' in shown["snippet"]
    assert "http://testserver/waymark.js" in shown["snippet"]
    assert events(owner, shop) == {"arrivals": [], "figures": {"bots": "–"}}

    pages.deliver(shop, pages.call(pages.event("page.viewed", path="/mugs")))
    pages.deliver(shop, pages.call(pages.event("order.placed"), driven=True))

    found = events(owner, shop)
    assert found["figures"] == {"bots": "50 %"}
    rows = [(row["topic"], row["status"]) for row in found["arrivals"]]
    assert rows == [("order.placed", "bot"), ("page.viewed", "/mugs")]
    assert "not a page's to tell" in found["arrivals"][0]["reason"]


def test_key_and_secret_change_and_the_ones_before_stay_valid(owner, shop):
    site = site_script.of(shop)
    key, secret = site.public_key, site.secrets[0]
    owner.post(page(shop), {"change": "key"})
    owner.post(page(shop), {"change": "secret"})
    site.refresh_from_db()
    assert (site.previous_public_key, site.secrets[1]) == (key, secret)
    assert key != site.public_key
    assert secret != site.secrets[0]


def test_origins_are_kept_as_browsers_write_them_and_others_are_refused(owner, shop):
    owner.post(page(shop), {"origins": "https://Shop.example.com/cart\nhttp://localhost:8080"})
    assert Site.objects.get(shop=shop).origins == "https://shop.example.com\nhttp://localhost:8080"
    answer = owner.post(page(shop), {"origins": "shop.example.com"})
    assert "is no origin" in answer.content.decode()
    owner.post(page(shop), {"origins": ""})
    assert Site.objects.get(shop=shop).origins == ""


def test_the_navigation_leads_to_the_first_shops_page_and_the_list_to_each(owner, shop):
    answer = owner.get(reverse("admin:shops_shop_site_of_chosen"))
    assert answer["Location"] == page(shop)
    assert page(shop) in owner.get(reverse("admin:shops_shop_show_site", args=[shop.pk])).url


def test_staff_of_another_shop_sees_neither_secret_nor_events(client, shop):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="shops"))
    make.shop().staff.add(user)
    client.force_login(user)
    for name in ("site", "site_events"):
        assert client.get(reverse(f"admin:shops_shop_{name}", args=[shop.pk])).status_code == 404
