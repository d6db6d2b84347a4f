"""Signatures that platforms make with a shared secret."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from shops.connectors.base import BadSignature


def digest(secret: str, body: bytes) -> bytes:
    """HMAC-SHA256 of the body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


def content_id(*parts: bytes) -> str:
    """An id made of the content, for platforms that give none, or the same to different calls."""
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def check_base64(secrets: Iterable[str], signature: str, body: bytes, header: str) -> None:
    """Accept the base64 of HMAC-SHA256 under one of the secrets. Raises BadSignature."""
    if not signature:
        raise BadSignature(f"the header {header} is missing")
    given = signature.strip().encode("latin-1", "replace")
    for secret in secrets:
        if hmac.compare_digest(base64.b64encode(digest(secret, body)), given):
            return
    raise BadSignature(f"{header} does not fit this body and the shop's secret")
