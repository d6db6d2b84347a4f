"""The link in a mail ends the mails: by a button or one click, never by being looked at."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from campaigns import unsubscribing
from customers.models import Consent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def message():
    shop = build.shop(name="Tea & Co")
    return build.message(make.customer(shop, consents=("email", "sms")))


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)  # a mail program brings no cookie


def path(message):
    return unsubscribing.url(message.pk).removeprefix(settings.PUBLIC_URL)


def open_channels():
    return set(Consent.objects.filter(ended_at=None).values_list("channel", flat=True))


def test_looking_at_the_page_changes_nothing(browser, message):
    for look in (browser.get, browser.head):
        assert look(path(message)).status_code == 200

    page = browser.get(path(message)).content.decode()
    assert "Stop these mails?" in page
    assert "Tea &amp; Co" in page
    assert open_channels() == {"email", "sms"}


@pytest.mark.parametrize(
    ("form", "how"), [({"List-Unsubscribe": "One-Click"}, "one click"), ({}, "page")]
)
def test_one_click_and_the_button_unsubscribe_and_may_be_repeated(browser, message, form, how):
    answers = [browser.post(path(message), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "You are unsubscribed" in answers[1].content.decode()
    assert open_channels() == {"sms"}
    assert Consent.objects.get(channel="email").ended_how == how


def test_the_page_speaks_to_no_other_method(browser, message):
    assert browser.delete(path(message)).status_code == 405


def test_a_link_that_was_changed_or_cut_is_not_found(browser, message):
    token = path(message).split("/")[2]
    pk, signature = token.split(".")
    for bad in (f"{int(pk) + 1}.{signature}", token[:-1], pk, "x", f"{pk}.", "٣." + signature):
        address = reverse("unsubscribe", args=[bad])
        assert browser.get(address).status_code == 404
        assert browser.post(address).status_code == 404

    assert open_channels() == {"email", "sms"}


def test_a_link_whose_message_is_gone_is_not_found(browser, message):
    address = path(message)
    message.delete()

    assert browser.post(address).status_code == 404
