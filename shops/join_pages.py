"""Where a link of an invitation leads: an account is made, or the one at hand gets its seat."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_backends
from django.contrib.auth.forms import BaseUserCreationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from shops import auditing, invitations
from shops.models import Invitation, Seat, User


class JoinForm(BaseUserCreationForm):
    """A name to sign in with and a password."""

    first_name = forms.CharField(label=_("What others call you"), max_length=100, required=False)

    class Meta:
        model = User
        fields = ("username", "first_name")


@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Join a team by the link of an invitation."""
    try:
        invitation = invitations.of(token)
        return _join(request, invitation)
    except invitations.NotInvited as fault:
        return _page(request, {"fault": str(fault)}, status=410)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.user.is_authenticated:
        if request.method != "POST":
            return _page(request, {"invitation": invitation})
        return _seated(request, invitations.accept(invitation, request.user), invitation)
    form = JoinForm(request.POST or None)
    if not form.is_valid():
        return _page(request, {"invitation": invitation, "form": form})
    with transaction.atomic():
        user = form.save(commit=False)
        user.email, user.is_staff = invitation.email, True
        user.save()
        seat = invitations.accept(invitation, user)
    user.backend = f"{get_backends()[-1].__module__}.{type(get_backends()[-1]).__name__}"
    perform_password_login(request, {}, Login(user=user))
    return _seated(request, seat, invitation)


def _seated(request: HttpRequest, seat: Seat, invitation: Invitation) -> HttpResponse:
    auditing.note(request, seat.shop_id, auditing.name_of(invitation), {"role": ["", seat.role]})
    messages.success(request, gettext("You are in the team of %s now.") % seat.shop)
    return HttpResponseRedirect(reverse("admin:index"))


def _page(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    invitation = more.get("invitation")
    if invitation:
        more["role"] = settings.ROLES.get(invitation.role, invitation.role)
    context = {"title": _("Join the team"), "here": request.path, **more}
    return TemplateResponse(request, "admin/shops/seat/join.html", context, status=status)
