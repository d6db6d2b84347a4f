"""Standard Webhooks signatures are judged as the reference library judges them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shops.connectors.base import BadSignature
from shops.connectors.signing import check_standard

SECRET = "whsec_" + base64.b64encode(b"a secret of the shop").decode()
OTHER = "whsec_" + base64.b64encode(b"another one").decode()
BODY = '{"name": "Zoë 陈"}'.encode()


def call(*, secret=SECRET, body=BODY, seconds=0, **changed):
    """The headers of a call, some of them changed."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }
    return headers | {f"webhook-{name}": text for name, text in changed.items()}


def ours(headers, body, secrets=(SECRET,)):
    try:
        check_standard(secrets, headers, body)
    except BadSignature:
        return False
    return True


def theirs(headers, body):
    try:
        Webhook(SECRET).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("made", "body", "accepted"),
    [
        (lambda: call(), BODY, True),
        (lambda: call(body=b"{}"), b"{}", True),
        (lambda: call(seconds=-290), BODY, True),
        (lambda: call(seconds=-310), BODY, False),
        (lambda: call(seconds=290), BODY, True),
        (lambda: call(seconds=310), BODY, False),
        (lambda: call(secret=OTHER), BODY, False),
        (lambda: call(), BODY + b" ", False),
        (lambda: call(id="msg_2"), BODY, False),
        (lambda: call(id=""), BODY, False),
        (lambda: call(timestamp=""), BODY, False),
        (lambda: call(timestamp="soon"), BODY, False),
        (lambda: call(timestamp="nan"), BODY, False),
        (lambda: call(timestamp="9" * 40), BODY, False),
        (lambda: call(timestamp="-1"), BODY, False),
        (lambda: call(signature=""), BODY, False),
        (lambda: call(signature="v1,"), BODY, False),
        (lambda: call(signature="v1,é"), BODY, False),
        (lambda: call(signature="v1,AAAA " + call()["webhook-signature"]), BODY, True),
        (lambda: call(signature=call()["webhook-signature"].replace("v1,", "v2,")), BODY, False),
        (lambda: call(signature=call()["webhook-signature"].removeprefix("v1,")), BODY, False),
    ],
)
def test_a_call_is_judged_as_the_reference_library_judges_it(made, body, accepted):
    headers = made()  # now: a call is soon too old
    assert (ours(headers, body), theirs(headers, body)) == (accepted, accepted)


def test_one_of_two_secrets_is_enough():
    assert ours(call(), BODY, secrets=[OTHER, SECRET])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_A", "=", "abcde"])
def test_a_secret_that_is_no_key_lets_nobody_in(secret):
    made = Webhook(b"\0").sign("msg_1", datetime.now(UTC), BODY.decode())  # as with an empty key

    assert not ours(call(), BODY, secrets=[secret])
    assert not ours(call(signature=made), BODY, secrets=[secret])
    assert not ours(call(signature=made), BODY, secrets=[])
