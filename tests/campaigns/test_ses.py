"""A shop's mails leave by Amazon SES, and what its topics tell is believed."""

import base64
import email
import email.policy
import json

import pytest

from campaigns import bounces, sending, ses
from campaigns.models import MailCarrier
from customers.models import Suppression
from shops import reaching
from tests.campaigns.answering import Answering, answering
from tests.campaigns.test_esp import carrier, fate, left, planned, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amazon(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with answering(Answering, (200, {"MessageId": "0100-abc"})) as kind:
        yield kind


# The published test suite of Signature Version 4: get-vanilla and post-vanilla.
@pytest.mark.parametrize(
    ("method", "signature"),
    [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_a_call_is_signed_as_amazon_says(method, signature):
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    scope = "20150830/us-east-1/service/aws4_request"

    assert ses.sign(method, "/", headers, b"", scope=scope, secret=secret) == signature


@pytest.mark.parametrize(
    ("url", "region"),
    [("", "us-east-1"), ("https://email.eu-west-1.amazonaws.com", "eu-west-1"),
     ("https://email.cn-north-1.amazonaws.com.cn/", "cn-north-1")],
)  # fmt: skip
def test_the_region_is_that_of_the_address(url, region):
    assert ses.Account("id", "secret", url).region == region


def test_a_mail_leaves_whole_and_signed(amazon):
    (message,) = planned()
    carrier(message.shop, "ses", url=amazon.url, account="AKIDEXAMPLE")

    for _ in range(2):
        sending.send_waiting()

    assert (fate(message), message.reason) == ("sent", "")
    assert message.carrier_id == "0100-abc"
    ((path, headers, body),) = amazon.told
    assert path == "/v2/email/outbound-emails"
    assert "Credential=AKIDEXAMPLE/" in headers["authorization"]
    raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["To"] == message.customer.email
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mark = bounces.mark(message.pk, message.customer.email)
    assert json.loads(mail["X-Metadata"]) == {"waymark": mark}
    html = mail.get_body(("html",))
    assert html is not None
    assert "/c/" in html.get_content()


@pytest.mark.parametrize(
    ("status", "kind", "becomes"),
    [
        (400, "MessageRejected", "failed"),
        (400, "LimitExceededException", "planned"),
        (429, "TooManyRequestsException", "planned"),
        (500, "", "uncertain"),
        (200, "", "uncertain"),
    ],
)
def test_what_ses_may_have_is_not_sent_again(amazon, status, kind, becomes):
    (message,) = planned()
    carrier(message.shop, "ses", url=amazon.url, account="id")
    amazon.answer, amazon.kind = (status, {"message": "no"}), kind

    for _ in range(2):
        sending.send_waiting()

    assert fate(message) == becomes
    assert len(amazon.told) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(403, "SignatureDoesNotMatch"), (400, "SendingPausedException")]
)
def test_an_account_that_may_not_send_stops(amazon, status, kind):
    (message,) = planned()
    chosen = carrier(message.shop, "ses", url=amazon.url, account="id")
    amazon.answer, amazon.kind = (status, {"message": "no"}), kind

    sending.send_waiting()

    assert fate(message) == "planned"
    chosen.refresh_from_db()
    assert str(status) in chosen.refused_reason


def topic(kind, message, **more):
    return {"Type": kind, "MessageId": "1", "Message": message, "TopicArn": "arn:x",
            "Timestamp": "2026-01-05T16:33:54.000Z", **more}  # fmt: skip


def tell(client, chosen, event):
    names = {"x-amz-sns-message-type": event["Type"], "x-amz-sns-message-id": event["MessageId"]}
    return told(client, chosen, event, **names)


@pytest.mark.parametrize(
    ("kind", "words", "barred"),
    [
        ("Permanent", "smtp; 550 5.1.1 user unknown", 1),
        ("Transient", "", 0),
        ("Undetermined", "", 0),
    ],
)
def test_a_bounce_bars_the_address_where_it_is_for_good(client, kind, words, barred):
    message, known = left()
    chosen = carrier(message.shop, "ses", account="id")
    to, data = message.customer.email, json.dumps({"waymark": known["Metadata"]["waymark"]})
    event = json.dumps({
        "eventType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": words}]},
        "mail": {"messageId": "0100-abc", "destination": [to],
            "headers": [{"name": "X-Metadata", "value": data}]},
    })  # fmt: skip

    assert [tell(client, chosen, topic("Notification", event)) for _ in range(2)] == [200, 200]

    assert Suppression.objects.filter(address=to).count() == barred


@pytest.mark.parametrize(
    ("url", "status", "asked"),
    [
        ("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", 200, 1),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/?Action=Confirm", 401, 0),
        ("http://169.254.169.254/latest/meta-data/", 401, 0),
    ],
)
def test_a_topic_is_confirmed_at_amazon_alone(client, monkeypatch, url, status, asked):
    called = []
    monkeypatch.setattr(reaching, "call", lambda *args: called.append(args))
    message, _known = left()
    chosen = carrier(message.shop, "ses", account="id")

    event = topic("SubscriptionConfirmation", "You may", SubscribeURL=url, Token="t")
    assert tell(client, chosen, event) == status

    assert called == [("GET", url)][:asked]


def test_the_account_needs_the_id_of_its_key(admin_client):
    message, _known = left()
    form = {"shop": message.shop_id, "kind": "ses", "secret": "s", "account": ""}

    page = admin_client.post("/admin/campaigns/mailcarrier/add/", form).content.decode()
    assert "The id of the access key belongs here." in page
    admin_client.post("/admin/campaigns/mailcarrier/add/", form | {"account": "AKID"})

    assert MailCarrier.objects.get().account == "AKID"
