"""Journeys in the admin: ready-made ones in one click, stages edited, the past asked for."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from journeys import lifecycle
from journeys.models import Journey, Stage, StageVisit
from tests import make
from tests.api.calling import Caller


def staff(client, *shops, codes=("view_journey", "add_journey", "change_journey")):
    user = make.user()
    stage = ["view_stage", "add_stage", "change_stage", "delete_stage"]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*codes, *stage]))
    for shop in shops:
        shop.staff.add(user)
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_a_ready_made_journey_takes_one_click_and_asks_for_its_past(client):
    shop = make.shop()
    staff(client, shop)
    page = client.get(reverse("admin:journeys_journey_ready_made"))
    assert "First to second order" in page.content.decode()

    for _twice in range(2):
        begin = reverse("admin:journeys_journey_begin")
        client.post(begin, {"shop": shop.key, "key": "second-order"})

    journey = Journey.objects.get(shop=shop, key="second-order")
    assert journey.stages.count() == 5
    assert journey.fill_asked_at is not None


@pytest.mark.django_db
def test_nobody_begins_a_journey_for_another_shop_or_without_permission(client):
    shop, other = make.shop(), make.shop()
    begin = reverse("admin:journeys_journey_begin")
    staff(client, shop)
    assert client.post(begin, {"shop": other.key, "key": "win-back"}).status_code == 404
    assert client.post(begin, {"shop": shop.key, "key": "nonsense"}).status_code == 404
    assert client.get(begin).status_code == 405
    foreign = lifecycle.create(other)
    assert client.post(reverse("admin:journeys_journey_past", args=[foreign.pk])).status_code == 404

    staff(client, shop, codes=("view_journey",))
    assert client.post(begin, {"shop": shop.key, "key": "win-back"}).status_code == 403
    mine = lifecycle.create(shop)
    assert client.post(reverse("admin:journeys_journey_past", args=[mine.pk])).status_code == 403
    assert not Journey.objects.filter(key="win-back").exists()


@pytest.mark.django_db
def test_the_past_is_asked_for_by_a_button(client):
    shop = make.shop()
    staff(client, shop)
    journey = lifecycle.create(shop)

    client.post(reverse("admin:journeys_journey_past", args=[journey.pk]), {"how": "afresh"})

    journey.refresh_from_db()
    assert journey.fill_asked_at is not None
    assert journey.fill_afresh
    page = client.get(reverse("admin:journeys_journey_change", args=[journey.pk]))
    assert "being worked out" in page.content.decode()


@pytest.mark.django_db
def test_a_page_says_which_stage_has_no_past(client):
    shop = make.shop()
    staff(client, shop)
    journey = lifecycle.create(shop)
    Stage.objects.filter(journey=journey, key="new").update(rule={"segment": "vip"})

    page = client.get(reverse("admin:journeys_journey_change", args=[journey.pk])).content.decode()

    assert "New has no past: its rule asks for who was in the segment vip then." in page
    assert "Work out all anew" not in page


@pytest.mark.django_db
def test_a_marketer_edits_a_stage_and_customers_move(client):
    shop = make.shop()
    staff(client, shop)
    journey = lifecycle.create(shop)
    stage = Stage.objects.create(
        shop=shop, journey=journey, key="x", name="X", position=9, priority=5, rule={"all": []}
    )
    Stage.objects.filter(journey=journey).exclude(pk=stage.pk).delete()
    ann = make.customer(shop)
    posted = {
        "shop": shop.pk, "name": "Life", "key": "lifecycle", "active": "on", "description": "",
        "stages-TOTAL_FORMS": "1", "stages-INITIAL_FORMS": "1", "stages-0-id": stage.pk,
        "stages-0-journey": journey.pk, "stages-0-name": "Everybody", "stages-0-key": "all",
        "stages-0-position": "1", "stages-0-priority": "1", "stages-0-colour": "#112233",
        "stages-0-outcome": "goal", "stages-0-expected_days": "30",
        "stages-0-rule": '{"field": "facts.order_count", "op": ">=", "value": 0}',
        "stages-0-exit_rule": '{"field": "facts.order_count", "op": ">", "value": 5}',
    }  # fmt: skip

    answer = client.post(reverse("admin:journeys_journey_change", args=[journey.pk]), posted)

    assert answer.status_code == 302
    stage.refresh_from_db()
    assert (stage.name, stage.outcome, stage.expected_days) == ("Everybody", "goal", 30)
    assert StageVisit.objects.get(customer=ann, left_at=None).stage == stage


@pytest.mark.django_db
def test_the_ways_to_a_purchase_and_to_a_loss_are_shown_to_their_shop_only(client):
    shop, other = make.shop(), make.shop()
    staff(client, shop, codes=("view_journey",))
    for of, kinds in [
        (shop, ("message.clicked", "product.viewed", "order.placed")),
        (shop, ("message.clicked", "product.viewed", "order.placed")),
        (shop, ("search.made",)),
        (other, ("checkout.started", "order.placed")),
    ]:
        customer = make.customer(of)
        for day, kind in enumerate(kinds):
            data = {"total_cents": 500} if kind == "order.placed" else {}
            make.touchpoint(customer, kind=kind, occurred_at=make.days_ago(60 - day), data=data)

    page = client.get(reverse("admin:journeys_journey_ways"))

    shown = " ".join(re.sub(r"<[^>]*>", "", page.content.decode()).split())
    assert "2 ways to a purchase clicked in a message → viewed a product" in shown
    assert "€10.00 · 2 · 100.0 %" in shown
    assert "1 way to a loss searched the shop 1 · 100.0 %" in shown
    assert "viewed a product2100.0 % a purchase 100.0 %" in shown
    assert "checkout" not in shown
    assert "None in this time" not in shown
    quiet = client.get(reverse("admin:journeys_journey_ways"), {"days": 30})
    assert "Nobody met anything" in quiet.content.decode()
    make.touchpoint(make.customer(shop), kind="order.placed", occurred_at=make.days_ago(9))
    page = client.get(reverse("admin:journeys_journey_ways"))
    assert "1 order more came with nothing known before it." in page.content.decode()


@pytest.mark.django_db
def test_a_program_reads_the_ways_with_removal_effects_and_transitions():
    shop = make.shop()
    for kinds in (["message.clicked", "product.viewed", "order.placed"], ["search.made"],
                  ["order.placed"]):  # fmt: skip
        customer = make.customer(shop)
        for day, kind in enumerate(kinds):
            data = {"total_cents": 500} if kind == "order.placed" else {}
            make.touchpoint(customer, kind=kind, occurred_at=make.days_ago(60 - day), data=data)

    found = Caller(shop).get("ways/90").json()

    assert (found["bought"], found["lost"], found["unseen"]) == (1, 1, 1)
    assert found["to_purchase"] == [
        {"kinds": ["message.clicked", "product.viewed"], "count": 1, "share": 1.0,
         "value_cents": 500}
    ]  # fmt: skip
    effects = {one["kind"]: one["removal_effect"] for one in found["touchpoints"]}
    assert effects == {"message.clicked": 1.0, "product.viewed": 1.0, "search.made": 0.0}
    steps = {(one["before"], one["after"]): one["share"] for one in found["transitions"]}
    assert steps["(start)", "search.made"] == 0.5
    assert steps["product.viewed", "(purchase)"] == 1.0
    assert Caller(shop).get("ways/30").json()["bought"] == 0
    assert Caller(shop).get("ways/7").status_code == 404
    assert Caller(make.shop()).get("ways/90").json()["to_purchase"] == []
