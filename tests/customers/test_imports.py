"""A history file becomes rows once, however often and however far it is read."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from customers import imports
from customers.history_files import HistoryFile, UnknownFormat
from customers.models import Customer, Order, OrderLine, Touchpoint
from shops.models import Product
from tests import make

pytestmark = pytest.mark.django_db

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROWS = """\
1,mug,MUG,2,2010-12-01 08:26:00,2.55,17850,United Kingdom
1,tea,TEA,1,2010-12-01 08:26:00,0.125,17850,United Kingdom
2,mug,MUG,1,2010-12-02 09:00:00,2.55,,France
A3,B,Adjust bad debt,1,2010-12-03 10:00:00,-5,,United Kingdom
4,mug,MUG,many,2010-12-03 11:00:00,2.55,17851,United Kingdom
C5,mug,MUG,-2,2010-12-20 10:00:00,2.55,17850,United Kingdom
2,tea,TEA,3,2010-12-02 09:01:00,1,,France
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER + ROWS)
    return file


def load(shop, path, **options):
    file = HistoryFile(path, "GBP")
    rejects = path.with_name("rejected.csv")
    return imports.import_orders(shop, file, rejects=rejects, **options)


def everything(shop):
    models = (Customer, Product, Order, OrderLine, Touchpoint)
    return {
        model.__name__: list(model.objects.filter(shop=shop).order_by("pk").values())
        for model in models
    }


def test_every_row_is_imported_or_rejected_with_its_line_and_reason(path):
    shop = make.shop()

    record = load(shop, path)

    assert (record.rows_read, record.rows_imported, record.rows_rejected) == (7, 5, 2)
    rejected = path.with_name("rejected.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in rejected] == ["line", "4", "5"]
    assert "A3" in rejected[1]
    assert "many" in rejected[2]
    assert OrderLine.objects.filter(shop=shop).count() == 5


def test_postage_and_fees_keep_their_lines_and_are_nothing_one_can_buy(path):
    shop = make.shop()
    sold = "6,22423,CAKESTAND,1,2010-12-05 10:00:00,12.75,17850,United Kingdom\n"
    path.write_text(HEADER + sold + sold.replace("22423,CAKESTAND", "POST,POSTAGE"))

    load(shop, path)

    assert OrderLine.objects.filter(shop=shop).count() == 2
    assert Product.objects.get(shop=shop, available=True).title == "CAKESTAND"


def test_lines_of_one_order_need_not_stand_together(path):
    shop = make.shop()

    load(shop, path)

    order = Order.objects.get(shop=shop, external_id="2")
    assert (order.total_cents, order.lines.count(), order.customer) == (555, 2, None)


def test_names_and_addresses_that_the_data_lacks_are_recognisably_artificial(path):
    shop = make.shop()

    load(shop, path)

    customer = Customer.objects.get(shop=shop)
    assert (customer.email, customer.country) == ("customer-17850@example.com", "United Kingdom")


def test_the_history_ends_today_by_one_constant_number_of_days(path):
    shop = make.shop()

    record = load(shop, path)

    last = Order.objects.get(shop=shop, external_id="C5")
    first = Order.objects.get(shop=shop, external_id="1")
    assert last.kind == "cancellation"
    assert timedelta(0) <= now() - last.placed_at < timedelta(days=1)
    assert (last.placed_at.date() - first.placed_at.date()).days == 19
    assert record.shift_days > 5000


def test_a_second_run_changes_nothing(path):
    shop = make.shop()
    load(shop, path)
    before = everything(shop)

    load(shop, path)

    assert everything(shop) == before


def test_a_second_run_changes_nothing_even_when_the_record_was_lost(path):
    shop = make.shop()
    load(shop, path).delete()
    before = everything(shop)

    load(shop, path)

    after = everything(shop)
    assert after == before


def test_an_interrupted_import_goes_on_where_it_stopped(path, monkeypatch):
    shop, whole = make.shop(), make.shop()
    monkeypatch.setattr(imports, "DOCUMENTS_A_COMMIT", 1)

    class Interrupted(Exception):
        pass

    def stop_after(rows, seen=[]):  # noqa: B006  (remembers across calls)
        seen.append(rows)
        if len(seen) == 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        load(shop, path, progress=stop_after)
    done = Order.objects.filter(shop=shop).count()
    record = load(shop, path)
    load(whole, path)

    assert 0 < done < 3
    assert record.rows_imported == 5
    assert Order.objects.filter(shop=shop).count() == Order.objects.filter(shop=whole).count()


def test_the_last_days_can_be_left_for_the_webhooks(path):
    shop = make.shop()

    record = load(shop, path, last_days_left=14)
    later = list(imports.later_documents(record, HistoryFile(path, "GBP")))

    assert [document.order.external_id for document in later] == ["C5"]
    counted = record.rows_imported + record.rows_rejected + record.rows_after
    assert (counted, record.rows_after) == (record.rows_read, 1)


def test_a_file_with_other_columns_is_refused_with_the_ones_it_needs(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")

    with pytest.raises(UnknownFormat, match="order_id, product_id"):
        HistoryFile(file, "GBP")


def test_our_own_column_names_are_read_too(tmp_path):
    shop = make.shop()
    file = tmp_path / "own.csv"
    file.write_text(
        "order_id,product_id,title,quantity,placed_at,unit_price,customer_id,country\n"
        "A-1,p,Pen,3,2026-01-02T10:00:00+02:00,1.5,c1,FR\n"
    )

    record = load(shop, file)

    assert record.rows_imported == 1
    assert Order.objects.get(shop=shop).total_cents == 450
    assert Customer.objects.get(shop=shop).email == ""


def test_reviews_are_imported_once(tmp_path):
    shop = make.shop()
    file = tmp_path / "reviews.csv"
    file.write_text("Clothing ID,Title,Review Text,Rating,Class Name\n7,Nice,I love it,5,Dresses\n")

    imports.import_reviews(shop, file)
    record = imports.import_reviews(shop, file)

    assert record.rows_imported == 1
    touchpoint = Touchpoint.objects.get(shop=shop)
    assert (touchpoint.unread, touchpoint.data["rating"]) == (True, 5)
