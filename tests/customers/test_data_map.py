"""Every column is declared, the map shows it, copies and erasures are a click, keys can change."""

import io
import json
import zipfile

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.urls import reverse

from customers import data_map
from customers.models import Customer, PrivacyRequest
from shops.models import AuditEntry, Endpoint
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


def test_every_column_that_can_hold_words_is_declared_in_config_personal():
    assert data_map.undeclared() == []


def test_the_map_tells_what_for_how_long_and_who_sees_it(client, shop):
    page = make.signed_in(client, shop, "owner").get(
        reverse("admin:customers_privacyrequest_data_map")
    )
    shown = page.content.decode()
    for words in (
        "Push subscription",
        "Notify a browser that agreed",
        "Customer service",
        "e-mail",
    ):
        assert words in shown


def test_a_copy_is_a_zip_for_programs_and_people_and_is_told(client, shop):
    ann = make.customer(shop, first_name="Ann<b>", last_name="Lee", consents=("email",))
    make.order(ann, lines=((make.product(shop, title="Blue mug"), 2, 500),))

    page = reverse("admin:customers_customer_copy", args=[ann.pk])
    answer = make.signed_in(client, shop, "agent").post(page)

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert json.loads(archive.read("data.json"))["orders"][0]["lines"][0]["product"] == "Blue mug"
    readable = archive.read("read-me.html").decode()
    assert "Ann&lt;b&gt;" in readable
    assert "Blue mug" in readable
    assert PrivacyRequest.objects.get(shop=shop).done_at
    told = AuditEntry.objects.get(shop=shop, action="customers_customer_copy")
    assert told.target == f"customers.customer {ann.pk}"
    assert make.signed_in(client, shop, "marketer").post(page).status_code == 403


def test_a_person_is_erased_from_their_page(client, shop):
    ann = make.customer(shop, last_name="Quirkfoot")
    page = reverse("admin:customers_customer_erase", args=[ann.pk])
    assert make.signed_in(client, shop, "marketer").post(page).status_code == 403
    agent = make.signed_in(client, shop, "agent")
    assert "cannot be undone" in agent.get(page).content.decode()
    assert Customer.objects.get(pk=ann.pk).last_name == "Quirkfoot"

    after = agent.post(page, follow=True).content.decode()

    assert Customer.objects.get(pk=ann.pk).last_name == ""
    assert "being searched" in after
    assert AuditEntry.objects.filter(shop=shop, action="erase").exists()


def test_sealed_secrets_move_to_a_new_key(shop, settings):
    told = Endpoint.objects.create(shop=shop, url="https://x.example.com/", events=[])
    secrets, old = [shop.webhook_secrets, told.secrets], settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next one", [old]
    call_command("rotate_secrets", stdout=io.StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    shop.refresh_from_db()
    told.refresh_from_db()
    assert [shop.webhook_secrets, told.secrets] == secrets

    settings.SECRET_KEY = "lost"
    with pytest.raises(InvalidToken):
        _ = shop.webhook_secrets
    with pytest.raises(CommandError, match="not given any more"):
        call_command("rotate_secrets", stdout=io.StringIO(), stderr=io.StringIO())
