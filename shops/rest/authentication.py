"""Who calls: a key of a shop, as a bearer token. No cookie counts, so no request can be forged."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from shops import keys
from shops.limits import Limits
from shops.models import ApiKey

limits = Limits()


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer wmk_…`; afterwards `request.auth` is the ApiKey."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.find(secret.strip())
        if key is None:
            raise exceptions.AuthenticationFailed(
                _("No key in force has this secret. Make one in the admin under API keys.")
            )
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key allows what the operation needs, such as `read:customers`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return False
        needed = view.scope()
        if needed is not None and needed not in request.auth.scopes:
            raise exceptions.PermissionDenied(_("This key lacks the scope %s.") % needed)
        return True


class KeyThrottle(BaseThrottle):
    """So many requests a second for each key, counted by each web process."""

    seconds = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = limits.wait(request.auth.pk, request.auth.rate_limit)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds


def rate_headers(key: ApiKey) -> dict[str, str]:
    """What is left to this key, as the RateLimit headers of the IETF's draft."""
    if not key.rate_limit:
        return {}
    left = limits.left(key.pk, key.rate_limit)
    return {
        "RateLimit-Limit": str(key.rate_limit),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": "0" if left == key.rate_limit else "1",
    }
