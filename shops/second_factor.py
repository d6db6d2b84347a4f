"""What proves who somebody is beside their password: kept sealed, throttled, demanded by a shop."""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shops import seats, secrecy
from shops.models import Shop, User

PROOFS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of apps and recovery codes are sealed as every other secret is."""

    error_messages = {
        "incorrect_code": _("This code is not right, or no longer."),
        "cannot_delete_authenticator": _(
            "A shop of yours demands a second factor: set up another one first."
        ),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
        "add_email_blocked": "",
        "unverified_email": "",
    }

    def encrypt(self, text: str) -> str:
        return secrecy.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrecy.unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %d") % (count + 1)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=PROOFS).exclude(
            pk=authenticator.pk
        )
        return authenticator.type not in PROOFS or others.exists() or not demanding(user)


class CodeForm(AuthenticateForm):
    """A wrong code counts as a wrong password does: five, and the door stays closed a while."""

    def clean_code(self) -> str:
        who = {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(context.request, who):
            raise ValidationError(
                gettext("Too many wrong codes. Try again in a quarter of an hour.")
            )
        try:
            return super().clean_code()
        except ValidationError:
            user_login_failed.send(sender=__name__, credentials=who, request=context.request)
            raise


def demanding(user: Any) -> list[str]:
    """The shops that let this person in only with a second factor, by name."""
    shops = Shop.objects.filter(demands_second_factor=True)
    if not user.is_superuser:
        shops = shops.filter(pk__in=seats.of(user))
    return list(shops.order_by("name").values_list("name", flat=True))


def demand(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: until it is set up, the pages where it is set up are the only ones."""
    door, open_pages = reverse("admin:index"), (
        reverse("mfa_index"), reverse("account_reauthenticate"), reverse("usersessions_list"),
        reverse("admin:login"), reverse("admin:logout"), reverse("admin:jsi18n"),
    )  # fmt: skip

    def answer(request: HttpRequest) -> HttpResponse:
        path = request.path
        if path.startswith(door) and not path.startswith(open_pages) and lacks(request.user):
            names = ", ".join(demanding(request.user))
            messages.warning(request, gettext("%s demands a second factor: set one up.") % names)
            return HttpResponseRedirect(reverse("mfa_index"))
        return get_response(request)

    return answer


def lacks(user: Any) -> bool:
    """Whether somebody signed in without what one of their shops demands."""
    if not user.is_authenticated or not demanding(user):
        return False
    return not Authenticator.objects.filter(user=user, type__in=PROOFS).exists()
