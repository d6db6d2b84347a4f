"""Whose a visitor's touchpoints are, whenever and in whatever order they prove who they are."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from campaigns import letters, rendering
from campaigns.models import Template
from customers import identity, ingest, privacy
from customers.models import Customer, Identity, PrivacyRequest, Recognition, StaleMark, Touchpoint
from shops import recognising, site_script
from shops.models import Delivery
from tests import make
from tests.campaigns import build
from tests.shops import pages

pytestmark = pytest.mark.django_db
START = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def shop():
    return make.shop()


def at(hours):
    return START + timedelta(hours=hours)


def view(hours):
    return pages.event("page.viewed", at=at(hours), path=f"/{hours}")


def sign_in(shop, customer, hours):
    return pages.signed_in(shop, customer.external_id, at=at(hours))


def follow_link(customer, hours, *, shop=None, now=None):
    of = shop or customer.shop
    link = recognising.link_parameter(of.pk, customer.pk, now or datetime.now(UTC))
    return pages.event("visitor.identified", at=at(hours), token=link.partition("=")[2])


def owners(shop):
    """The path of each page that was viewed, and who viewed it."""
    rows = Touchpoint.objects.filter(shop=shop, kind="page.viewed").order_by("occurred_at")
    return {row.data.get("path"): row.customer for row in rows}


def deliver(shop, *events, **fields):
    return pages.deliver(shop, pages.call(*events, **fields))


def test_who_signs_in_takes_along_what_the_visitor_did_before(shop):
    ann = make.customer(shop)
    deliver(shop, view(1), view(2))
    assert set(owners(shop).values()) == {None}

    deliver(shop, sign_in(shop, ann, 3), view(4))

    assert set(owners(shop).values()) == {ann}
    assert Identity.objects.get(shop=shop, kind="anonymous_id").customer == ann
    assert StaleMark.objects.filter(customer=ann).exists()


def test_signing_in_makes_a_customer_known_that_the_shop_has_not_told_of_yet(shop):
    deliver(shop, view(1), pages.signed_in(shop, "new-one"))
    assert owners(shop) == {"/1": Customer.objects.get(shop=shop, external_id="new-one")}


def test_on_a_shared_computer_what_was_before_stays_with_the_first(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    deliver(shop, view(1), sign_in(shop, ann, 2), view(3))
    deliver(shop, sign_in(shop, bob, 4), view(5))
    assert owners(shop) == {"/1": ann, "/3": ann, "/5": bob}
    assert Identity.objects.get(shop=shop, kind="anonymous_id").customer == bob


def test_any_order_of_arrival_with_repeats_ends_alike(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    events = [view(1), sign_in(shop, ann, 2), view(3), sign_in(shop, bob, 4), view(5)]
    events += [follow_link(ann, 6), view(7)]
    random_, expected = random.Random(1), {"/1": ann, "/3": ann, "/5": bob, "/7": bob}
    for _ in range(6):
        Touchpoint.objects.all().delete()
        Recognition.objects.all().delete()
        order = random_.sample(events, len(events))
        for event in [*order, order[0]]:
            deliver(shop, event)
        assert owners(shop) == expected


def test_the_link_of_a_mail_makes_a_visitor_known(shop):
    ann = make.customer(shop)
    deliver(shop, view(1), follow_link(ann, 2), view(3))
    assert owners(shop) == {"/1": ann, "/3": ann}


def test_a_mail_carries_the_link_where_its_template_asks_for_it(shop):
    ann = make.customer(shop)
    message = build.message(ann)
    href = "https://shop.example.com/?{{ visit.parameter }}"
    template = Template(shop=shop, name="T", subject="Hi", html=f'<a href="{href}">x</a>', text="")
    mail = rendering.render(template, letters.read([message.pk])[0].context)
    token = mail.html.partition("wm=")[2].partition('"')[0]
    assert recognising.customer_of(token, message.shop_id, datetime.now(UTC)) == ann.pk


def test_a_forwarded_mail_does_not_take_a_visitor_from_somebody_who_signed_in(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    deliver(shop, sign_in(shop, ann, 1), view(2), follow_link(bob, 3), view(4))
    assert owners(shop) == {"/2": ann, "/4": ann}


def test_two_visitors_of_one_customer_are_one_history_and_strangers_stay_apart(shop):
    ann = make.customer(shop)
    deliver(shop, view(1), sign_in(shop, ann, 2), visitor="at-the-desk")
    deliver(shop, view(3), sign_in(shop, ann, 4), visitor="on-the-phone")
    deliver(shop, view(5), visitor="a-stranger")
    assert owners(shop) == {"/1": ann, "/3": ann, "/5": None}


@pytest.mark.parametrize("forged", ["", "0" * 64, "é", "signature"])
def test_a_page_cannot_claim_to_be_anybody(shop, forged):
    ann = make.customer(shop)
    claim = pages.event("visitor.identified", customer=ann.external_id, signature=forged)
    delivery = deliver(shop, claim, view(1))
    assert delivery.status == "quarantined"
    assert delivery.reason.startswith("events[0].data.signature: does not fit")
    assert owners(shop) == {"/1": None}


def test_a_signature_of_another_shop_or_customer_is_none(shop):
    other = make.shop()
    ann, bob = make.customer(shop), make.customer(shop)
    of_other = sign_in(other, ann, 1)
    of_bob = sign_in(shop, bob, 1)
    of_bob["data"]["customer"] = ann.external_id
    assert deliver(shop, of_other).status == deliver(shop, of_bob).status == "quarantined"
    assert not Recognition.objects.filter(shop=shop).exists()


def test_both_secrets_are_valid_while_they_rotate(shop):
    ann = make.customer(shop)
    before = sign_in(shop, ann, 1)
    site_script.rotate_secret(site_script.of(shop))
    assert deliver(shop, before, sign_in(shop, ann, 2)).status == "processed"
    site_script.rotate_secret(site_script.of(shop))
    assert deliver(shop, before | {"id": "event-late"}).status == "quarantined"


def test_a_link_that_is_forged_too_old_or_another_shops_is_told_so(shop):
    ann, other = make.customer(shop), make.shop()
    old = datetime.now(UTC) - timedelta(days=31)
    forged = follow_link(ann, 1)
    forged["data"]["token"] = forged["data"]["token"].replace("-", "-1", 1)
    for event, reason in (
        (forged, "was not made here"),
        (follow_link(ann, 1, now=old), "is too old"),
        (follow_link(ann, 1, shop=other), "was made for another shop"),
    ):
        assert deliver(shop, event).reason == f"events[0].data.token: {reason}."


def test_a_link_to_somebody_of_another_shop_recognises_nobody(shop):
    stranger = make.customer(make.shop())
    deliver(shop, follow_link(stranger, 1, shop=shop), view(2))
    assert owners(shop) == {"/2": None}


def test_a_recognition_is_undone_in_the_admin_as_if_it_had_never_been(shop, client):
    ann, bob = make.customer(shop), make.customer(shop)
    deliver(shop, view(1), sign_in(shop, ann, 2), view(3), sign_in(shop, bob, 4), view(5))
    client.force_login(make.user(is_superuser=True))
    for mistaken, expected in ((bob, [ann, ann, ann]), (ann, [None, None, None])):
        rows = Recognition.objects.filter(customer=mistaken).values_list("pk", flat=True)
        chosen = {"action": "undo", "_selected_action": list(rows)}
        client.post(reverse("admin:customers_recognition_changelist"), chosen)
        assert list(owners(shop).values()) == expected
    assert not Identity.objects.filter(shop=shop, kind="anonymous_id").exists()

    ingest.replay(Delivery.objects.filter(shop=shop))
    ingest.digest()
    assert list(owners(shop).values()) == [None, None, None]


def test_undoing_twice_changes_nothing_more(shop):
    ann = make.customer(shop)
    deliver(shop, view(1), sign_in(shop, ann, 2))
    identity.undo(Recognition.objects.all())
    undone = Recognition.objects.get().undone_at
    identity.undo(Recognition.objects.all())
    assert Recognition.objects.get().undone_at == undone


def test_who_was_erased_is_not_recognised_by_what_was_said_before(shop):
    ann = make.customer(shop)
    deliver(shop, view(1), sign_in(shop, ann, 2))
    privacy.erase(
        PrivacyRequest.objects.create(
            shop=shop,
            reference="r",
            kind="erase",
            customer_id_of_shop=ann.external_id,
            requested_at=datetime.now(UTC),
        )
    )
    assert not Recognition.objects.exists()
    assert not Identity.objects.filter(customer=ann, kind="anonymous_id").exists()
    deliver(shop, sign_in(shop, ann, 3), view(4))
    assert owners(shop)["/4"] is None
