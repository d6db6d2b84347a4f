"""Secrets that must be read again (webhook keys) are stored sealed, never in clear text."""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet
from django.conf import settings


def seal(text: str) -> str:
    """Encrypt with a key derived from SECRET_KEY."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """The text that was sealed. Raises InvalidToken when SECRET_KEY has changed since."""
    return _fernet().decrypt(text.encode()).decode()


def new_webhook_secret() -> str:
    """A fresh Standard Webhooks secret (24 random bytes), sealed."""
    return seal("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())


def new_recognition_secret() -> str:
    """A fresh secret (24 random bytes) that a shop signs its customers' ids with, sealed."""
    return seal("rec_" + secrets.token_urlsafe(24))


def new_public_key() -> str:
    """A fresh key that pages may show (16 random bytes)."""
    return f"pub_{secrets.token_hex(16)}"


def _fernet() -> Fernet:
    key = hashlib.sha256(b"waymark.seal:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
