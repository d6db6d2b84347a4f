"""What the tests of imports share."""

from io import BytesIO

from customers import file_imports
from customers.models import (
    Consent,
    ConsentStatement,
    Customer,
    Touchpoint,
)
from shops.models import Product

PEOPLE = """\
Customer ID;E-Mail;First name;Last name;Country;Opt-in;consent_at;consent_how;ip
1;ann@example.com;Ann;Lee;DE;yes;2026-01-05;newsletter form;203.0.113.9
2;bob@example;Bob;;DE;;;;
3;cat@example.com;Cat;;FR;yes;;newsletter form;
4;dan@example.com;Dan;;FR;no;2026-02-01;letter;
;eve@example.com;Eve;;FR;;;;
;;Nobody;;FR;;;;
"""


def begin(shop, content, name="people.csv", kind="customers"):
    content = content if isinstance(content, bytes) else content.encode()
    return file_imports.begin(shop, kind, name, BytesIO(content), by="ann")


def run(record):
    file_imports.start(record)
    while file_imports.run_waiting():
        pass
    record.refresh_from_db()
    return record


def people(shop):
    return {c.external_id: c for c in Customer.objects.filter(shop=shop)}


def everything(shop):
    models = (Customer, Consent, ConsentStatement, Touchpoint, Product)
    rows = [model.objects.filter(shop=shop).order_by("pk").values() for model in models]
    return [list(some) for some in rows]
