"""Signing in by a directory (OpenID Connect), for people who have an account here already.

Loaded only where OIDC_URL is set.
"""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    """The directory says who somebody is; what they may do is said by their seat here.

    They are known by the e-mail address that the directory has verified. Whoever has no account
    here is not given one: an owner invites them first.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
