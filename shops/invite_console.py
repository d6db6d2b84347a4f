"""The page on which an owner asks somebody to join, and sees who was asked."""

from smtplib import SMTPException
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from shops import auditing, invitations, seats
from shops.models import Invitation, Shop, User

RIGHT = "shops.add_seat"


class InviteForm(forms.Form):
    """Whom, as what, and for which of the user's shops."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=_("Shop"), empty_label=None)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=lambda: list(settings.ROLES.items()))

    def __init__(self, shops: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        self.fields["role"].initial = "marketer"


class InvitePages:
    """Mixed into the team's admin."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("invited/<int:number>/end/", admit(self.end), name="shops_seat_invite_end"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def has_invite_permission(self, request: HttpRequest, *args: Any) -> bool:
        return request.user.has_perm(RIGHT)

    @action(description=_("Invite somebody"), icon="person_add", permissions=["invite"])
    def invite(self, request: HttpRequest) -> HttpResponse:
        """Owners only; the shops offered are those they own."""
        shops = seats.shops_with(request.user, RIGHT)
        form = InviteForm(shops, request.POST or None)
        made = _invited(request, form) if form.is_valid() else None
        asked = Invitation.objects.open().filter(shop__in=shops).select_related("shop")
        context = {
            **self.admin_site.each_context(request), "title": _("Invite somebody"), "form": form,
            "made": made, "link": invitations.link(made) if made else "",
            "several": len(shops) > 1,
            "asked": [(one, settings.ROLES.get(one.role, one.role)) for one in asked],
        }  # fmt: skip
        return TemplateResponse(request, "admin/shops/seat/invite.html", context)

    def end(self, request: HttpRequest, number: int) -> HttpResponse:
        shops = seats.shops_with(request.user, RIGHT)
        invitation = get_object_or_404(Invitation, pk=number, shop__in=shops)
        if request.method == "POST":
            invitations.revoke(invitation)
            auditing.note(request, invitation.shop_id, auditing.name_of(invitation))
            messages.success(request, gettext("The link opens nothing any more."))
        return HttpResponseRedirect(reverse("admin:shops_seat_invite"))


def _invited(request: HttpRequest, form: InviteForm) -> Invitation:
    made = invitations.invite(**form.cleaned_data, by=cast(User, request.user))
    told = {"email": ["", made.email], "role": ["", made.role]}
    auditing.note(request, made.shop_id, auditing.name_of(made), told)
    try:
        invitations.mail(made)
    except (SMTPException, OSError):
        messages.warning(request, gettext("The mail could not be sent: pass on the link yourself."))
    else:
        messages.success(request, gettext("The link is on its way to %s.") % made.email)
    return made
