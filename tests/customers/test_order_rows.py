"""Orders in a file, a row a line: as a whole or not at all, and only once."""

import pytest

from customers import file_imports, file_rows, profiles
from customers.models import Customer, Order, OrderLine, Profile, Touchpoint
from shops.models import Product
from tests import make
from tests.customers.uploads import begin, everything, run

pytestmark = pytest.mark.django_db

# As shops export it: what is said of the order stands in its first row.
ORDERS = """\
Name,Email,Created at,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku
1001,Ann@Example.com,2026-01-05 10:00,EUR,25.00,2,Blue mug,10.00,mug
1001,,,,,1,Tea,7.50,tea
1002,bob@example.com,2026-02-01 09:30,EUR,,1,Tea,7.50,tea
"""


@pytest.fixture
def shop():
    return make.shop(currency="EUR", timezone="Europe/Berlin")


def rows_of(shop):
    models = (Order, OrderLine)
    return everything(shop) + [list(m.objects.order_by("pk").values()) for m in models]


def test_an_export_of_orders_becomes_orders_with_lines_buyers_and_history(shop):
    record = run(begin(shop, ORDERS, "orders.csv", "orders"))
    assert (record.status, record.rows_imported, record.rows_rejected) == ("done", 3, 0)
    first, second = Order.objects.filter(shop=shop).order_by("external_id")
    assert (first.total_cents, second.total_cents) == (2500, 750)
    assert first.placed_at.isoformat() == "2026-01-05T09:00:00+00:00"
    assert first.customer
    assert first.customer.email == "ann@example.com"
    lines = first.lines.order_by("position").values_list("product__title", "quantity")
    assert list(lines) == [("Blue mug", 2), ("Tea", 1)]
    assert Touchpoint.objects.filter(shop=shop, kind="order.placed").count() == 2
    assert not Customer.objects.filter(shop=shop, stalemark=None).exists()
    profiles.refresh(shop)
    assert Profile.objects.get(customer=first.customer).item_count == 3


def test_the_same_orders_again_change_nothing_and_what_the_shop_said_stays(shop):
    ann = make.customer(shop, email="ann@example.com")
    make.order(ann, external_id="1002", total_cents=4200)
    run(begin(shop, ORDERS, "orders.csv", "orders"))
    before = rows_of(shop)
    again = run(begin(shop, ORDERS, "orders.csv", "orders"))
    assert (again.rows_imported, rows_of(shop)) == (3, before)
    assert Order.objects.get(shop=shop, external_id="1002").total_cents == 4200
    wins = begin(shop, ORDERS, "orders.csv", "orders")
    file_imports.choose(wins, wins.mapping, only_gaps=False)
    wins.refresh_from_db()
    run(wins)
    assert Order.objects.get(shop=shop, external_id="1002").total_cents == 750


def test_a_cancellation_takes_back_from_whoever_bought(shop):
    rows = "id,kind,cancels,placed_at,product_id,quantity,unit_price\n"
    rows += "R1,refund,1001,2026-03-01,mug,-1,10.00\n"
    run(begin(shop, rows, "refunds.csv", "orders"))
    run(begin(shop, ORDERS, "orders.csv", "orders"))
    refund = Order.objects.get(shop=shop, external_id="R1")
    assert (refund.kind, refund.total_cents, refund.lines.get().quantity) == (
        "cancellation", -1000, -1,
    )  # fmt: skip
    assert refund.customer
    assert refund.customer.email == "ann@example.com"


def test_an_order_with_a_bad_line_is_left_out_whole_and_says_why(shop):
    bad = ORDERS.replace("1,Tea,7.50,tea\n1002", "one,Tea,7.50,tea\n1002")
    record = begin(shop, bad, "orders.csv", "orders")
    trial = file_imports.try_out(record)
    assert (trial.rows, trial.new, trial.known, trial.rejected) == (3, 1, 0, 2)
    record = run(record)
    assert list(Order.objects.values_list("external_id", flat=True)) == ["1002"]
    told = list(record.rejects.order_by("row").values_list("row", "column", "reason"))
    assert told == [
        (1, "Name", "belongs to row 2, which is rejected"),
        (2, "Lineitem quantity", "'one' is no number of pieces"),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("2026-01-05 10:00", ""), "is empty"),
        (("EUR,25", "Euro,25"), "'Euro' is no currency"),
        (("25.00", "-25.00"), "is less than nothing in a sale"),
        (("Ann@Example.com", "ann"), "'ann' is no e-mail address"),
        (("10.00,mug", "-10.00,mug"), "'-10.00' is no price"),
    ],
)
def test_what_cannot_be_true_is_refused(shop, change, reason):
    trial = file_imports.try_out(begin(shop, ORDERS.replace(*change), "o.csv", "orders"))
    assert trial.rejects[0].reason == reason
    assert (trial.new, trial.rejected) == (1, 2)


def test_an_order_is_not_parted_by_a_commit_nor_by_others(shop, monkeypatch):
    monkeypatch.setattr(file_rows, "BATCH", 1)
    record = run(begin(shop, ORDERS, "orders.csv", "orders"))
    assert (record.rows_done, OrderLine.objects.count()) == (3, 3)

    parted = ORDERS + "1001,,,,,1,Cup,3.00,cup\n"
    record = begin(shop, parted, "orders.csv", "orders")
    assert "Row 4 goes on with 1001" in file_imports.try_out(record).fault
    assert run(record).status == "failed"
    assert not Product.objects.filter(external_id="cup").exists()
