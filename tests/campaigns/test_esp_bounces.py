"""What each mail service tells of a hard bounce bars the address, once."""

import json

import pytest

from customers.models import Suppression, Touchpoint
from tests.campaigns.test_esp import carrier, left, told

pytestmark = pytest.mark.django_db


# Hard bounces as each service's own documentation shows them, with our mark where it puts metadata.
def sendgrid(to, mark):
    return [{"email": to, "timestamp": 1513299569, "event": "bounce", "type": "bounce",
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>", "status": "5.1.1",
        "sg_event_id": "6g4ZI7SA-xmRDv57GoPIPw==", "reason": "550 5.1.1 unknown recipient",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "waymark": mark}]  # fmt: skip


def mailjet(to, mark):
    return [{"event": "bounce", "time": 1430812195, "MessageID": 13792286917004336, "email": to,
        "mj_campaign_id": 0, "mj_contact_id": 0, "customcampaign": "", "CustomID": "",
        "Payload": json.dumps({"waymark": mark}), "blocked": False, "hard_bounce": True,
        "error_related_to": "recipient", "error": "user unknown"}]  # fmt: skip


def brevo(to, mark):
    return {"event": "hard_bounce", "email": to, "id": 26224, "date": "2020-10-09 00:00:00",
        "ts": 1604933619, "message-id": "<201798300811.5787683@relay.domain.com>",
        "ts_event": 1604933654, "subject": "My first Transactional",
        "X-Mailin-custom": json.dumps({"waymark": mark}), "sending_ip": "192.0.2.1",
        "ts_epoch": 1604933653, "reason": "550 5.1.1 no such user", "tags": []}  # fmt: skip


def sparkpost(to, mark):
    return [{"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "rcpt_to": to,
        "raw_rcpt_to": to, "rcpt_meta": {"waymark": mark}, "event_id": "92356927693813856",
        "message_id": "000443ee14578172be22", "timestamp": "1454442600",
        "raw_reason": "550 5.1.1 unknown user"}}}]  # fmt: skip


def resend(to, mark):
    return {"type": "email.bounced", "created_at": "2024-11-22T23:41:12.126Z", "data": {
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "from": "hi@shop.example", "to": [to],
        "created_at": "2024-11-22T23:41:11.894719+00:00", "subject": "Sending this example",
        "headers": [{"name": "X-Metadata", "value": json.dumps({"waymark": mark})}],
        "bounce": {"message": "The recipient's email address is on the suppression list because it "
            "has a recent history of producing hard bounces.", "subType": "Suppressed",
            "type": "Permanent"}}}  # fmt: skip


@pytest.mark.parametrize("speaks", [sendgrid, mailjet, brevo, sparkpost, resend])
def test_each_services_bounce_bars_the_address(client, speaks):
    message, known = left()
    chosen = carrier(message.shop, speaks.__name__, account="account")
    event = speaks(message.customer.email, known["Metadata"]["waymark"])

    assert [told(client, chosen, event) for _ in range(2)] == [200, 200]

    assert Suppression.objects.get().reason == "bounced"
    assert Touchpoint.objects.filter(kind="message.bounced").count() == 1
