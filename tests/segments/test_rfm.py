"""RFM scores are quintiles, their groups cover the grid, and movement between them is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from customers.models import Profile
from segments import rfm
from segments.models import RfmRun, RfmScore, RfmStay
from tests import make

GRID = [(recency, value) for recency in range(1, 6) for value in range(1, 6)]


def buyers(shop, count=10):
    for number in range(count):
        make.profile(
            make.customer(shop),
            order_count=number + 1,
            revenue_cents=(number + 1) * 100,
            last_order_at=make.days_ago(100 - number * 10),
        )


def groups(shop):
    scores = RfmScore.objects.filter(shop=shop).order_by("customer_id")
    return [score.group for score in scores]


@pytest.mark.parametrize(("recency", "value"), GRID)
def test_every_cell_of_the_grid_has_a_group(recency, value):
    assert any(group.holds(recency, value) for group in rfm.GROUPS)


def test_there_are_the_usual_eleven_groups_and_each_has_a_cell_of_its_own():
    first = {next(g.key for g in rfm.GROUPS if g.holds(*cell)) for cell in GRID}

    assert first == set(rfm.NAMED)
    assert len(first) == 11


@pytest.mark.django_db
def test_groups_follow_from_the_scores():
    shop = make.shop()
    buyers(shop)

    rfm.refresh(shop)

    assert groups(shop) == [
        "lost", "lost", "hibernating", "hibernating", "attention",
        "attention", "loyal", "loyal", "champions", "champions",
    ]  # fmt: skip
    run = RfmRun.objects.get(shop=shop)
    assert run.customer_count == 10
    assert sum(cell["revenue_cents"] for cell in run.cells) == 5500


@pytest.mark.django_db
def test_movement_between_groups_is_kept_once():
    shop = make.shop()
    buyers(shop)
    rfm.refresh(shop)
    RfmStay.objects.update(entered_at=make.days_ago(40))
    last = Profile.objects.filter(shop=shop).order_by("customer_id").last()
    assert last is not None
    Profile.objects.filter(pk=last.pk).update(last_order_at=make.days_ago(300))

    rfm.refresh(shop, [last.pk])
    rfm.refresh(shop, [last.pk])

    moves = rfm.movement(shop, make.days_ago(30), now() + timedelta(seconds=1))
    assert ("champions", "cant_lose", 1) in moves
    assert sum(count for *_, count in moves) == 10
    assert RfmStay.objects.filter(customer=last.pk).count() == 2


@pytest.mark.django_db
def test_the_page_shows_the_grid_and_the_customers_of_a_group(client):
    shop = make.shop()
    buyers(shop)
    rfm.refresh(shop)
    client.force_login(make.user(is_superuser=True))
    url = reverse("admin:segments_rfmscore_changelist")

    page = client.get(url, {"group": "champions"})

    assert page.status_code == 200
    assert {score.group for score in page.context["cl"].result_list} == {"champions"}
    assert "10 buyers on the grid" in page.content.decode()
    RfmRun.objects.all().delete()
    assert "the grid fills with the first orders" in client.get(url).content.decode()
