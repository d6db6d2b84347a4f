"""The formats of files that come and go, and files that mean harm."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils.timezone import now
from openpyxl import Workbook

from customers import tables
from shops import files, sheets
from shops.models import Product, StoredPart
from tests import make
from tests.customers.uploads import begin, people, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_and_lines_of_json_say_the_same_as_csv(shop):
    rows = [["id", "first_name", "created_at"], [17850.0, "Ann", "2026-01-05"]]
    lines = json.dumps({"id": 17850, "first_name": "Ann", "created_at": "2026-01-05"})
    for content, name in ((workbook(rows), "p.xlsx"), (lines, "p.jsonl")):
        other = make.shop()
        run(begin(other, content, name))
        (ann,) = people(other).values()
        assert (ann.external_id, ann.first_name, ann.created_at.year) == ("17850", "Ann", 2026)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_in_the_encodings_that_occur(shop, encoding):
    run(begin(shop, "id,first_name\n1,Jürgen\n".encode(encoding)))
    assert people(shop)["1"].first_name == "Jürgen"


def bomb():
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"0" * 70_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.xlsx", bomb(), "unpacks to too much"),
        ("p.xlsx", b"PK no", "no XLSX workbook"),
        ("p.xlsx", b"id,name\n", "no XLSX workbook"),
        ("p.exe", b"MZ", "no CSV, XLSX or JSONL"),
        ("p.csv", b"", "empty"),
        ("p.csv", b"id,id\n1,2\n", "Two columns"),
        ("p.csv", ",".join(f"c{n}" for n in range(201)).encode(), "more than 200 columns"),
        ("p.csv", b'id\n"' + b"x" * 250_000, "cannot be read"),
        ("p.jsonl", b"[1]\n", "must be one object"),
        ("p.jsonl", b"{\n", "no JSON"),
        ("p.jsonl", b"[" * 100_000, "no JSON"),
        ("p.jsonl", b"{" + b" " * 300_000, "has no end"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_wrong(shop, name, content, says):
    try:
        fault = run(begin(shop, content, name)).fault
    except tables.FileFault as refused:
        fault = str(refused)
    assert says in fault


def test_a_fault_further_down_ends_the_import_with_its_reason(shop):
    record = run(begin(shop, '{"id": "1"}\n' * 150 + "[1]\n", "p.jsonl"))
    assert record.status == "failed"
    assert "Line 151" in record.fault


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("products", {"id": "1", "price": "-5"}, "price"),
        ("products", {"id": "1", "price": "NaN"}, "price"),
        ("products", {"id": ""}, "id"),
        ("touchpoints", {"id": "1", "kind": "order.placed", "customer_id": "1",
                         "occurred_at": "2026-01-01"}, "kind"),
        ("touchpoints", {"id": "1", "kind": "a.b", "customer_id": "1",
                         "occurred_at": "0001-01-01"}, "occurred_at"),
        ("touchpoints", {"id": "1", "kind": "a.b", "customer_id": "1",
                         "occurred_at": "2026-01-01", "data": "[]"}, "data"),
        ("products", {"id": "1", "stock": "plenty"}, "stock"),
        ("customers", {"id": "x" * 101}, "id"),
        ("customers", {"id": "1", "consent": "maybe"}, "consent"),
        ("customers", {"id": "1", "consent": "yes", "consent_at": "2026-01-01"}, "consent_how"),
        ("customers", {"id": "1", "consent": "no", "consent_channel": "fax"}, "consent_channel"),
    ],
)  # fmt: skip
def test_a_row_at_fault_names_the_column(shop, kind, row, field):
    record = run(begin(shop, json.dumps(row), "p.jsonl", kind))
    (reject,) = record.rejects.all()
    assert reject.column == field
    assert reject.advice


def test_products_come_with_prices_in_the_shops_currency():
    shop = make.shop(currency="JPY")
    run(begin(shop, 'sku,name,price\n1,Mug,"1,200"\n', kind="products"))
    assert Product.objects.get(shop=shop).price_cents == 1200


def test_products_come_with_stock_and_cost(shop):
    text = "sku,name,price,Variant Inventory Qty,Cost per item\n1,Mug,9.00,12,4.5\n2,Tea,3.00,,\n"
    run(begin(shop, text, kind="products"))
    found = Product.objects.filter(shop=shop).order_by("external_id")
    assert [(one.stock_count, one.cost_cents) for one in found] == [(12, 450), (None, None)]


def test_a_file_comes_back_as_it_was_and_goes_with_its_day(shop, monkeypatch):
    monkeypatch.setattr(files, "PART_BYTES", 4)
    kept = files.keep(shop, "f", [b"012", b"345678", b"9"], until=now() - timedelta(seconds=1))
    assert b"".join(files.read(kept)) == b"0123456789"
    assert kept.size == 10
    assert StoredPart.objects.count() == 3
    assert files.remove_expired()
    assert not StoredPart.objects.exists()


@pytest.mark.parametrize("value", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1"])
def test_a_formula_is_no_formula_in_what_leaves(value):
    assert sheets.harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["-5", "+49123", "-5.25", "a=b", "", 7, None])
def test_numbers_and_words_stay(value):
    assert sheets.harmless(value) == value
