"""Consent is open once, ends at once, and is never given back by an import."""

import pytest

from customers import consent
from customers.models import Consent, Suppression, Touchpoint
from tests import make

pytestmark = pytest.mark.django_db


def test_giving_and_withdrawing_twice_leaves_one_history():
    ann = make.customer(make.shop())

    for _ in range(2):
        consent.give(ann, channel="email", how="form")
    for _ in range(2):
        consent.withdraw(ann, channel="email", how="link")

    assert [c.ended_how for c in Consent.objects.filter(customer=ann)] == ["link"]
    assert Touchpoint.objects.filter(customer=ann, kind="consent.withdrawn").count() == 1


def test_an_import_gives_consent_but_not_to_those_who_withdrew():
    shop = make.shop()
    ann, bob = make.customer(shop, external_id="11"), make.customer(shop, external_id="12")
    cy = make.customer(shop, external_id="17")
    consent.give(bob, channel="email", how="form")
    consent.withdraw(bob, channel="email", how="link")

    for _ in range(2):
        consent.give_all(shop, channel="email", how="import", except_ids="7$")

    still = Consent.objects.filter(ended_at=None).values_list("customer", flat=True)
    assert list(still) == [ann.pk]
    assert not cy.consents.exists()


def test_suppression_knows_the_address_whatever_its_case():
    shop = make.shop()

    for address in ("Ann@Example.com", "ann@example.com "):
        consent.suppress(shop, channel="email", address=address, reason="bounced")

    assert Suppression.objects.get(shop=shop).address == "ann@example.com"
