"""A shop's mails leave by its mail service, at most once; what the service tells is believed."""

import hashlib
import hmac
import json
import time
from urllib.parse import parse_qsl

import pytest

from campaigns import asking, bounces, notices, sending, signals, stuck
from campaigns.models import MailCarrier, MailSettings, Message, Notice
from customers.models import Suppression, Touchpoint
from shops import secrecy
from tests import make
from tests.campaigns import build
from tests.campaigns.answering import Answering, answering

pytestmark = pytest.mark.django_db(transaction=True)
TAKEN = (200, {"To": "", "MessageID": "b7bc2f4a", "ErrorCode": 0, "Message": "OK"})


class Service(Answering):
    """Speaks as Postmark's API does, or as it is told to."""

    def said(self, answer, body):
        return {**answer, "To": json.loads(body)["To"]} if "MessageID" in answer else answer


@pytest.fixture
def service(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with answering(Service, TAKEN) as kind:
        yield kind


def planned(count=1, **template):
    """Messages of a shop that has not chosen a service yet."""
    shop = build.shop(name="Müller & Söhne", from_email="news@shop.example")
    said = build.template(
        shop, html='<p>Hi {{ customer.first_name }} <a href="https://shop.example/tea">tea</a></p>',
        **template,
    )  # fmt: skip
    build.campaign(shop, plan={"steps": [{"send": said.key}]})
    people = [make.customer(shop, consents=("email",)) for _ in range(count)]
    return [build.message(ann, template=said) for ann in people]


def carrier(shop, kind="postmark", **fields):
    made = MailCarrier(shop=shop, kind=kind, secret_sealed=secrecy.seal("key"), **fields)
    made.new_hook()
    made.save()
    return made


def fate(message):
    message.refresh_from_db()
    return message.status


def test_a_mail_leaves_by_the_shops_service_with_its_own_key(service):
    (message,) = planned()
    carrier(message.shop, url=service.url, account="broadcast")

    for _ in range(2):
        sending.send_waiting()

    assert fate(message) == "sent"
    assert message.carrier_id == "b7bc2f4a"
    ((path, headers, body),) = service.told
    said = json.loads(body)
    assert (path, headers["X-Postmark-Server-Token"]) == ("/email", "key")
    assert said["MessageStream"] == "broadcast"
    assert said["To"] == message.customer.email
    assert said["Metadata"] == {"waymark": bounces.mark(message.pk, message.customer.email)}
    assert (said["TrackOpens"], said["TrackLinks"]) == (False, "None")
    assert "/c/" in said["HtmlBody"]
    names = {each["Name"]: each["Value"] for each in said["Headers"]}
    assert names["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in names["List-Unsubscribe"]


def test_mailgun_is_spoken_to_in_its_own_way(service):
    (message,) = planned()
    carrier(message.shop, "mailgun", url=f"{service.url}/v3", counts=True)
    MailSettings.objects.create(shop=message.shop, tracks_clicks=True)
    service.answer = 200, {"id": "<2026@shop.example>", "message": "Queued. Thank you."}

    sending.send_waiting()

    assert fate(message) == "sent"
    assert message.carrier_id == "<2026@shop.example>"
    ((path, _headers, body),) = service.told
    assert path == "/v3/shop.example/messages"
    parts = dict(parse_qsl(body.decode()))
    assert parts["v:waymark"] == bounces.mark(message.pk, message.customer.email)
    assert (parts["o:tracking-clicks"], parts["o:tracking-opens"]) == ("yes", "no")
    assert "https://shop.example/tea?utm_source" in parts["html"]


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        ((422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}), "failed"),
        ((429, {}), "planned"),
        ((503, {}), "planned"),
        ((302, {}), "failed"),
        ((500, {}), "uncertain"),
        ((200, {"odd": 1}), "uncertain"),
        ((None, {}), "uncertain"),
    ],
)
def test_what_the_service_may_have_is_not_sent_again(service, answer, becomes):
    (message,) = planned()
    carrier(message.shop, url=service.url)
    service.answer = answer

    for _ in range(2):
        sending.send_waiting()

    assert fate(message) == becomes
    assert len(service.told) == 1


