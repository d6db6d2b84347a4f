"""Mails that customers asked for: one each, and their link does its work once, by a button."""

import os
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from campaigns import asking, notices, preferences
from campaigns.models import CaughtMail, Notice
from customers.models import Consent, ConsentStatement, Customer, PrivacyRequest
from tests import make
from tests.api.calling import Caller
from tests.campaigns import build
from tests.campaigns.conftest import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    shop = build.shop(name="Tea & Co")
    return make.customer(shop, email="ann@example.com", first_name="Ann", last_name="Lee")


def ask(customer, **said):
    return asking.confirmation(
        customer, **{"channel": "email", "how": "form", "wording": "News, please", **said}
    )


def link():
    return notices.url(Notice.objects.latest("pk")).removeprefix(settings.PUBLIC_URL)


def browser():
    return Client(enforce_csrf_checks=True)


def test_a_mail_is_sent_once_and_its_link_confirms_once_with_the_proof(ann, mail_catcher):
    assert [ask(ann), ask(ann)] == [True, False]
    assert [notices.send_waiting() for _ in range(2)] == [1, 0]

    raw = bytes(CaughtMail.objects.get().raw).decode()
    assert "Auto-Submitted: auto-generated" in raw
    (address,) = set(
        re.findall(r"http\S+/n/[^\s\"<]+", raw.replace("=\r\n", "").replace("=3D", "="))
    )
    path = address.removeprefix(settings.PUBLIC_URL)
    assert "Shall we write to you?" in browser().get(path).content.decode()
    assert not Consent.objects.exists()

    for _ in range(2):
        assert "You are subscribed" in browser().post(path).content.decode()
    given = ConsentStatement.objects.get()
    assert (given.how, given.explicit) == ("double opt-in", True)
    assert given.proof["wording"] == "News, please"
    assert "confirmed by the link in mail" in given.proof["reference"]
    assert not ask(ann)  # there is nothing to confirm any more


def test_a_link_gives_nothing_back_that_was_withdrawn(ann):
    ask(ann)
    browser().post(link())
    preferences.stop_all(ann)

    browser().post(link())

    assert not Consent.objects.filter(ended_at=None).exists()


def test_a_link_ends_and_cannot_be_changed(ann):
    ask(ann)
    good = link()
    pk, expires, signature = good.split("/")[2].split(".")
    later = f"/n/{pk}.{int(expires) + 9}.{signature}/"
    for bad in (later, good[:-2] + "/", "/n/x/", f"/n/{pk}.{expires}/"):
        assert browser().post(bad).status_code == 404

    Notice.objects.update(created_at=make.days_ago(8))
    assert browser().post(link()).status_code == 404
    assert not Consent.objects.exists()


def test_the_customer_gets_a_copy_by_a_link_in_a_mail_to_their_own_address(ann):
    make.order(ann, lines=((make.product(ann.shop, title="Oolong"), 2, 500),))
    make.touchpoint(ann, kind="product.viewed")
    page = preferences.url(ann.pk).removeprefix(settings.PUBLIC_URL)

    for _ in range(2):
        answer = browser().post(page, {"do": "export"})
    assert "a link is on its way" in answer.content.decode()
    assert Notice.objects.get().address == "ann@example.com"
    assert b"Oolong" not in browser().get(link()).content

    copies = [browser().post(link()) for _ in range(2)]
    said = copies[1].json()
    assert said["customer"]["email"] == "ann@example.com"
    assert said["orders"][0]["lines"][0]["product"] == "Oolong"
    assert [touchpoint["kind"] for touchpoint in said["touchpoints"]] == ["product.viewed"]
    assert PrivacyRequest.objects.get().kind == "export"


def test_the_customer_is_erased_by_a_button_behind_a_link_and_not_before(ann):
    browser().post(preferences.url(ann.pk).removeprefix(settings.PUBLIC_URL), {"do": "erase"})
    path = link()
    assert "cannot be undone" in browser().get(path).content.decode()
    assert Customer.objects.get().email

    for _ in range(2):
        assert "is erased" in browser().post(path).content.decode()
    assert Customer.objects.get().email == ""
    assert PrivacyRequest.objects.get().done_at is not None
    assert Notice.objects.get().address == ""


def test_who_has_no_id_at_the_shop_erases_nobody(ann):
    nobody, other = make.customer(ann.shop), make.customer(ann.shop)
    Customer.objects.filter(pk__in=[nobody.pk, other.pk]).update(external_id="")
    nobody.refresh_from_db()

    assert not asking.erasure(nobody)
    assert Customer.objects.get(pk=other.pk).email


def test_a_server_that_does_not_answer_is_asked_again(ann, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    ask(ann)

    for _ in range(notices.MOST_ATTEMPTS):
        assert notices.send_waiting() == 1
        Notice.objects.update(due_at=make.days_ago(1))

    assert Notice.objects.get().status == "failed"
    assert notices.send_waiting() == 0


def test_what_a_killed_sender_leaves_is_never_sent_again(ann, settings, monkeypatch):
    ask(ann)
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(notices, "_send", lambda notice: os._exit(0))
            notices.send_waiting()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    settings.SEND_LEASE_SECONDS = 0
    assert notices.send_waiting() == 0
    assert Notice.objects.get().status == "uncertain"


def test_the_shops_program_asks_for_a_confirmation(ann):
    caller = Caller(ann.shop, ["write:confirmations"])
    said = {"customer_id": ann.external_id, "channel": "email", "how": "checkout"}

    answers = [caller.send("POST", "confirmations", said) for _ in range(2)]

    assert [(a.status_code, a.json()["asked"]) for a in answers] == [(201, True), (201, False)]
    assert caller.send("POST", "confirmations", {**said, "customer_id": "?"}).status_code == 422
    foreign = make.customer(make.shop(), external_id="foreign")
    unknown = {**said, "customer_id": foreign.external_id}
    assert caller.send("POST", "confirmations", unknown).status_code == 422
    assert Notice.objects.get().created_at - Notice.objects.get().due_at < timedelta(seconds=9)
