"""Facts are what the orders say, for one customer or for all by the same statement."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from benchmarks import _population
from customers import features, profiles, register
from customers.feature_columns import FeatureColumns
from customers.models import Profile
from segments import membership
from segments.models import Segment
from shops import partitions
from tests import make

pytestmark = pytest.mark.django_db


def test_facts_are_net_of_cancellations_and_know_the_gaps():
    shop = make.shop()
    ann, mug, tea = make.customer(shop), make.product(shop), make.product(shop)
    make.order(ann, lines=((mug, 2, 500),), placed_at=make.days_ago(100))
    make.order(ann, lines=((mug, 1, 500), (tea, 3, 100)), placed_at=make.days_ago(60))
    make.order(ann, kind="cancellation", lines=((tea, -3, 100),), placed_at=make.days_ago(50))

    assert profiles.refresh(shop) == 1

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.cancellation_count, facts.item_count) == (2, 1, 6)
    assert (facts.revenue_cents, facts.average_order_cents) == (1500, 900)
    assert facts.returned_fraction == pytest.approx(300 / 1800)
    assert facts.last_gap_days == pytest.approx(40, abs=0.01)
    assert facts.favourites[0] == {"product_id": mug.pk, "title": mug.title, "times": 2}


def test_a_batch_gives_the_same_facts_as_everybody():
    shop = make.shop()
    customers = [make.customer(shop) for _ in range(3)]
    for customer in customers:
        make.order(customer, lines=((make.product(shop), 1, 100),))
        make.touchpoint(customer)
    profiles.refresh(shop)
    whole = list(Profile.objects.order_by("pk").values())
    Profile.objects.all().delete()

    for customer in customers:
        profiles.refresh(shop, [customer.pk])

    parts = list(Profile.objects.order_by("pk").values())
    assert [{**row, "refreshed_at": None} for row in parts] == [
        {**row, "refreshed_at": None} for row in whole
    ]


def test_a_customer_without_orders_has_a_profile_of_zeros():
    shop = make.shop()
    ann = make.customer(shop)

    profiles.refresh(shop, [ann.pk])

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.revenue_cents, facts.last_order_at) == (0, 0, None)


def test_another_shop_is_not_touched():
    ann = make.customer(make.shop())

    assert profiles.refresh(make.shop(), [ann.pk]) == 0


def test_every_feature_has_its_column_and_the_page_is_up_to_date():
    columns = {field.name for field in FeatureColumns._meta.get_fields()}

    assert {feature.name for feature in features.FEATURES} == columns
    page = settings.BASE_DIR / "docs" / "profile.md"
    assert page.read_text() == register.page(), "run manage.py describe_profile"


def test_rules_can_ask_for_every_feature_of_a_type():
    asked = {feature.path for feature in settings.PROFILE_FEATURES if feature.type}

    rooms = ("facts.", "opinions.")
    assert asked == {name for name in settings.RULE_FIELDS if name.startswith(rooms)}


def test_a_profile_that_stays_as_it_was_is_not_written_again():
    shop = make.shop()
    ann = make.customer(shop)
    make.order(ann, lines=((make.product(shop), 1, 100),))
    assert profiles.refresh(shop) == 1

    assert profiles.refresh(shop) == 0
    make.touchpoint(ann)
    assert profiles.refresh(shop) == 1


def test_the_first_touchpoint_is_the_earliest_that_was_no_bots():
    shop = make.shop()
    ann = make.customer(shop)
    for kind, days, data in (
        ("cart.updated", 2, {}), ("page.viewed", 5, {}), ("product.viewed", 9, {"bot": True}),
    ):  # fmt: skip
        make.touchpoint(ann, kind=kind, occurred_at=make.days_ago(days), data=data)

    profiles.refresh(shop, [ann.pk])

    assert Profile.objects.get(customer=ann).first_touchpoint == "page.viewed"


def test_activity_leaves_out_bots_and_tells_machines_from_people():
    shop = make.shop()
    ann = make.customer(shop)
    for minutes in (0, 10, 20, 60):
        make.touchpoint(ann, occurred_at=make.days_ago(3) + timedelta(minutes=minutes))
    make.touchpoint(ann, data={"bot": True})
    make.touchpoint(ann, kind="message.opened", data={"machine": True})
    make.touchpoint(ann, kind="message.opened", occurred_at=make.days_ago(1))
    make.touchpoint(ann, kind="message.clicked", data={"machine": True})
    make.touchpoint(ann, kind="message.sent", occurred_at=make.days_ago(2))

    profiles.refresh(shop)

    facts = Profile.objects.get(customer=ann)
    assert (facts.touchpoint_count, facts.view_count, facts.session_count) == (8, 4, 3)
    assert (facts.message_sent_count, facts.message_opened_count) == (1, 1)
    assert (facts.message_clicked_count, facts.machine_open_count) == (0, 1)
    assert facts.scanner_click_count == 1
    assert facts.last_active_at is not None
    assert facts.last_active_at < make.days_ago(0.9)


def test_hours_and_weekdays_are_in_the_customers_zone_or_else_the_shops():
    shop = make.shop(timezone="Asia/Shanghai")
    zones = {
        "": (7, 4, "morning"),
        "America/New_York": (19, 3, "evening"),
        "No/Where": (7, 4, "morning"),
    }
    moment = datetime(2026, 10, 7, 23, 30, tzinfo=UTC)  # a Wednesday
    partitions.ensure("customers_touchpoint", [moment])
    for zone, expected in zones.items():
        ann = make.customer(shop, attributes={"timezone": zone} if zone else {})
        make.order(ann, placed_at=moment)
        make.touchpoint(ann, occurred_at=moment)
        profiles.refresh(shop, [ann.pk])
        facts = Profile.objects.get(customer=ann)
        assert (facts.best_hour, facts.active_weekday, facts.day_part) == expected
        assert (facts.order_hour, facts.order_weekday) == expected[:2]


def test_a_cart_is_abandoned_when_a_day_passes_without_an_order():
    shop = make.shop()
    ann = make.customer(shop)
    for kind, days in [
        ("cart.updated", 10),
        ("checkout.started", 9.9),
        ("cart.updated", 5),
        ("order.placed", 4.9),
        ("cart.updated", 0.5),
    ]:
        make.touchpoint(ann, kind=kind, occurred_at=make.days_ago(days))

    profiles.refresh(shop)

    assert Profile.objects.get(customer=ann).abandoned_cart_count == 1


def test_favourite_brands_are_those_bought_most_often():
    shop = make.shop()
    ann = make.customer(shop)
    acme, other = make.product(shop, brand="Acme"), make.product(shop, brand="Birch")
    plain = make.product(shop)
    for product in (plain, plain, acme, acme, other):
        make.order(ann, lines=((product, 1, 500),))

    profiles.refresh(shop)

    facts = Profile.objects.get(customer=ann)
    assert (facts.top_brands, facts.top_categories, facts.category_count) == (
        ["Acme", "Birch"], [], 0,
    )  # fmt: skip
    likes = {"field": "facts.top_brands", "op": "has", "value": "Acme"}
    segment = Segment.objects.create(shop=shop, name="Acme", key="acme", rule=likes)
    membership.refresh(shop)
    assert list(segment.memberships.values_list("customer_id", flat=True)) == [ann.pk]


def test_money_counts_in_the_shops_currency_and_discounts_are_a_share():
    shop = make.shop(currency="EUR")
    ann, mug = make.customer(shop), make.product(shop, price_cents=1000)
    order = make.order(ann, lines=((mug, 2, 1000),), total_cents=1500)
    order.lines.update(total_cents=1500)
    make.order(ann, currency="USD", total_cents=99_999)

    profiles.refresh(shop)

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.revenue_cents, facts.average_order_cents) == (2, 1500, 750)
    assert facts.discount_fraction == pytest.approx(0.25)
    assert (facts.mean_price_cents, facts.price_band) == (1000, "low")


def test_columns_of_other_rooms_are_left_alone():
    shop = make.shop()
    ann = make.customer(shop)
    make.profile(ann, review_count=3, scores={"purchase_30d": 0.4})
    make.order(ann)

    profiles.refresh(shop)

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.review_count, facts.scores) == (1, 3, {"purchase_30d": 0.4})


# Long orders, as wholesale has them.
MORE_LINES = """
INSERT INTO customers_orderline (id, shop_id, order_id, position, product_id, quantity,
    unit_price_cents, total_cents)
