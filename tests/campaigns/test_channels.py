"""Each channel asks for its own address and permission, and hands a message over at most once."""

import base64
import json
import struct
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from campaigns import sending, text_events, why
from campaigns.channels import push
from campaigns.models import CaughtMail, ChannelAccount, Message, PushSubscription
from customers import consent
from customers.models import Suppression
from shops import secrecy
from tests import make
from tests.api.calling import Caller
from tests.campaigns import build
from tests.campaigns.answering import Answering, answering
from tests.campaigns.conftest import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with answering(Answering, (201, {"sid": "SM1"})) as kind:
        yield kind


def planned(channel, *, consents=None, **fields):
    """A planned message on the channel to a customer who allows it."""
    shop = build.shop()
    allowed = (channel,) if consents is None else consents
    ann = make.customer(shop, consents=allowed, phone="+4915112345678", **fields)
    template = build.template(shop, html="<p>Hi</p>", text="Tea for {{ customer.first_name }}")
    build.campaign(shop, plan={"steps": [{"send": template.key, "channel": channel}]})
    return build.message(ann, template=template, channel=channel)


def account(message, **fields):
    return ChannelAccount.objects.create(shop=message.shop, channel=message.channel, **fields)


def sms_account(message, url):
    return account(
        message, url=url, account="AC7", sender="+4930123", secret_sealed=secrecy.seal("token")
    )


def fate(message):
    message.refresh_from_db()
    return message.status, message.reason


def send():
    for _ in range(2):  # a second turn finds nothing
        sending.send_waiting()


def test_a_text_message_goes_to_the_phone_once(carrier):
    message = planned("sms", email="")
    sms_account(message, carrier.url)

    send()

    assert fate(message) == ("sent", "")
    assert message.carrier_id == "SM1"
    ((path, headers, body),) = carrier.told
    assert path == "/2010-04-01/Accounts/AC7/Messages.json"
    assert base64.b64decode(headers["Authorization"].split()[1]) == b"AC7:token"
    assert parse_qs(body.decode()) == {
        "StatusCallback": [text_events.url(ChannelAccount.objects.get(), message.pk)],
        "To": ["+4915112345678"],
        "From": ["+4930123"],
        "Body": ["Tea for Ann"],
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"consents": ("email",)}, "no consent"),
        ({"suppressed": True}, "suppressed address"),
        ({"phone": ""}, "no address"),
    ],
)
def test_the_gate_asks_for_address_permission_and_suppression_of_that_channel(
    carrier, fields, reason
):
    message = planned("sms", consents=fields.get("consents"))
    sms_account(message, carrier.url)
    consent.suppress(message.shop, channel="email", address=message.customer.email, reason="x")
    if fields.get("suppressed"):
        consent.suppress(message.shop, channel="sms", address=message.customer.phone, reason="x")
    if "phone" in fields:
        message.customer.phone = ""
        message.customer.save()

    send()

    assert fate(message) == ("refused", reason)
    assert carrier.told == []


def test_why_not_speaks_of_the_campaigns_channels():
    message = planned("sms", consents=("email",))
    bob = make.customer(message.shop, consents=("email",), phone="")

    clauses = {clause.words: clause.holds for clause in why.of_absence(message.campaign, bob)}

    assert clauses["Has an address for the channel “sms”."] is False
    assert clauses["Has given consent to the channel “sms”."] is False
    assert clauses["The address is not suppressed on the channel “sms”."] is True
    assert not any("email" in words for words in clauses)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((400, {"code": 21604, "message": "no body"}), "failed"),
        ((503, {}), "planned"),
        ((429, {}), "planned"),
        ((500, {}), "uncertain"),
        ((None, {}), "uncertain"),
    ],
)
def test_what_the_carrier_may_have_is_not_sent_again(carrier, answer, status):
    message = planned("sms")
    sms_account(message, carrier.url)
    carrier.answer = answer

    send()

    assert fate(message)[0] == status
    assert len(carrier.told) == 1


def test_a_carrier_that_is_not_there_is_asked_again_later(carrier):
    message = planned("sms")
    sms_account(message, f"http://127.0.0.1:{free_port()}")

    send()

    assert fate(message)[0] == "planned"
    assert message.due_at > now()


def test_a_number_that_does_not_exist_is_barred(carrier):
    message = planned("sms")
    sms_account(message, carrier.url)
    carrier.answer = (400, {"code": 21211, "message": "invalid"})

    send()

    assert fate(message)[0] == "failed"
    barred = Suppression.objects.get()
    assert (barred.channel, barred.address) == ("sms", "+4915112345678")


def test_an_account_never_leads_inside(settings):
    message = planned("sms")
    sms_account(message, "http://127.0.0.1:9")

    send()

    assert "inside a private network" in fate(message)[1]


