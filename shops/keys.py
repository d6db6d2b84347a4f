"""Keys of the REST API: made once, shown once, kept as a hash.

A secret has 256 random bits, so one round of SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.timezone import now

from shops.models import ApiKey

PREFIX_LENGTH = 11  # "wmk_" and seven characters: enough to tell keys apart
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def scopes() -> list[str]:
    """Everything a key may be allowed: reading each resource, and writing those that take it."""
    found = []
    for name, path in settings.API_RESOURCES.items():
        found += [f"{access}:{name}" for access in import_string(path).accesses()]
    return found


def issue(key: ApiKey) -> str:
    """Store a new key and give it its secret, which is returned and cannot be had again."""
    key.secret = f"wmk_{secrets.token_urlsafe(32)}"
    key.prefix, key.digest = key.secret[:PREFIX_LENGTH], _digest(key.secret)
    key.save(force_insert=True)
    return key.secret


def find(secret: str) -> ApiKey | None:
    """The key with this secret, if it is in force; notes its use at most once a minute."""
    valid = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now()), revoked_at=None)
    key = valid.select_related("shop").filter(digest=_digest(secret)).first()
    if key:
        _note_use(key)
    return key


def state(key: ApiKey) -> str:
    """`in force`, `expired` or `revoked`."""
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= now() else "in force"


def revoke(keys: QuerySet[ApiKey]) -> int:
    """End these keys at once; returns how many were still in force."""
    return keys.filter(revoked_at=None).update(revoked_at=now())


def _note_use(key: ApiKey) -> None:
    due = now() - USE_IS_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < due:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=due)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
