"""Secrets that must be read again (webhook keys) are stored sealed, never in clear text."""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    """Encrypt with a key derived from SECRET_KEY."""
    return _keys().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """The text that was sealed, by this key or one of SECRET_KEY_FALLBACKS. Raises InvalidToken."""
    return _keys().decrypt(text.encode()).decode()


def seal_anew(text: str) -> str:
    """The same secret sealed by the key in force. Raises InvalidToken."""
    return _keys().rotate(text.encode()).decode()


def new_webhook_secret() -> str:
    """A fresh Standard Webhooks secret (24 random bytes), sealed."""
    return seal("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())


def new_recognition_secret() -> str:
    """A fresh secret (24 random bytes) that a shop signs its customers' ids with, sealed."""
    return seal("rec_" + secrets.token_urlsafe(24))


def new_public_key() -> str:
    """A fresh key that pages may show (16 random bytes)."""
    return f"pub_{secrets.token_hex(16)}"


def _keys() -> MultiFernet:
    """The key in force first: it alone seals."""
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY,
                        *settings.SECRET_KEY_FALLBACKS)])  # fmt: skip


def _fernet(secret: str) -> Fernet:
    key = hashlib.sha256(b"waymark.seal:" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
