"""Who was erased is nowhere any more, and a signed receipt says where was looked."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from campaigns.channel_models import PushSubscription
from campaigns.models import CaughtMail
from customers import consent, erasing, ingest, naming, notes, privacy
from customers.erasure_models import Erasure
from customers.models import Customer, Order, Touchpoint
from reviews_nlp import reading
from segments import exporting, fixed
from segments.models import Segment
from shops.connectors.base import PrivacyFact
from shops.models import Delivery, Endpoint, StoredFile
from tests import make
from tests.api.calling import Caller
from tests.customers.uploads import begin, run
from tests.shops import calls

pytestmark = pytest.mark.django_db
ADDRESS, PHONE, WHOLE = "dora.kent@example.com", "+441632960961", "Dora Kentish"
PERSON = {"id": "90210-77", "email": ADDRESS, "phone": PHONE, "first_name": "Dora",
          "last_name": "Kentish"}  # fmt: skip
LINE = {"product_id": "mug", "title": "Mug", "quantity": 2, "unit_price_cents": 500}


@pytest.fixture
def shop(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return calls.shop("generic")


def tell(shop, kind, data):
    at = make.days_ago(3).isoformat()
    return calls.deliver(shop, "", {"type": kind, "timestamp": at, "data": data})


def plant(shop):
    """The person comes in by every door there is, and leaves copies wherever there are copies."""
    at = make.days_ago(3).isoformat()
    Endpoint.objects.create(shop=shop, url="https://x.example.com/",
                            events=["customer.created", "order.placed"])  # fmt: skip
    order = {"id": "o-1", "placed_at": at, "currency": "EUR", "lines": [LINE]}
    tell(shop, "order.placed", {**order, "customer": PERSON})
    review = {"id": "r-1", "customer_id": PERSON["id"], "rating": 5, "written_at": at}
    tell(shop, "review.written", {**review, "text": f"Lovely! Call me, {WHOLE}, {PHONE}"})
    tell(shop, "order.placed", {"id": "o-2", "broken": f"by {ADDRESS.upper()}"})  # quarantined
    reading.read()
    rows = "id,email,country\n90210-77," + ADDRESS + ",GB\n5,dora.kent@example.com@,GB\n"
    run(begin(shop, rows, "people.csv"))
    caller = Caller(shop)
    answer = caller.send("PUT", f"customers/{PERSON['id']}", {"email": ADDRESS},
                         **{"Idempotency-Key": "dora-1"})  # fmt: skip
    assert answer.status_code < 300, answer.content
    dora = Customer.objects.get(shop=shop, external_id=PERSON["id"])
    notes.add(dora, f"{WHOLE} called", by=make.user())
    other = make.customer(shop, first_name="Bob", last_name="Lee")
    notes.add(other, f"Asked about {ADDRESS}", by=make.user())
    link = "?to=dora.kent%40example.com"
    make.touchpoint(other, kind="friend.invited", data={"to": ADDRESS, "url": link})
    consent.suppress(shop, channel="email", address=ADDRESS, reason="complained")
    PushSubscription.objects.create(shop=shop, customer=dora, endpoint="https://p.example.com/1")
    CaughtMail.objects.create(recipient=ADDRESS, subject="Hi", raw=f"To: {ADDRESS}".encode())
    copied(shop, dora)
    return dora, other


def copied(shop, dora):
    """An export of a segment, and a log of what a history import rejected."""
    segment = Segment.objects.create(shop=shop, name="Fair", key="fair", kind="static")
    fixed.add(segment, [dora.pk])
    exporting.ask(segment, format="xlsx", by=make.user(), personal=True)
    while exporting.run_waiting():
        pass
    folder = settings.VAR_DIR / "imports"
    folder.mkdir()
    (folder / "x-rejected.csv").write_text(f"1,no date,{ADDRESS}\n2,no date,bob@example.com\n")


def erase(shop, name=PERSON["id"], reference="gdpr-1"):
    privacy.receive(shop, PrivacyFact(reference, "erase", name, now()))
    return Erasure.objects.latest("pk")


def a_day_later():
    Erasure.objects.update(created_at=make.days_ago(2), due_at=now())
    assert erasing.run_due() == 1


def dump():
    """Every row of every table as text, as somebody who steals the database would read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                       "current_schema()::regnamespace")  # fmt: skip
        for [table] in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for [row] in cursor.fetchall():
                yield table, row


def named(*words):
    hexed = [word.encode().hex() for word in words]
    return {table for table, row in dump()
            for word in (*words, *hexed) if word.lower() in row.lower()}  # fmt: skip


