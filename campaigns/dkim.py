"""DKIM signatures (RFC 6376) for mail servers that add none: rsa-sha256, relaxed/simple.

The body is signed as it is: its lines are quoted-printable and end in no blanks.
"""

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS = 2048
SIGNED = (
    b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe",
    b"list-unsubscribe-post", b"mime-version", b"content-type",
)  # fmt: skip
FOLDED = re.compile(rb"\r\n(?=[ \t])")
BLANKS = re.compile(rb"[ \t]+")


def new_key() -> tuple[str, str]:
    """A private key, and the public one as it stands in the DNS."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), base64.b64encode(public).decode()


def record(public: str) -> str:
    """What stands at <selector>._domainkey.<domain>."""
    return f"v=DKIM1; k=rsa; p={public}"


def signed(mail: bytes, *, domain: str, selector: str, key: str) -> bytes:
    """The mail with the signature before its headers."""
    head, _, body = mail.partition(b"\r\n\r\n")
    digest = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
    fields = _fields(head)
    names = [name for name in SIGNED if name in fields]
    value = (
        f"v=1; a=rsa-sha256; c=relaxed/simple; d={domain}; s={selector}; "
        f"h={b':'.join(names).decode()}; bh={digest}; b="
    )
    text = b"".join(name + b":" + fields[name] + b"\r\n" for name in names)
    text += b"dkim-signature:" + value.encode()
    made = _key(key).sign(text, padding.PKCS1v15(), hashes.SHA256())
    coded = base64.b64encode(made).decode()
    folded = "\r\n ".join(coded[at : at + 70] for at in range(0, len(coded), 70))
    line = value.replace("; h=", ";\r\n h=").replace("; bh=", ";\r\n bh=")
    line = line.replace("; b=", ";\r\n b=")
    return f"DKIM-Signature: {line}{folded}\r\n".encode() + mail


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The headers as "relaxed" has them: one line, small names, single blanks."""
    fields = {}
    for line in FOLDED.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = BLANKS.sub(b" ", value).strip()
    return fields


@lru_cache(maxsize=200)
def _key(text: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(text.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  made by us
    return key
