"""Search over everything: what is found, by whom, and how little it reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign
from shops.models import Seat
from tests import make, rows

pytestmark = pytest.mark.django_db


def find(client, words, language="en"):
    """What is found, by kind."""
    answer = client.get(reverse("find"), {"q": words}, headers={"accept-language": language})
    return {group["title"]: group["hits"] for group in answer.json()["groups"]}


def seated(client, shop, role):
    user = make.user()
    Seat.objects.create(shop=shop, user=user, role=role)
    client.force_login(user)


def test_everything_of_ones_own_shop_is_found_and_nothing_of_another(client):
    mine, other = make.shop(), make.shop()
    for shop in (mine, other):
        rows.of_every_kind(shop)
        make.customer(shop, first_name="Zoë", last_name="Winner", email="zoe@example.com")
    seated(client, mine, "owner")

    found = find(client, "win")

    assert {"Customers", "Campaigns", "Templates"} <= set(found)
    assert len(found["Customers"]) == 1
    theirs = Campaign.objects.get(shop=other).pk
    assert str(theirs) not in str(found["Campaigns"])
    assert find(client, "zoe@exam")["Customers"][0]["title"] == "Zoë Winner"


def test_pages_are_found_in_both_languages_by_whoever_may_open_them(client):
    seated(client, make.shop(), "analyst")

    assert [hit["title"] for hit in find(client, "segm")["Pages"]] == ["Segments"]
    assert [hit["title"] for hit in find(client, "人群", "zh-hans")["页面"]] == ["人群"]
    assert find(client, "segm", "zh-hans")["页面"][0]["title"] == "人群"
    assert "Pages" not in find(client, "API keys")
    assert "Begin" not in find(client, "connect")


def test_what_somebody_may_not_see_of_a_person_is_not_found_out(client):
    shop = make.shop()
    make.customer(shop, last_name="Winner", email="zoe@example.com")
    seated(client, shop, "analyst")

    assert "zoe@" not in str(find(client, "zoe@example.com"))
    assert "Winner" not in str(find(client, "winner"))


def test_it_asks_few_questions_and_takes_any_text(client):
    shop = make.shop()
    rows.of_every_kind(shop)
    client.force_login(make.user(is_superuser=True))
    with CaptureQueriesContext(connection) as queries:
        find(client, "a%_\x00'\"<b>")
    assert len(queries) < 15
    assert find(client, "") == find(client, "   ")
    assert find(client, "x" * 5000) == {}