def test_a_person_who_came_by_every_door_is_nowhere_afterwards(shop):
    _dora, other = plant(shop)
    before = named(ADDRESS, PHONE, "Kentish")
    assert len(before) >= 9
    assert any(table.startswith("shops_delivery_") for table in before)
    held = Order.objects.filter(shop=shop).values_list("external_id", "total_cents")
    sales, visits = list(held), Touchpoint.objects.filter(shop=shop).count()
    erasure = erase(shop)

    a_day_later()

    erasure.refresh_from_db()
    assert named(ADDRESS, PHONE, "Kentish", "dora.kent") == set()
    assert not any(PERSON["email"] in path.read_text()
                   for path in settings.VAR_DIR.rglob("*.csv"))  # fmt: skip
    assert not StoredFile.objects.filter(shop=shop).exists()
    assert list(held.all()) == sales  # the figures stay
    assert Touchpoint.objects.filter(shop=shop).count() >= visits
    other.refresh_from_db()
    assert other.last_name == "Lee"
    assert erasure.receipt["left"] == {}
    assert {"shops_delivery", "campaigns_caughtmail", "answers kept for repeats"} <= set(
        erasure.receipt["taken_out"]
    )
    assert erasure.done_at
    assert erasure.sealed == ""


def test_the_first_search_is_at_once_and_only_the_second_proves_it(shop):
    plant(shop)
    erasure = erase(shop)
    assert erasing.run_due() == 1
    erasure.refresh_from_db()
    assert (erasure.done_at, erasure.signature) == (None, "")
    assert erasing.run_due() == 0

    CaughtMail.objects.create(recipient=ADDRESS, subject="late", raw=b"")
    a_day_later()
    erasure.refresh_from_db()
    assert erasure.receipt["taken_out"]["campaigns_caughtmail"] == 2
    assert erasing.is_genuine(erasure.receipt, erasure.signature)
    forged = {**erasure.receipt, "taken_out": {}}
    assert not erasing.is_genuine(forged, erasure.signature)


def test_what_is_left_somewhere_is_said_and_keeps_the_receipt_from_being_signed(shop):
    plant(shop)
    folder = settings.VAR_DIR / "log"
    folder.mkdir()
    (folder / "web.log").write_text(f"POST {ADDRESS}\n")
    erasure = erase(shop)
    a_day_later()
    erasure.refresh_from_db()
    assert erasure.receipt["left"] == {"logs of this machine": 1}
    assert (erasure.done_at, erasure.signature) == (None, "")
    assert erasure.due_at > now()


def test_what_names_somebody_else_too_stays_theirs_and_another_shop_is_not_touched(shop):
    plant(shop)
    twin = make.customer(shop, email=ADDRESS, last_name="Twin")
    elsewhere = make.customer(make.shop(), email=ADDRESS)
    near = make.customer(shop, email=f"isa{ADDRESS}")
    erasure = erase(shop)
    a_day_later()
    for customer, kept in ((twin, ADDRESS), (elsewhere, ADDRESS), (near, f"isa{ADDRESS}")):
        customer.refresh_from_db()
        assert customer.email == kept
    erasure.refresh_from_db()
    assert erasure.receipt["belongs_to_others_too"] == 1
    assert not Customer.objects.filter(phone=PHONE).exists()


def test_who_comes_back_before_the_second_search_stays_a_customer(shop):
    plant(shop)
    erase(shop)
    erasing.run_due()
    later = (now() + timedelta(minutes=1)).isoformat()
    customer = {**PERSON, "updated_at": later}
    at = {"type": "customer.updated", "timestamp": later, "data": customer}
    calls.deliver(shop, "", at)
    assert Customer.objects.get(shop=shop, external_id=PERSON["id"]).email == ADDRESS
    a_day_later()
    assert Customer.objects.get(shop=shop, external_id=PERSON["id"]).email == ADDRESS


def test_an_erased_delivery_is_not_read_again(shop):
    plant(shop)
    erase(shop)
    a_day_later()
    kept = Order.objects.filter(shop=shop).count()
    assert Delivery.objects.filter(shop=shop, status="erased").count() == 3
    ingest.replay(Delivery.objects.filter(shop=shop))
    assert ingest.digest() == 0
    assert Order.objects.filter(shop=shop).count() == kept


@pytest.mark.parametrize(
    ("word", "text", "hit"),
    [
        ("a+b@x.example", "to=a%2Bb%40x.example&", True),
        ("a+b@x.example", '{"e": "A+B@X.example"}', True),
        ("a+b@x.example", "ca+b@x.example", False),
        ("王小明@例子.测试", "发给：王小明@例子.测试。", True),
        ("+4416329", "tel:+4416329;", True),
        ("+4416329", "+44163291", False),
    ],
)
def test_python_and_postgres_find_the_same(word, text, hit):
    pattern = naming.Person(1, [], [], [word]).pattern
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~* %s", [text, pattern])
        assert cursor.fetchone() == (hit,)
    assert bool(re.search(pattern, text, re.IGNORECASE)) == hit
