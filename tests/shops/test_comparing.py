"""The page where a shop's own API is set up: tried before it is kept, never shown again."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.timezone import now

from shops import overview, reconcile
from shops.models import Reconciliation
from tests import make
from tests.shops import calls
from tests.shops.platform import KEY, SECRET, TOKEN
from tests.shops.watched import HOUR, order, walk, watched

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def page(shop):
    return reverse("admin:shops_shop_reconciliation", args=[shop.pk])


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_from_the_credentials_to_what_was_never_delivered(owner, platform):
    shop = calls.shop("woocommerce", created_at=make.days_ago(5))
    platform.orders = [order("woocommerce", 1, now() - HOUR)]
    typed = {"do": "save", "url": platform.url, "key": KEY, "secret": SECRET}
    answer = owner.post(page(shop), typed, follow=True)
    assert said(answer) == ["It works: the shop told us of 1 orders that changed in the last day."]
    row = Reconciliation.objects.get(shop=shop)
    assert row.credentials == {"key": KEY, "secret": SECRET}
    content = answer.content.decode()
    assert KEY not in content
    assert SECRET not in content

    walk(row)
    [(_, count, query)] = [
        f for f in overview.deliveries(shop).context["figures"] if "origin" in f[2]
    ]
    assert count == 1
    shown = owner.get(reverse("admin:shops_delivery_changelist") + query)
    [found] = shown.context["cl"].result_list
    assert "never delivered" in found.reason
    assert found.origin == "missing"


def test_what_does_not_work_is_said_and_not_kept(owner, platform):
    shop = calls.shop("shopify")
    answer = owner.post(page(shop), {"do": "save", "url": platform.url, "token": "wrong"})
    assert "refuses these credentials" in answer.content.decode()
    answer = owner.post(page(shop), {"do": "save", "url": "http://shop.example.com", "token": "t"})
    assert "Begin with https://" in answer.content.decode()
    answer = owner.post(page(shop), {"do": "save", "url": "https://10.0.0.1", "token": "t"})
    assert "private network" in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_the_kept_secret_is_never_sent_to_another_address(owner, platform):
    row = watched(platform, "shopify")
    asked = {"do": "save", "url": "https://evil.example.com", "token": ""}
    answer = owner.post(page(row.shop), asked)
    assert "Enter the credentials for the new address" in answer.content.decode()
    version = {"do": "save", "url": f"{platform.url}/admin/api/2024-04", "token": ""}
    owner.post(page(row.shop), version)
    row.refresh_from_db()
    assert row.url.endswith("2024-04")
    assert row.credentials == {"token": TOKEN}


def test_the_buttons(owner, platform):
    row = watched(platform, "shopify")
    Reconciliation.objects.update(next_at=now() + HOUR)
    assert "It works" in said(owner.post(page(row.shop), {"do": "try"}, follow=True))[0]
    platform.faults = [(500, {}, b"broken")]
    assert "500" in said(owner.post(page(row.shop), {"do": "try"}, follow=True))[0]
    owner.post(page(row.shop), {"do": "run"})
    row.refresh_from_db()
    assert row.next_at <= now()
    owner.post(page(row.shop), {"do": "stop"})
    assert not Reconciliation.objects.exists()


def test_a_failure_is_seen_on_the_page_and_on_the_overview(owner, platform):
    row = watched(platform, "shopify")
    platform.faults = [(500, {}, b"<p>broken & gone")]
    reconcile.run(row)
    assert "500: broken &amp; gone" in owner.get(page(row.shop)).content.decode()
    shown = owner.get(reverse("admin:index") + f"?shop={row.shop.key}").content.decode()
    assert "could not be compared" in shown
    assert page(row.shop) in shown


def test_a_platform_without_an_api_says_so(owner):
    shop = calls.shop("generic")
    assert "cannot be asked" in owner.get(page(shop)).content.decode()
    assert owner.post(page(shop), {"do": "save"}).status_code == 302


def test_staff_of_another_shop_and_those_who_may_only_look_do_not_get_there(client, platform):
    row, user = watched(platform, "shopify"), make.user()
    user.user_permissions.set(Permission.objects.filter(codename="view_shop"))
    row.shop.staff.add(user)
    client.force_login(user)
    assert client.post(page(row.shop), {"do": "stop"}).status_code == 403
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="shops"))
    row.shop.staff.clear()
    make.shop().staff.add(user)
    assert client.post(page(row.shop), {"do": "stop"}).status_code == 404
    assert Reconciliation.objects.exists()
