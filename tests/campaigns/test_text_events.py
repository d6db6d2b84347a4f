"""What the carrier of text messages tells is believed when it is signed, and counts once."""

import base64
import hashlib
import hmac

import pytest

from campaigns import text_events
from campaigns.models import ChannelAccount, Message
from customers.models import Suppression, Touchpoint
from shops import secrecy
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
PHONE = "+4915112345678"


@pytest.fixture
def message():
    shop = build.shop()
    build.campaign(shop)
    at = make.days_ago(0.1)
    ChannelAccount.objects.create(
        shop=shop, channel="sms", url="https://api.example.com", account="AC7", sender="+4930123",
        secret_sealed=secrecy.seal("token"),
    )  # fmt: skip
    ann = make.customer(shop, consents=("sms", "email"), phone=PHONE)
    return build.message(ann, channel="sms", status="sent", claimed_at=at, handed_over_at=at)


def told(client, message_id=0, key="token", **form):
    url = text_events.url(ChannelAccount.objects.get(), message_id)
    text = url + "".join(name + form[name] for name in sorted(form))
    made = base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest())
    path = "/" + url.split("/", 3)[3]
    return client.post(path, form, headers={"X-Twilio-Signature": made.decode()}).status_code


def test_a_delivery_settles_what_was_uncertain(client, message):
    Message.objects.update(status="uncertain", reason="no answer")

    for _ in range(2):
        assert told(client, message.pk, MessageStatus="delivered", To=PHONE) == 200

    message.refresh_from_db()
    assert (message.status, message.reason) == ("sent", "")
    assert message.delivered_at is not None
    assert Touchpoint.objects.filter(kind="message.sent").count() == 1


@pytest.mark.parametrize(("code", "barred"), [("30005", 1), ("30003", 0)])
def test_a_number_that_does_not_exist_is_barred_once(client, message, code, barred):
    for _ in range(2):
        told(client, message.pk, MessageStatus="undelivered", ErrorCode=code, To=PHONE)

    assert Suppression.objects.filter(channel="sms", address=PHONE).count() == barred
    assert Suppression.objects.count() == barred
    assert Touchpoint.objects.filter(kind="message.bounced").count() == barred


@pytest.mark.parametrize("words", ["Stop", " STOPALL.", "unsubscribe"])
def test_who_answers_stop_gets_no_more(client, message, words):
    for _ in range(2):
        assert told(client, From=PHONE, Body=words) == 200

    assert not message.customer.consents.filter(channel="sms", ended_at=None).exists()
    assert message.customer.consents.filter(channel="email", ended_at=None).exists()
    assert Touchpoint.objects.filter(kind="consent.withdrawn").count() == 1


def test_a_question_or_a_stranger_ends_nothing(client, message):
    told(client, From=PHONE, Body="When do you stop?")
    told(client, From="+4930999", Body="STOP")
    assert told(client, key="guessed", From=PHONE, Body="STOP") == 403
    assert client.post("/t/1.0.forged/", {}).status_code == 404

    assert message.customer.consents.filter(channel="sms", ended_at=None).exists()


def test_a_changed_number_is_not_barred_for_the_old_one(client, message):
    told(client, message.pk, MessageStatus="failed", ErrorCode="30005", To="+4915100000000")

    assert not Suppression.objects.exists()
