"""Amazon SES without Amazon's library: mails by version 2 of its API, events as its topics (SNS)
tell them. A call is signed by Signature Version 4, which is a few hashes."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.message import AnymailMessage
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView

from campaigns.channels.base import AccountRefused, ChannelError
from campaigns.channels.calling import post
from shops import reaching

USUAL = "https://email.us-east-1.amazonaws.com"
SEND = "/v2/email/outbound-emails"
ALGORITHM = "AWS4-HMAC-SHA256"
REGION = re.compile(r"email(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
TOPIC = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/")
METADATA = "X-Metadata"  # where anymail looks for our mark when an event comes back
STOPS = {
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
}
NOT_NOW = {"LimitExceededException", "TooManyRequestsException"}


class Account:
    """Where a shop's mails are handed over: `account` is the access key's id."""

    def __init__(self, account: str, secret: str, url: str = "") -> None:
        self.key_id, self.secret, self.url = account, secret, (url or USUAL).rstrip("/") + SEND
        known = REGION.fullmatch(urlsplit(self.url).hostname or "")
        self.region = known[1] if known else "us-east-1"

    def hand_over(self, mail: AnymailMessage) -> str:
        """Hand one mail over; returns SES's id. Raises ChannelError."""
        mail.extra_headers[METADATA] = json.dumps(mail.metadata)
        raw = base64.b64encode(mail.message().as_bytes(linesep="\r\n")).decode()
        content = json.dumps({"Content": {"Raw": {"Data": raw}}}).encode()
        reply = post(self.url, content, self._headers(content))
        if reply.status in {401, 403}:
            raise AccountRefused(f"SES refuses the account: {reply.status} {_short(reply.text)}")
        if reply.status >= 300:
            raise _refusal(reply)
        try:
            return str(json.loads(reply.text)["MessageId"])[:200]
        except (ValueError, KeyError, TypeError) as fault:
            said = f"SES answered {reply.status} {_short(reply.text)}"
            raise ChannelError(said, uncertain=True) from fault

    def _headers(self, content: bytes) -> dict[str, str]:
        at = datetime.now(UTC)
        sent = {"content-type": "application/json", "x-amz-date": at.strftime("%Y%m%dT%H%M%SZ")}
        signed = {**sent, "host": urlsplit(self.url).netloc}  # which the caller sends
        scope = f"{at:%Y%m%d}/{self.region}/ses/aws4_request"
        signature = sign("POST", SEND, signed, content, scope=scope, secret=self.secret)
        return sent | {
            "authorization": f"{ALGORITHM} Credential={self.key_id}/{scope},"
            f" SignedHeaders={';'.join(sorted(signed))}, Signature={signature}"
        }


def sign(
    method: str, path: str, headers: Mapping[str, str], content: bytes, *, scope: str, secret: str
) -> str:
    """AWS Signature Version 4 of a call without a query; `headers` in lower case, with x-amz-date.

    Source: AWS General Reference, "Create a signed AWS API request".
    """
    names = sorted(headers)
    lines = [method, path, "", *(f"{name}:{headers[name].strip()}" for name in names), "",
             ";".join(names), hashlib.sha256(content).hexdigest()]  # fmt: skip
    asked = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    words = "\n".join([ALGORITHM, headers["x-amz-date"], scope, asked])
    key = reduce(_hmac, scope.split("/"), f"AWS4{secret}".encode())
    return _hmac(key, words).hex()


def _hmac(key: bytes, words: str) -> bytes:
    return hmac.digest(key, words.encode(), "sha256")


def _refusal(reply: reaching.Reply) -> ChannelError:
    kind = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
    said = f"SES answered {reply.status} {kind} {_short(reply.text)}"
    if kind in STOPS:
        return AccountRefused(said)
    return ChannelError(said, permanent=kind not in NOT_NOW)


def _short(text: str) -> str:
    return " ".join(text.split())[:200]


class Events(AmazonSESTrackingWebhookView):
    """Reads what a topic tells. A topic that asks whether it may is told yes: whoever set it up
    knew the secret of the address."""

    def __init__(self) -> None:
        AnymailBaseWebhookView.__init__(self)  # its own would look for Amazon's library
        self.auto_confirm_enabled = True

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        url = str(sns_message.get("SubscribeURL", ""))
        if not TOPIC.match(url):
            raise AnymailWebhookValidationFailure("This is not an address of Amazon SNS.")
        reaching.call("GET", url)