def test_an_address_that_the_service_does_not_write_to_is_barred(service):
    (message,) = planned()
    carrier(message.shop, url=service.url)
    inactive = f"Found inactive addresses: {message.customer.email}. Inactive recipients are ones"
    service.answer = 422, {"ErrorCode": 406, "Message": inactive}

    sending.send_waiting()

    assert fate(message) == "failed"
    assert Suppression.objects.get().address == message.customer.email


def test_a_refused_key_stops_the_shops_mails_until_somebody_looked(service, admin_client):
    messages = planned(30)
    chosen = carrier(messages[0].shop, url=service.url)
    service.answer = 401, {"ErrorCode": 10, "Message": "No Account or Server API tokens"}

    for _ in range(2):
        sending.send_waiting()

    asked = len(service.told)
    assert asked < 10
    assert {fate(message) for message in messages} == {"planned"}
    chosen.refresh_from_db()
    assert "401" in chosen.refused_reason
    Message.objects.update(due_at=make.days_ago(0.01))
    sending.send_waiting()
    assert len(service.told) == asked
    (wait,) = stuck.waits(messages[0].shop)
    assert "No Account or Server API tokens" in wait.reason

    service.answer = TAKEN
    page = f"/admin/campaigns/mailcarrier/{chosen.pk}/change/"
    assert chosen.hook_url in admin_client.get(page).content.decode()
    form = {"kind": "postmark", "url": service.url, "secret": "new"}
    assert admin_client.post(page, form).status_code == 302
    sending.send_waiting()
    assert {fate(message) for message in messages} == {"sent"}
    assert service.told[-1][1]["X-Postmark-Server-Token"] == "new"
    assert len(service.told) == asked + 30


def test_a_service_that_refuses_one_mail_after_the_other_is_not_fed_the_whole_list(service):
    messages = planned(60)
    carrier(messages[0].shop, url=service.url)
    service.answer = 422, {"ErrorCode": 405, "Message": "Not allowed to send"}

    sending.send_waiting()

    became = [fate(message) for message in messages]
    assert set(became) == {"failed", "planned"}
    assert became.count("failed") < 20


def test_another_shops_mails_go_on_by_the_mail_server(service, mail_catcher):
    (by_service,), (by_smtp,) = planned(), planned()
    carrier(by_service.shop, url=service.url)

    sending.send_waiting()

    assert (fate(by_service), fate(by_smtp)) == ("sent", "sent")
    assert len(service.told) == 1


def test_a_requested_mail_takes_the_same_way(service):
    (message,) = planned()
    carrier(message.shop, url=service.url)
    asking.copy(message.customer)

    notices.send_waiting()

    assert Notice.objects.get().status == "sent"
    assert json.loads(service.told[0][2])["To"] == message.customer.email


def told(client, chosen, event, **headers):
    path = f"/e/{secrecy.unseal(chosen.hook_sealed)}/"
    return client.post(path, json.dumps(event), "application/json", headers=headers).status_code


def left(status="sent"):
    (message,) = planned()
    at = make.days_ago(0.1)
    Message.objects.update(status=status, claimed_at=at, handed_over_at=at)
    mark = bounces.mark(message.pk, message.customer.email)
    return message, {"MessageID": "b7bc2f4a", "Metadata": {"waymark": mark}}


def test_a_delivery_settles_what_was_uncertain(client):
    message, known = left("uncertain")
    event = known | {"RecordType": "Delivery", "DeliveredAt": "2026-01-05T16:33:54Z"}

    chosen = carrier(message.shop)
    assert [told(client, chosen, event) for _ in range(2)] == [200, 200]

    assert fate(message) == "sent"
    assert message.delivered_at.isoformat() == "2026-01-05T16:33:54+00:00"
    assert Touchpoint.objects.filter(kind="message.sent").count() == 1
    assert MailCarrier.objects.get().heard_at is not None


