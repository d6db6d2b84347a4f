"""Several ways to one answer: all are registered and shown, the best on later days is used."""

from datetime import timedelta
from html import unescape

import numpy as np
import pytest
from django.urls import reverse
from django.utils.timezone import now

from customers import profiles
from customers.models import Customer, Order
from insights import scoring, training
from insights.models import TrainedModel
from insights.predictors.challengers import BoostedAmount
from tests import make

pytestmark = pytest.mark.django_db
BUYERS, DAYS = 300, 300


def shop_of(gaps, buyers=BUYERS):
    """Buyers whose orders are so many days apart: a function of the customer's place and a draw."""
    shop, random = make.shop(), np.random.default_rng(5)
    people = Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(buyers)
    )
    orders: list[Order] = []
    for n, person in enumerate(people):
        day = random.uniform(0, 100)
        while day < DAYS:
            orders.append(
                Order(shop=shop, customer=person, external_id=f"{n}-{len(orders)}", currency="EUR",
                      placed_at=now() - timedelta(days=DAYS - day), total_cents=2000)
            )  # fmt: skip
            day += gaps(n, random)
    Order.objects.bulk_create(orders)
    profiles.refresh(shop)
    return shop


def from_habit_to_none(n, random):
    """One in three keeps a rhythm for ever, which BG/NBD takes for luck; the others tire soon."""
    return random.uniform(9, 11) if n % 3 == 0 else random.exponential(25) * random.integers(1, 12)


@pytest.mark.parametrize("name", ["orders_90d", "value_90d"])
def test_every_way_is_registered_with_its_figures_and_the_best_is_the_one_in_use(name):
    shop = shop_of(from_habit_to_none)

    card = training.train(shop, training.predictors()[name])

    cards = {one.method: one for one in TrainedModel.objects.filter(shop=shop)}
    assert cards.keys() == {"bg_nbd", "boosted", "together"}
    assert card.status == "live", card.reason
    assert card.metrics["gain"] == max(one.metrics["gain"] for one in cards.values())
    beaten = [one for one in cards.values() if one.pk != card.pk]
    assert {one.status for one in beaten} == {"beaten"}
    assert all("On the same days" in one.reason for one in beaten)
    assert len({str(one.window) for one in cards.values()}) == 1
    assert all(one.calibration and one.importance and one.artefact for one in cards.values())


def test_the_page_shows_champion_and_challengers_and_the_scores_are_the_champions(client):
    shop = shop_of(from_habit_to_none)
    card = training.train(shop, training.predictors()["orders_90d"])
    client.force_login(make.user(is_superuser=True))

    scoring.score(shop)
    page = client.get(reverse("admin:insights_trainedmodel_change", args=[card.pk]))
    listed = client.get(reverse("admin:insights_trainedmodel_changelist"))

    shown = unescape(page.content.decode())
    assert "Champion and challengers" in shown
    for words in ("BG/NBD", "Gradient-boosted trees", "Mean of both"):
        assert words in shown
        assert words in unescape(listed.content.decode())
    regular = Customer.objects.get(shop=shop, external_id="0")
    champion = training.predictor_of(card)
    assert champion
    table = champion.read(shop, now(), [regular.pk])
    (said,) = champion.predict(card.artefact, table)
    assert regular.profile.scores["orders_90d"] == pytest.approx(said, rel=0.01)
    (told,) = scoring.told(regular)
    assert told.model == card
    assert told.higher or told.lower


def test_a_model_is_not_kept_for_days_that_it_has_learned_from():
    """A week later the live model knows most of what it is asked: the newer one takes over."""
    shop, predictor = shop_of(from_habit_to_none), training.predictors()["orders_90d"]
    first = training.train(shop, predictor, now() - timedelta(days=7))

    second = training.train(shop, predictor)

    first.refresh_from_db()
    assert (first.status, second.status) == ("retired", "live")
    assert "took over" in first.reason


def test_where_nobody_came_back_trees_expect_nothing():
    """One order each: there is no amount to learn from, and nothing breaks."""
    shop = shop_of(lambda n, random: DAYS)

    card = training.train(shop, training.predictors()["orders_90d"])

    assert card.status == "off"
    assert TrainedModel.objects.filter(shop=shop).count() == 3


class Unsure(BoostedAmount):
    """Has no number for one of them."""

    method = "unsure"

    def predict(self, learned, table):
        said = super().predict(learned, table)
        said[0] = np.nan
        return said


def test_a_way_without_a_number_for_somebody_is_a_card_that_says_so(settings):
    settings.CHALLENGERS = {"orders_90d": (f"{__name__}.Unsure",)}
    shop = shop_of(from_habit_to_none)

    card = training.train(shop, training.predictors()["orders_90d"])

    assert card.method == "bg_nbd"
    assert card.metrics
    unsure = TrainedModel.objects.get(shop=shop, method="unsure")
    assert (unsure.status, unsure.metrics, unsure.artefact) == ("beaten", {}, {})
    assert "no number" in unsure.reason


def test_the_list_begins_with_what_is_live_and_folds_challengers_and_the_past(client):
    shop, today, before = make.shop(), make.days_ago(1), make.days_ago(8)
    for predictor, status, method, at in (
        ("churn_90d", "off", "", today),
        ("churn_90d", "retired", "", before),
        ("orders_90d", "beaten", "trees", today),
        ("orders_90d", "live", "bg_nbd", today),
        ("purchase_30d", "off", "", today),
        ("purchase_30d", "live", "", before),
    ):
        TrainedModel.objects.create(
            shop=shop, predictor=predictor, status=status, method=method, trained_at=at
        )
    client.force_login(make.user(is_superuser=True))
    address = reverse("admin:insights_trainedmodel_changelist")

    def listed(**asked):
        rows = client.get(address, asked).context["cl"].result_list
        return [(row.predictor, row.status) for row in rows]

    assert listed() == [
        ("orders_90d", "live"), ("purchase_30d", "live"), ("churn_90d", "off"),
        ("purchase_30d", "off"),
    ]  # fmt: skip
    assert len(listed(which="all")) == 6
    assert listed(status__exact="beaten") == [("orders_90d", "beaten")]
