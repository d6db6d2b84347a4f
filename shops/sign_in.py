"""Signing in to the admin: the password first, then whatever else the user has set up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

SAID = {
    "mfa/messages/totp_activated.txt": _("The app is set up: its codes are asked for from now on."),
    "mfa/messages/totp_deactivated.txt": _("The app's codes are asked for no more."),
    "mfa/messages/recovery_codes_generated.txt": _("These codes replace the ones before."),
    "mfa/messages/webauthn_added.txt": _("The passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is worth nothing any more."),
    "usersessions/messages/sessions_logged_out.txt": _("Signed out on all other devices."),
}


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):
    """The admin's door. Who has a second factor is asked for it before anything opens."""

    template_name = "admin/sign_in.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        return super().get(request, *args, **kwargs)

    def get_form_class(self) -> type[AuthenticationForm]:
        return admin.site.login_form  # type: ignore[return-value]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {"title": _("Log in"), "app_path": self.request.get_full_path()}
        more["other_doors"] = settings.OTHER_DOORS
        return super().get_context_data(**kwargs, **more)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        return perform_password_login(self.request, {}, login)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and what is said is said in our words."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    get_logout_redirect_url = get_login_redirect_url

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: Any = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        said = message or SAID.get(message_template or "")
        if said:
            messages.add_message(request, level, said, extra_tags=extra_tags)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the admin's frame needs, for pages of the account, which know no admin."""
    if not request.path.startswith((reverse("mfa_index"), reverse("account_login"), OWN_PAGES)):
        return {}
    return admin.site.each_context(request)


OWN_PAGES = "/admin/you/"
