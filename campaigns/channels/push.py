"""Notifications in the browser: encrypted for it (RFC 8291), signed for the shop (RFC 8292)."""

import base64
import json
import os
import struct
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.timezone import now

from campaigns.channel_models import ChannelAccount, PushSubscription
from campaigns.channels.base import ChannelError
from campaigns.channels.calling import Calling, post
from campaigns.letters import Letter
from campaigns.rendering import Rendered

LONGEST = 3_000  # bytes; services take 4 kB encrypted
TOKEN_SECONDS, DAY = 12 * 3600, 86_400
CURVE = ec.SECP256R1()


class Push(Calling):
    """The subject as the title, the text part below it."""

    name = "push"

    def call(self, account: ChannelAccount, letter: Letter, said: Rendered) -> str:
        browser = PushSubscription.objects.filter(
            shop=letter.shop, customer=letter.customer_id, endpoint=letter.address, gone_at=None
        ).first()
        if browser is None:
            raise ChannelError("The browser is gone.", permanent=True)
        known = {"title": said.subject, "body": said.text.strip()[:500], "tag": f"m{letter.id}"}
        payload = json.dumps(known, ensure_ascii=False).encode()[:LONGEST]
        headers = {
            "Authorization": authorization(account, browser.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(DAY),
        }
        reply = post(browser.endpoint, encrypted(payload, browser.p256dh, browser.auth), headers)
        if reply.status in {404, 410}:
            PushSubscription.objects.filter(pk=browser.pk).update(gone_at=now())
            raise ChannelError("The browser is gone.", permanent=True)
        if reply.status >= 300:
            raise ChannelError(f"The push service answered {reply.status}", permanent=True)
        return reply.headers.get("location", f"push-{letter.id}")[:200]


def new_key() -> tuple[str, str]:
    """A private key, and the public one that the shop's page names when it asks the browser."""
    key = ec.generate_private_key(CURVE)
    private = key.private_numbers().private_value.to_bytes(32, "big")
    return coded(private), coded(_point(key.public_key()))


def authorization(account: ChannelAccount, endpoint: str) -> str:
    """Says to the push service whose notification this is."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + TOKEN_SECONDS,
        "sub": account.sender or "mailto:webmaster@localhost",
    }
    said = [{"typ": "JWT", "alg": "ES256"}, claims]
    token = ".".join(coded(json.dumps(each, separators=(",", ":")).encode()) for each in said)
    key = ec.derive_private_key(int.from_bytes(plain(account.secret), "big"), CURVE)
    r, s = utils.decode_dss_signature(key.sign(token.encode(), ec.ECDSA(SHA256())))
    signature = coded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={token}.{signature}, k={account.public_key}"


def encrypted(payload: bytes, p256dh: str, auth: str) -> bytes:
    """What only that browser can read. Raises ChannelError when its key is none."""
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, plain(p256dh))
        secret = plain(auth)
    except ValueError as fault:
        raise ChannelError(f"The browser's key cannot be used: {fault}", permanent=True) from fault
    ours, salt = ec.generate_private_key(CURVE), os.urandom(16)
    point = _point(ours.public_key())
    info = b"WebPush: info\0" + plain(p256dh) + point
    shared = _derived(ours.exchange(ec.ECDH(), theirs), secret, info, 32)
    key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack(">IB", 4096, len(point)) + point
    return head + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def plain(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
