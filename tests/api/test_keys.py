"""Who may call: keys, their scopes, their end, and what is noted of their use."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from shops import keys
from shops.models import ApiKey
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db


def test_nobody_gets_in_without_a_key(client):
    answer = client.get("/api/v1/customers")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["Bearer wmk_wrong", "Bearer", "Basic YTpi", "Bearer \x00", "Bearer é", "wmk_x"]
)
def test_a_wrong_key_is_refused(client, header):
    answer = client.get("/api/v1/customers", headers={"Authorization": header})

    assert answer.status_code == 401


def test_a_signed_in_user_is_not_a_key(client):
    client.force_login(make.user(is_superuser=True))

    assert client.get("/api/v1/customers").status_code == 401


@pytest.mark.parametrize(
    "fields", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}]
)
def test_a_key_that_ended_is_refused(fields):
    assert Caller(make.shop(), **fields).get("customers").status_code == 401


def test_a_revoked_key_stops_at_once():
    caller = Caller(make.shop())
    assert caller.get("customers").status_code == 200

    assert keys.revoke(ApiKey.objects.filter(pk=caller.key.pk)) == 1
    assert keys.revoke(ApiKey.objects.filter(pk=caller.key.pk)) == 0

    assert caller.get("customers").status_code == 401


def test_a_scope_opens_one_resource_and_one_way():
    reader = Caller(make.shop(), ["read:customers"])

    assert reader.get("customers").status_code == 200
    for refused in (reader.get("orders"), reader.send("PUT", "customers/1", {})):
        assert refused.status_code == 403
    assert "write:customers" in refused.json()["detail"]


def test_the_secret_is_stored_as_a_hash_only():
    caller = Caller(make.shop())
    row = ApiKey.objects.filter(pk=caller.key.pk).values().get()

    assert caller.secret not in str(row)
    assert caller.secret.startswith(row["prefix"])


def test_use_is_noted_once_a_minute(django_assert_num_queries):
    caller = Caller(make.shop())
    caller.get("customers")
    first = ApiKey.objects.get(pk=caller.key.pk).last_used_at
    assert first is not None

    with django_assert_num_queries(2):  # the key with its shop, and the page
        caller.get("customers")
    assert ApiKey.objects.get(pk=caller.key.pk).last_used_at == first

    ApiKey.objects.update(last_used_at=now() - timedelta(seconds=61))
    caller.get("customers")
    assert ApiKey.objects.filter(pk=caller.key.pk, last_used_at__gt=first).exists()


def test_a_key_is_made_in_the_admin_and_its_secret_shown_once(client):
    shop = make.shop()
    client.force_login(make.user(is_superuser=True))
    form = {"shop": shop.pk, "name": "ERP", "scopes": ["read:customers"], "rate_limit": 5}

    page = client.post(reverse("admin:shops_apikey_add"), form).content.decode()

    key = ApiKey.objects.get(name="ERP")
    secret = page.partition("<code>")[2].partition("</code>")[0]
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/customers", headers=headers).status_code == 200
    later = client.get(reverse("admin:shops_apikey_change", args=[key.pk])).content.decode()
    assert key.prefix in later
    assert secret not in later


def test_a_key_is_revoked_in_the_admin(client):
    caller = Caller(make.shop())
    client.force_login(make.user(is_superuser=True))
    action = {"action": "revoke", "_selected_action": [caller.key.pk]}

    client.post(reverse("admin:shops_apikey_changelist"), action)

    assert caller.get("customers").status_code == 401


def test_above_its_rate_a_key_is_asked_to_come_back():
    caller = Caller(make.shop(), rate_limit=2)
    answers = [caller.get("customers") for _ in range(20)]

    within, above = answers[0], next(a for a in answers if a.status_code == 429)
    assert (within["RateLimit-Limit"], within["RateLimit-Remaining"]) == ("2", "1")
    assert above["RateLimit-Remaining"] == "0"
    assert int(above["Retry-After"]) >= 1
    assert above.json()["type"] == "urn:waymark:problem:too-many"
    assert Caller(caller.key.shop, rate_limit=2).get("customers").status_code == 200