def test_without_an_account_a_demo_catches_and_a_server_says_so(settings):
    settings.EMAIL_IS_CAUGHT = True
    caught = planned("sms")
    send()
    assert fate(caught) == ("sent", "")
    assert CaughtMail.objects.get().recipient == "+4915112345678"

    settings.EMAIL_IS_CAUGHT = False
    failed = planned("webhook")
    send()
    assert fate(failed) == ("failed", "The shop has no account for webhook.")


def test_a_webhook_is_signed_and_names_the_customer_by_the_shops_id(carrier):
    message = planned("webhook")
    account(message, url=f"{carrier.url}/in", secret_sealed=secrecy.new_webhook_secret())

    send()

    ((path, headers, body),) = carrier.told
    assert path == "/in"
    said = Webhook(ChannelAccount.objects.get().secret).verify(
        body, {name.lower(): value for name, value in headers.items()}
    )
    assert said["data"]["customer"] == message.customer.external_id
    assert said["data"]["text"] == "Tea for Ann"
    assert fate(message)[0] == "sent"


class Browser:
    """What a browser keeps of a subscription."""

    def __init__(self):
        self.key, self.auth = ec.generate_private_key(push.CURVE), b"0123456789abcdef"
        self.p256dh = push.coded(push._point(self.key.public_key()))

    def read(self, body):
        """As RFC 8291 says, from the other side."""
        salt, (size, length) = body[:16], struct.unpack(">IB", body[16:21])
        point, sealed = body[21 : 21 + length], body[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(push.CURVE, point)
        info = b"WebPush: info\0" + push._point(self.key.public_key()) + point
        shared = push._derived(self.key.exchange(ec.ECDH(), theirs), self.auth, info, 32)
        key = push._derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = push._derived(shared, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert size == 4096
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


def test_a_notification_is_read_by_that_browser_alone_and_a_gone_one_is_forgotten(
    carrier, admin_client
):
    message, browser = planned("push"), Browser()
    form = {"shop": message.shop_id, "channel": "push", "sender": "mailto:owner@shop.example"}
    admin_client.post("/admin/campaigns/channelaccount/add/", form)
    PushSubscription.objects.create(
        shop=message.shop, customer=message.customer, endpoint=f"{carrier.url}/send/1",
        p256dh=browser.p256dh, auth=push.coded(browser.auth),
    )  # fmt: skip

    send()

    assert fate(message) == ("sent", "")
    ((path, headers, body),) = carrier.told
    assert path == "/send/1"
    assert browser.read(body)["body"] == "Tea for Ann"
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    assert key == ChannelAccount.objects.get().public_key
    head, claims, signature = token.split(".")
    assert json.loads(push.plain(claims))["aud"] == carrier.url
    raw = push.plain(signature)
    numbers = [int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")]
    public = ec.EllipticCurvePublicKey.from_encoded_point(push.CURVE, push.plain(key))
    der = utils.encode_dss_signature(*numbers)
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))  # raises if it is not

    carrier.answer = (410, {})
    again = build.message(message.customer, message.campaign, step="1", channel="push")
    send()
    assert fate(again)[0] == "failed"
    assert PushSubscription.objects.get().gone_at is not None
    third = build.message(message.customer, message.campaign, step="2", channel="push")
    send()
    assert fate(third) == ("refused", "no address")


def test_a_shops_page_tells_of_a_browser(carrier):
    ann, browser = make.customer(make.shop()), Browser()
    caller = Caller(ann.shop, ["write:push-subscriptions"])
    said = {"customer_id": ann.external_id, "endpoint": "https://push.example/1"}
    keys = {"p256dh": browser.p256dh, "auth": push.coded(browser.auth)}

    answers = [caller.send("POST", "push-subscriptions", said | keys) for _ in range(2)]
    bad = caller.send("POST", "push-subscriptions", said | keys | {"p256dh": "A" * 87})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert bad.status_code == 422
    assert PushSubscription.objects.get().customer == ann


def test_an_account_needs_what_its_channel_needs(admin_client):
    shop = make.shop()
    page = "/admin/campaigns/channelaccount/add/"
    for form in (
        {"channel": "sms", "url": "https://api.twilio.com"},
        {
            "channel": "sms",
            "url": "http://127.0.0.1/",
            "account": "A",
            "sender": "B",
            "secret": "c",
        },
        {"channel": "push", "sender": "owner"},
        {"channel": "webhook", "url": ""},
    ):
        assert admin_client.post(page, {"shop": shop.pk, **form}).status_code == 200
    assert not ChannelAccount.objects.exists()
    assert not Message.objects.exists()