SELECT 1000000 + n, %(shop)s, 1 + n / 30, 2 + n %% 30, 1 + (n * 7919) %% 2000, 1, 1500, 1500
FROM generate_series(0, 30 * 2 * %(customers)s - 1) AS n
"""


def test_a_batch_is_not_slow_after_an_import_when_there_are_no_statistics_yet():
    """A plan that rests on them took minutes; compared with the same work once they are there."""
    shop = make.shop()
    days = [now() - timedelta(days=back) for back in range(0, _population.DAYS + 31, 15)]
    partitions.ensure("customers_touchpoint", days)
    counts = {"shop": shop.pk, "customers": 4000, "touchpoints": 20_000}
    names = ("DAYS", "PRODUCTS", "CATEGORIES")
    sizes = {name.lower(): getattr(_population, name) for name in names}
    steps = [step.format(**sizes) for step in _population.STEPS]
    with connection.cursor() as cursor:
        cursor.execute(_population.DRAW)
        for step in [*steps, MORE_LINES]:
            cursor.execute(step, counts)

    def seconds():
        began = time.perf_counter()
        profiles.refresh(shop, list(range(1, 4001)))
        return time.perf_counter() - began

    without = seconds()
    assert Profile.objects.filter(shop=shop).count() == 4000
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with_them = seconds()
    assert without < 10 * with_them
    with connection.cursor() as cursor:  # what the reactor does next in the same transaction
        cursor.execute("SELECT current_setting('enable_nestloop')")
        assert cursor.fetchone() == ("on",)
