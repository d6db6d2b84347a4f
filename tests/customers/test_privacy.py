"""Who was erased stays erased, in whatever order and however often a shop's calls are read."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.serializers import serialize
from django.urls import reverse
from django.utils.timezone import now

from customers import facts, ingest, privacy
from customers.models import (
    Consent,
    ConsentStatement,
    Customer,
    Identity,
    Order,
    PrivacyRequest,
    Touchpoint,
)
from reviews_nlp import reading
from reviews_nlp.models import Review
from shops.connectors.base import CustomerFact, MergeFact, PrivacyFact
from shops.models import Delivery
from tests import make
from tests.shops import calls

pytestmark = pytest.mark.django_db

BEFORE, LATER = "2026-01-02T10:00:00Z", "2026-02-02T10:00:00Z"  # calls are sent in between
ADDRESS = "dora.kent@example.com"


def shopify_calls(customer):
    """What a shop tells of one person before it passes on the wish to be erased."""
    order = calls.shopify("orders__create")
    person = {"id": customer, "email": ADDRESS, "first_name": "Dora", "last_name": "Kent"}
    told = {"created_at": BEFORE, "updated_at": BEFORE, "email": ADDRESS, "contact_email": ADDRESS}
    yield "orders/create", {**order, **told, "customer": person if customer else None}
    checkout = calls.shopify("checkouts__create")
    yield "checkouts/create", {**checkout, **told, "customer": person if customer else None}
    if customer:
        account = calls.shopify("customers__create") | person
        yield "customers/create", account | {"created_at": BEFORE, "updated_at": BEFORE}
        consent = {"state": "subscribed", "consent_updated_at": BEFORE}
        change = {"customer_id": customer, "email_marketing_consent": consent}
        yield "customers_email_marketing_consent/update", change


def redact(customer):
    return {"customer": {"id": customer, "email": ADDRESS}}


def traces(shop):
    """Every place but the raw deliveries that still names the person."""
    models = (Customer, Identity, Order, Touchpoint, Consent, ConsentStatement, PrivacyRequest)
    rows = [*models, Review]
    found = "".join(serialize("json", model._default_manager.filter(shop=shop)) for model in rows)
    return [word for word in (ADDRESS, "Dora", "Kent") if word in found]


@pytest.mark.parametrize("customer", [191167, None], ids=["with an account", "guest"])
def test_old_deliveries_that_are_read_again_bring_nothing_back(customer):
    shop = calls.shop("shopify")
    for topic, payload in shopify_calls(customer):
        calls.deliver(shop, topic, payload)
    assert traces(shop)
    calls.deliver(shop, "customers/redact", redact(customer))
    assert traces(shop) == []
    left = calls.rows(shop)
    assert left["orders"]
    ingest.replay(Delivery.objects.filter(shop=shop))
    while ingest.digest():
        pass
    assert traces(shop) == []
    assert calls.rows(shop) == left


@pytest.mark.parametrize("customer", [191167, None], ids=["with an account", "guest"])
def test_what_comes_only_after_the_erasure_but_was_said_before_is_nobodys(customer):
    on_time, late = calls.shop("shopify"), calls.shop("shopify")
    told = list(shopify_calls(customer))
    for topic, payload in [*told, ("customers/redact", redact(customer))]:
        calls.deliver(on_time, topic, payload)
    for topic, payload in [("customers/redact", redact(customer)), *told]:
        calls.deliver(late, topic, payload)
    assert traces(late) == []
    assert not Consent.objects.filter(shop=late, ended_at=None).exists()
    assert calls.rows(late) == calls.rows(on_time)


def test_who_comes_back_is_known_again_and_can_be_erased_again():
    shop = calls.shop("shopify")
    order = calls.shopify("orders__create") | {"customer": None, "contact_email": ADDRESS}
    for number, placed_at in enumerate((BEFORE, LATER)):
        placed = {"id": number + 1, "created_at": placed_at, "updated_at": placed_at}
        calls.deliver(shop, "orders/create", order | placed | {"email": ADDRESS})
        if number == 0:
            calls.deliver(shop, "customers/redact", redact(None))
    assert Customer.objects.filter(shop=shop, email=ADDRESS).count() == 1
    assert Order.objects.filter(shop=shop).values("customer").distinct().count() == 2
    request = PrivacyRequest.objects.get(shop=shop)
    body = json.dumps(redact(None)).encode()
    later = {"x-shopify-triggered-at": "2026-03-01T00:00:00Z"}
    headers = calls.headers(shop, "customers/redact", body) | later
    client = calls.Client()
    answer = client.generic(
        "POST", f"/hooks/{shop.key}/", body, "application/json", headers=headers
    )
    assert answer.status_code == 202
    ingest.digest()
    assert traces(shop) == []
    assert PrivacyRequest.objects.get(shop=shop).requested_at > request.requested_at


@pytest.mark.parametrize("asks", ["stays", "merged"])
def test_who_was_merged_stays_erased_with_the_one_they_are_part_of(asks):
    shop, at = make.shop(), make.days_ago
    people = [
        CustomerFact(name, at(9), email=f"{name}@example.com", first_name=name.title())
        for name in ("stays", "merged", "other")
    ]
    facts.store(shop, [*people, MergeFact("merge:1", "stays", "merged", at(8))])
    facts.store(shop, [PrivacyFact("wish:1", "erase", asks, at(5))])
    facts.store(shop, people)  # read once more
    left = set(Customer.objects.filter(shop=shop).values_list("email", "first_name"))
    assert left == {("", ""), ("other@example.com", "Other")}
    facts.store(shop, [CustomerFact("merged", at(1), email="new@example.com")])
    assert Customer.objects.filter(shop=shop, email="new@example.com").exists()


def test_a_request_that_names_nobody_erases_nobody():
    shop = calls.shop("generic")
    ann = make.customer(shop, external_id="")
    request = PrivacyRequest.objects.create(
        shop=shop, reference="r", kind="erase", customer_id_of_shop="", requested_at=now()
    )
    privacy.erase(request)
    ann.refresh_from_db()
    assert ann.email


def test_a_review_keeps_its_stars_and_loses_its_words():
    shop = calls.shop("generic")
    review = {"id": "r1", "customer_id": "7", "rating": 2, "text": "Kent says: too small",
              "product_id": "p1", "written_at": BEFORE}  # fmt: skip
    calls.deliver(shop, "review.written", {"type": "review.written", "timestamp": BEFORE,
                                           "data": review})  # fmt: skip
    reading.read_waiting()
    assert Review.objects.get(shop=shop).text
    customer = Customer.objects.get(shop=shop, external_id="7")
    request = PrivacyRequest.objects.create(
        shop=shop, reference="r", kind="erase", customer_id_of_shop="7", requested_at=now()
    )
    privacy.erase(request)
    reading.read_waiting()
    left = Review.objects.get(shop=shop)
    assert (left.text, left.rating, left.customer_id) == ("", 2, customer.pk)
    ingest.replay(Delivery.objects.filter(shop=shop))
    ingest.digest()
    reading.read_waiting()
    assert traces(shop) == []


def test_a_request_waits_on_the_overview_until_somebody_settles_it(client):
    shop = calls.shop("shopify")
    calls.deliver(shop, "customers/data_request", redact(191167))
    client.force_login(make.user(is_superuser=True))
    page, row = reverse("admin:index"), PrivacyRequest.objects.get(shop=shop)
    assert "191167 wants to have a copy" in client.get(page, {"shop": shop.key}).content.decode()
    chosen = {"action": "settle", "_selected_action": [row.pk]}
    answer = client.post(reverse("admin:customers_privacyrequest_changelist"), chosen)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.done_at
    assert "191167" not in client.get(page, {"shop": shop.key}).content.decode()


def test_who_may_only_look_settles_nothing(client):
    shop = calls.shop("shopify")
    calls.deliver(shop, "customers/data_request", redact(191167))
    user, row = make.user(), PrivacyRequest.objects.get(shop=shop)
    user.user_permissions.set(Permission.objects.filter(codename="view_privacyrequest"))
    shop.staff.add(user)
    client.force_login(user)
    chosen = {"action": "settle", "_selected_action": [row.pk]}
    client.post(reverse("admin:customers_privacyrequest_changelist"), chosen)
    row.refresh_from_db()
    assert row.done_at is None
