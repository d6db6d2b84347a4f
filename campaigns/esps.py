"""Mail services that are called over HTTP. django-anymail knows what each wants to be told; the
calls themselves go out as all of ours do."""

import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import (
    AnymailError,
    AnymailInsecureWebhookWarning,
    AnymailNotSupportedWarning,
    AnymailRecipientsRefused,
    AnymailWebhookValidationFailure,
)
from anymail.message import AnymailMessage
from anymail.webhooks.base import AnymailCoreWebhookView
from django.http import HttpRequest
from django.utils.module_loading import import_string
from requests.structures import CaseInsensitiveDict
from standardwebhooks.webhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from campaigns import ses
from campaigns.carrier_models import MailCarrier
from campaigns.channels.base import AccountRefused, ChannelError
from campaigns.channels.calling import post

# Our hooks have a secret in their address; and SendGrid, which its authors can no longer try
# themselves, is still spoken to as documented.
warnings.filterwarnings("ignore", category=AnymailInsecureWebhookWarning)
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)
UNWANTED = {"accept-encoding", "connection", "content-length"}  # the caller's own business


@dataclass(frozen=True)
class Esp:
    """What a service calls what it is given: names of anymail's options."""

    name: str
    module: str = ""
    view: str = ""
    key: str = "api_key"
    account: str = ""
    signing: str = ""


Backend: TypeAlias = AnymailRequestsBackend | ses.Account
ESPS = {
    "ses": Esp("Amazon SES"),
    "brevo": Esp("Brevo", "brevo", "BrevoTrackingWebhookView"),
    "mailgun": Esp("Mailgun", "mailgun", "MailgunTrackingWebhookView", account="sender_domain",
        signing="webhook_signing_key"),
    "mailjet": Esp("Mailjet", "mailjet", "MailjetTrackingWebhookView", key="secret_key",
        account="api_key"),
    "postmark": Esp("Postmark", "postmark", "PostmarkTrackingWebhookView", key="server_token",
        account="message_stream"),
    "resend": Esp("Resend", "resend", "ResendTrackingWebhookView", signing="signing_secret"),
    "sendgrid": Esp("SendGrid", "sendgrid", "SendGridTrackingWebhookView",
        signing="tracking_webhook_verification_key"),
    "sparkpost": Esp("SparkPost", "sparkpost", "SparkPostTrackingWebhookView"),
}  # fmt: skip


def connect(carrier: MailCarrier) -> Backend:
    """Where mails for this account are handed over; it is only asked when one is."""
    if carrier.kind == "ses":
        return ses.Account(carrier.account, carrier.secret, carrier.url)
    esp = ESPS[carrier.kind]
    known: dict[str, Any] = {esp.key: carrier.secret, "ignore_unsupported_features": True}
    if esp.account and carrier.account:
        known[esp.account] = carrier.account
    if carrier.url:
        known["api_url"] = carrier.url
    backend = import_string(f"anymail.backends.{esp.module}.EmailBackend")(**known)
    backend.open()
    for scheme in ("https://", "http://"):
        backend.session.mount(scheme, _Door())
    return backend


def view(carrier: MailCarrier) -> AnymailCoreWebhookView:
    """What reads, and where it can be verifies, the events that this account is told of."""
    if carrier.kind == "ses":
        return ses.Events()
    esp = ESPS[carrier.kind]
    known: dict[str, str | None] = {}
    if carrier.kind == "mailgun":  # the key itself signs for older accounts
        known = {esp.signing: carrier.signing_key or carrier.secret}
    elif carrier.kind == "sendgrid":
        known = {esp.signing: carrier.signing_key or None}
    return import_string(f"anymail.webhooks.{esp.module}.{esp.view}")(**known)


def verify(carrier: MailCarrier, request: HttpRequest) -> None:
    """Raises AnymailWebhookValidationFailure where the service signs and this is not its own."""
    view(carrier).run_validators(request)
    if carrier.kind == "resend" and carrier.signing_key:  # signs as Standard Webhooks are
        names = {f"webhook-{name}": request.headers.get(f"svix-{name}", "")
            for name in ("id", "timestamp", "signature")}  # fmt: skip
        try:
            Signer(carrier.signing_key).verify(request.body, names)
        except WebhookVerificationError as fault:
            raise AnymailWebhookValidationFailure(str(fault)) from fault


def hand_over(backend: Backend, mail: AnymailMessage) -> str:
    """Hand one mail over; returns the service's id. Raises ChannelError."""
    if isinstance(backend, ses.Account):
        return backend.hand_over(mail)
    try:
        backend.send_messages([mail])
    except AnymailRecipientsRefused as fault:
        raise ChannelError(
            "The mail service does not write to this address.", permanent=True, bounced=True
        ) from fault
    except AnymailError as fault:
        raise _explained(backend.esp_name, fault) from fault
    return str(mail.anymail_status.message_id or "")[:200]


def _explained(name: str, fault: AnymailError) -> ChannelError:
    if fault.response is None:  # it could not even be put into words for the service
        return ChannelError(str(fault.args[0])[:300], permanent=True)
    status = fault.response.status_code
    said = " ".join(fault.response.text.split())[:200]
    # An answer that says "taken" and cannot be read: who knows.
    return ChannelError(
        f"{name} answered {status} {said}", permanent=status >= 400, uncertain=status < 400
    )


class _Door(requests.adapters.BaseAdapter):
    """What anymail would have `requests` do is done by our own caller: not into our own network,
    with time-outs, no redirects, and an error says whether the service may have the mail."""

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:  # type: ignore[override]
        body = request.body or b""
        content = body if isinstance(body, bytes) else str(body).encode()
        headers = {k: str(v) for k, v in request.headers.items() if k.lower() not in UNWANTED}
        reply = post(str(request.url), content, headers)
        if reply.status in {401, 403}:
            said = " ".join(reply.text.split())[:200]
            raise AccountRefused(f"The mail service refuses the account: {reply.status} {said}")
        if 300 <= reply.status < 400:
            raise ChannelError(f"The mail service answered {reply.status}", permanent=True)
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = reply.status, request, str(request.url)
        answer.headers = CaseInsensitiveDict(reply.headers)
        answer.encoding, answer._content = "utf-8", reply.text.encode()
        return answer

    def close(self) -> None:
        """Nothing is kept open."""
