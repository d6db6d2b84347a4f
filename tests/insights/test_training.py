"""A model is live only while it helps; features know nothing of what comes later."""

from datetime import timedelta
from html import unescape

import numpy as np
import pytest
from django.urls import reverse
from django.utils.timezone import now

from customers import profiles
from customers.models import Customer, Order
from insights import features, scoring, training
from insights.models import Score, TrainedModel
from insights.predictors.base import BANDS
from segments import membership
from segments.models import Segment
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db
BUYERS, DAYS = 400, 240


@pytest.fixture
def shop():
    """Half of the customers are regulars with a rhythm of their own, half came a few times."""
    shop = make.shop()
    random = np.random.default_rng(3)
    start = now() - timedelta(days=DAYS)
    people = Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(BUYERS)
    )
    orders: list[Order] = []
    for n, person in enumerate(people):
        gap = random.uniform(8, 25) if n % 2 else random.uniform(90, 400)
        day = random.uniform(0, 60)
        while day < DAYS:
            placed = start + timedelta(days=day)
            number = f"{n}-{len(orders)}"
            orders.append(
                Order(shop=shop, customer=person, external_id=number, placed_at=placed,
                      total_cents=int(random.integers(500, 9000)), currency="EUR")
            )  # fmt: skip
            day += gap * random.uniform(0.5, 1.5)
    Order.objects.bulk_create(orders)
    profiles.refresh(shop)
    return shop


@pytest.fixture
def purchase():
    return training.predictors()["purchase_30d"]


def test_features_as_of_a_day_are_identical_whether_or_not_later_rows_exist(shop):
    day = now() - timedelta(days=60)
    before = features.read(shop, day)

    Order.objects.filter(placed_at__gt=day).delete()
    make.touchpoint(Customer.objects.get(shop=shop, external_id="1"), kind="email.opened")
    after = features.read(shop, day)

    assert np.array_equal(before.customers, after.customers)
    assert np.array_equal(before.matrix, after.matrix)


def test_a_model_that_beats_the_baseline_goes_live_with_its_card(shop, purchase):
    card = training.train(shop, purchase)

    assert card.status == "live", card.reason
    assert card.metrics["auc"] > card.metrics["baseline_auc"]
    assert len(card.calibration) == len(card.lift) == 10
    assert abs(sum(said - true for said, true, _n in card.calibration) / 10) < 0.1


def test_a_run_with_shuffled_labels_switches_the_model_off(shop, purchase):
    training.train(shop, purchase)
    random = np.random.default_rng(0)
    shuffled = lambda followed: random.permutation((followed > 0).astype(float))  # noqa: E731
    purchase.label = shuffled

    card = training.train(shop, purchase)

    assert card.status == "off"
    assert "days that were new to both" in card.reason
    assert not TrainedModel.objects.filter(shop=shop, status="live").exists()


def test_trained_twice_one_model_is_live(shop, purchase):
    training.train(shop, purchase)
    training.train(shop, purchase)

    live = TrainedModel.objects.filter(shop=shop, status="live")
    assert live.count() == 1
    assert TrainedModel.objects.filter(shop=shop).count() == 2


def test_scores_reach_profiles_rules_and_history_once_and_leave_with_the_model(shop, purchase):
    card = training.train(shop, purchase)
    rule = {"field": "scores.purchase_30d", "op": ">=", "value": 0.5}
    likely = Segment.objects.create(shop=shop, name="Likely", key="likely", rule=rule)

    scoring.score(shop)
    scoring.score(shop)
    membership.refresh(shop)

    likely.refresh_from_db()
    assert Score.objects.filter(shop=shop).count() == BUYERS
    assert 50 < likely.member_count < 350
    TrainedModel.objects.filter(pk=card.pk).update(status="off")
    scoring.score(shop)
    membership.refresh(shop)
    likely.refresh_from_db()
    assert likely.member_count == 0


def test_the_card_the_customer_page_and_the_overview_tell_it(shop, client):
    for predictor in training.predictors().values():
        training.train(shop, predictor)
    scoring.score(shop)
    client.force_login(make.user(is_superuser=True))
    regular = Customer.objects.get(shop=shop, external_id="1")

    page = client.get(reverse("admin:customers_customer_change", args=[regular.pk]))
    overview = client.get(reverse("admin:index"))

    assert "Will this customer order within 30 days?" in page.content.decode()
    assert "▲" in page.content.decode()
    assert "early estimate: 0 of 200 buyers so far" in overview.content.decode()  # of the year
    for card in TrainedModel.objects.filter(shop=shop):
        shown = client.get(reverse("admin:insights_trainedmodel_change", args=[card.pk]))
        assert shown.status_code == 200
        assert card.baseline in unescape(shown.content.decode())


def test_where_everybody_keeps_their_rhythm_their_own_rate_is_left_unbeaten(shop):
    card = training.train(shop, training.predictors()["orders_90d"])

    assert card.metrics["rmse"] > card.metrics["baseline_rmse"]
    assert (card.status, card.metrics["gain"] < 0) == ("off", True)


def test_a_program_reads_the_scores_with_their_model_and_reasons(shop, purchase):
    card = training.train(shop, purchase)
    scoring.score(shop)
    caller = Caller(shop)

    told = caller.get("scores/1").json()

    (score,) = told["scores"]
    regular = Customer.objects.get(shop=shop, external_id="1")
    assert score["value"] == regular.profile.scores["purchase_30d"]
    assert (score["name"], score["model_id"]) == ("purchase_30d", card.pk)
    assert score["band"] in BANDS
    assert all(reason["effect"] > 0 for reason in score["raised_by"])
    assert score["raised_by"] or score["lowered_by"]
    TrainedModel.objects.update(status="off")
    assert caller.get("scores/1").json()["scores"] == []
    assert caller.get("scores/nobody").status_code == 404