@pytest.mark.parametrize(
    ("event", "became"),
    [
        ({"RecordType": "Bounce", "Type": "HardBounce", "Details": "550 5.1.1 no"}, "bounced"),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Details": "552 full"}, ""),
        ({"RecordType": "Bounce", "Type": "Transient"}, ""),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        ({"RecordType": "SubscriptionChange", "SuppressSending": True,
            "SuppressionReason": "ManualSuppression"}, "unsubscribed"),
    ],
)  # fmt: skip
def test_what_comes_back_is_told_once(client, event, became):
    message, known = left()
    chosen = carrier(message.shop)

    assert [told(client, chosen, known | event) for _ in range(2)] == [200, 200]

    kinds = set(Touchpoint.objects.filter(kind__startswith="message.").values_list("kind"))
    assert kinds == ({(f"message.{became}",)} if became else set())
    barred = Suppression.objects.filter(address=message.customer.email).count()
    assert barred == (1 if became in {"bounced", "complained"} else 0)
    allowed = message.customer.consents.filter(channel="email", ended_at=None).exists()
    assert allowed == (became in {"bounced", ""})


def test_opens_and_clicks_count_where_the_service_counts_them(client):
    message, known = left()
    MailSettings.objects.create(shop=message.shop, tracks_opens=False)
    chosen, at = carrier(message.shop), make.days_ago(0.01).isoformat()
    click = known | {"RecordType": "Click", "OriginalLink": "https://shop.example/tea?utm_medium=x",
        "UserAgent": "Mozilla/5.0 (X11) Firefox/130", "ReceivedAt": at}  # fmt: skip
    opened = known | {"RecordType": "Open", "ReceivedAt": at}

    told(client, chosen, click)  # this server counts by itself
    chosen.counts = True
    chosen.save()
    for _ in range(2):
        told(client, chosen, click)
        told(client, chosen, opened)
        signals.read_waiting()

    row = Message.objects.get().signals.get()
    assert (row.kind, row.machine) == ("clicked", False)
    clicked = Touchpoint.objects.get(kind="message.clicked")
    assert clicked.data["url"] == click["OriginalLink"]
    message.refresh_from_db()
    assert message.clicked_at is not None


def test_nobody_speaks_for_another_shop_or_with_a_forged_mark(client):
    message, known = left()
    event = known | {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}
    mine, foreign = carrier(message.shop), carrier(make.shop())
    forged = event | {"Metadata": {"waymark": f"{message.pk}-{'0' * 20}"}}

    assert told(client, foreign, event) == 200
    assert told(client, mine, forged) == 200
    assert told(client, mine, ["not", "an event"]) == 400
    assert client.post("/e/guessed/", "{}", "application/json").status_code == 404

    assert not Suppression.objects.exists()


def test_mailguns_signature_is_checked(client):
    message, _known = left()
    chosen = carrier(message.shop, "mailgun", signing_sealed=secrecy.seal("signing"))
    mark, at = bounces.mark(message.pk, message.customer.email), str(int(time.time()))
    good = hmac.new(b"signing", f"{at}tok".encode(), hashlib.sha256).hexdigest()

    def event(signature):
        return {
            "signature": {"token": "tok", "timestamp": at, "signature": signature},
            "event-data": {"event": "failed", "severity": "permanent", "reason": "bounce",
                "recipient": message.customer.email, "timestamp": float(at),
                "user-variables": {"waymark": mark},
                "delivery-status": {"code": 550, "message": "5.1.1 no such user"}},
        }  # fmt: skip

    assert told(client, chosen, event("0" * 64)) == 401
    assert not Suppression.objects.exists()
    assert told(client, chosen, event(good)) == 200
    assert Suppression.objects.get().reason == "bounced"
