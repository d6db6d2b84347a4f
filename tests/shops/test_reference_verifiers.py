"""What we send is accepted by the reference verifiers of Standard Webhooks, over real HTTP."""

import subprocess
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shops import outbox
from shops.models import Endpoint, OutgoingEvent
from tests import make
from tests.shops.receiver import receiving

pytestmark = pytest.mark.django_db
ROOT = django_settings.BASE_DIR
NODE_RECEIVER = """
const { Webhook } = require('standardwebhooks');
require('http').createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', () => {
    try {
      const hook = new Webhook(process.argv[1]);
      const event = hook.verify(Buffer.concat(parts), request.headers);
      response.writeHead(200).end(JSON.stringify(event.data));
    } catch (fault) {
      response.writeHead(401).end(String(fault));
    }
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
"""
# Escapes, other alphabets, what JSON and JavaScript write differently.
DATA = {
    "name": 'Zoë 陈 \U0001f600 \u2028 "/\\',
    "price": 0.1,
    "big": 2**53,
    "none": None,
    "list": [],
}


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def told(url):
    endpoint = Endpoint.objects.create(shop=make.shop(), url=url, events=["order.placed"])
    OutgoingEvent.objects.create(
        shop=endpoint.shop, endpoint=endpoint, cause="c", type="order.placed", data=DATA,
        occurred_at=now(),
    )  # fmt: skip
    return endpoint


@contextmanager
def node(secret):
    """A receiver in JavaScript that answers 401 to what it cannot verify; its address."""
    command = [str(ROOT / ".venv" / "bin" / "node"), "-e", NODE_RECEIVER, secret]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/hook"
        finally:
            process.terminate()


@pytest.mark.parametrize("rotations", [0, 1])
def test_the_python_verifier_accepts_the_bytes_as_they_arrive(rotations):
    with receiving() as receiver:
        endpoint = told(receiver.url)
        secrets = endpoint.secrets
        for _ in range(rotations):
            outbox.rotate(endpoint)
        assert outbox.deliver(endpoint) == 1
    [(headers, content)] = receiver.calls
    for secret in {*secrets, *endpoint.secrets}:
        assert Webhook(secret).verify(content, headers)["data"] == DATA
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(content + b" ", headers)


@pytest.mark.skipif(
    not (ROOT / "node_modules" / "standardwebhooks").is_dir(),
    reason="npm could not install standardwebhooks",
)
@pytest.mark.parametrize("rotations", [0, 1])
def test_the_javascript_verifier_accepts_them_too(rotations):
    endpoint = told("")
    with node(endpoint.secrets[0]) as url:
        endpoint.url = url
        for _ in range(rotations):
            outbox.rotate(endpoint)
        outbox.deliver(endpoint)
        attempt = OutgoingEvent.objects.get().attempts.get()
        assert (attempt.status, "陈" in attempt.answer) == (200, True), attempt.answer


@pytest.mark.skipif(
    not (ROOT / "node_modules" / "standardwebhooks").is_dir(),
    reason="npm could not install standardwebhooks",
)
def test_the_javascript_verifier_refuses_another_secret():
    endpoint = told("")
    with node(Endpoint(shop=endpoint.shop).secrets[0]) as url:
        endpoint.url = url
        assert outbox.deliver(endpoint) == 0
    assert OutgoingEvent.objects.get().attempts.get().status == 401
