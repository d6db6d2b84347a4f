"""Returns, hours and visits: each predictor finds what is in the data, and goes live by it."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils.timezone import now
from sklearn.ensemble import HistGradientBoostingClassifier

from campaigns import reactor
from customers import profiles
from customers.models import Customer, Order, OrderLine, Touchpoint
from insights import scoring, training
from insights.models import TrainedModel
from insights.predictors import best_hour, boosted
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = 320


@pytest.fixture
def shop():
    shop = make.shop(timezone="UTC")
    people = (
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(PEOPLE)
    )
    Customer.objects.bulk_create(people)
    return shop


def trained(shop, name):
    return training.train(shop, training.predictors()[name])


def people(shop):
    return list(shop.customer_set.order_by("pk"))


def returned(shop):
    """Everybody orders every 50 days. Shoes come back half the time, cups hardly ever."""
    random = np.random.default_rng(1)
    goods = (make.product(shop, title="Shoes"), make.product(shop, title="Cup"))
    orders, lines = [], []
    for n, person in enumerate(people(shop)):
        for day in range(200, 1, -50):
            placed = now() - timedelta(days=day + random.uniform(-25, 25))
            back = random.random() < (0.5 if n % 4 == 0 else 0.04)
            for kind in ("sale", "cancellation")[: 1 + back]:
                late, sign = (timedelta(0), 1) if kind == "sale" else (timedelta(days=7), -1)
                orders.append(
                    Order(shop=shop, customer=person, external_id=f"{n}-{day}-{kind}", kind=kind,
                          placed_at=placed + late, total_cents=sign * 1000, currency="EUR")
                )  # fmt: skip
                lines.append((orders[-1], goods[min(n % 4, 1)], sign))
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(
        OrderLine(shop=shop, order=order, position=0, product=product, quantity=sign,
                  unit_price_cents=1000, total_cents=sign * 1000)
        for order, product, sign in lines
    )  # fmt: skip
    profiles.refresh(shop)


def test_who_sends_things_back_is_told_from_who_keeps_them(shop):
    returned(shop)

    card = trained(shop, "return_risk")
    scoring.score(shop)

    assert card.status == "live", card.reason
    risks = [one.profile.scores["return_risk"] for one in people(shop)]
    assert np.mean(risks[::4]) > 0.3
    assert np.mean([risk for n, risk in enumerate(risks) if n % 4]) < 0.15


def test_a_return_counts_only_once_it_is_booked(shop):
    returned(shop)
    predictor, day = training.predictors()["return_risk"], now() - timedelta(days=60)
    before = predictor.read(shop, day)

    Order.objects.filter(placed_at__gt=day).delete()
    after = predictor.read(shop, day)

    assert np.array_equal(before.matrix, after.matrix)


def seen(shop, hours):
    """Touchpoints of everybody at the given hour (a function of the customer's place)."""
    random = np.random.default_rng(2)
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    Touchpoint.objects.bulk_create(
        Touchpoint(shop=shop, customer=person, kind="page.viewed", source=f"p:{n}:{day}",
                   occurred_at=midnight - timedelta(days=int(day))
                   + timedelta(hours=int(hours(n, random)), minutes=int(random.integers(0, 60))))
        for n, person in enumerate(people(shop)) for day in range(1, 80, 4)
    )  # fmt: skip
    profiles.refresh(shop)


def test_everybody_gets_their_own_hour_where_they_have_one_and_strangers_that_of_the_shop(shop):
    seen(shop, lambda n, random: 7 if n % 3 == 0 else 20)
    make.touchpoint(make.customer(shop, external_id="new"), kind="page.viewed",
                    occurred_at=make.days_ago(1).replace(hour=3))  # fmt: skip
    profiles.refresh(shop)

    card = trained(shop, "best_hour")
    scoring.score(shop)

    assert card.status == "live", card.reason
    assert card.metrics["hit"] > 0.95 > card.metrics["baseline_hit"]
    scores = {one.external_id: one.profile.scores["best_hour"] for one in people(shop)}
    assert (scores["0"], scores["1"], scores["new"]) == (7, 20, 20)
    assert best_hour.of_shop(shop) == 20


def test_where_all_hours_are_alike_the_hours_of_all_are_enough(shop):
    seen(shop, lambda n, random: random.integers(0, 24))

    card = trained(shop, "best_hour")

    assert (card.status, card.metrics["gain"] < 0.02) == ("off", True)


def visits(shop):
    """Everybody comes every nine days; with a full cart they often buy, without hardly ever."""
    random = np.random.default_rng(3)
    made = []
    for n, person in enumerate(people(shop)):
        for day in range(1, 56, 9):
            at = now() - timedelta(days=day + random.uniform(0, 0.5))
            carts = random.random() < 0.4
            kinds = ["page.viewed", "product.viewed", "product.viewed"]
            kinds += ["cart.updated", "page.viewed"] if carts else ["page.viewed"]
            kinds += ["order.placed"] if random.random() < (0.8 if carts else 0.02) else []
            made += [
                Touchpoint(shop=shop, customer=person, kind=kind, source=f"v:{n}:{day}:{place}",
                           occurred_at=at + timedelta(minutes=place),
                           data={"product_id": str(place)})
                for place, kind in enumerate(kinds)
            ]  # fmt: skip
    Touchpoint.objects.bulk_create(made)
    profiles.refresh(shop)


def test_a_visit_with_a_cart_is_likelier_to_end_in_an_order_and_is_scored_as_it_happens(shop):
    visits(shop)
    Touchpoint.objects.filter(occurred_at__gt=now() - timedelta(hours=1)).delete()
    trained(shop, "visit_intent")
    with_cart, without = people(shop)[:2]
    for minutes, kind in ((9, "page.viewed"), (6, "product.viewed"), (3, "cart.updated")):
        for one in (with_cart, without):
            if one == with_cart or kind != "cart.updated":
                make.touchpoint(one, kind=kind, occurred_at=now() - timedelta(minutes=minutes))

    reactor.update(shop, [with_cart.pk, without.pk])

    cart, none = (Customer.objects.get(pk=one.pk).profile for one in (with_cart, without))
    assert cart.scores["visit_intent"] > 1.5 * none.scores["visit_intent"]
    Touchpoint.objects.filter(customer=with_cart).update(occurred_at=now() - timedelta(minutes=40))
    reactor.update(shop, [with_cart.pk])
    assert "visit_intent" not in Customer.objects.get(pk=with_cart.pk).profile.scores


def test_trees_kept_as_numbers_say_what_scikit_learn_says_and_their_steps_add_up():
    random = np.random.default_rng(0)
    matrix = random.normal(size=(600, 5))
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    label = (np.nan_to_num(matrix[:, 0]) * np.nan_to_num(matrix[:, 1]) > 0.2).astype(float)

    learned = boosted.grow(matrix, label)

    model = HistGradientBoostingClassifier(**boosted.KIND).fit(matrix, label)
    said = learned["start"] + boosted.steps(learned, matrix).sum(axis=1)
    assert np.allclose(said, model.decision_function(matrix))
    assert np.abs(boosted.steps(learned, matrix)[:, 4]).mean() < np.abs(said).mean() / 5


def test_the_next_order_is_sooner_for_who_orders_often(shop):
    random = np.random.default_rng(4)
    orders: list[Order] = []
    for n, person in enumerate(people(shop)):
        gap, day = (12 if n % 2 else 45), random.uniform(0, 30)
        while day < 360:
            orders.append(
                Order(shop=shop, customer=person, external_id=f"{n}-{len(orders)}", currency="EUR",
                      placed_at=now() - timedelta(days=360 - day), total_cents=900)
            )  # fmt: skip
            day += random.exponential(gap)
    Order.objects.bulk_create(orders)
    profiles.refresh(shop)

    card = trained(shop, "next_order_days")
    scoring.score(shop)

    assert card.status == "live", card.reason
    days = [one.profile.scores["next_order_days"] for one in people(shop)]
    assert np.mean(days[1::2]) < np.mean(days[::2]) / 1.2
    drift = TrainedModel.objects.get(pk=card.pk).drift
    assert drift is not None
    assert drift < 0.25
