"""Keys of the REST API: made, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from shops import code_words, keys
from shops.console import ShopAdmin
from shops.models import ApiKey

STATES = {"in force": "success", "expired": "warning", "revoked": "danger"}
SHOWN = 3  # scopes in the list


class ApiKeyForm(forms.ModelForm):
    """The scopes are ticked."""

    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=lambda: [(scope, scope) for scope in keys.scopes()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("As little as the program needs; each is a resource of the API."),
    )

    class Meta:
        model = ApiKey
        fields = ("shop", "name", "scopes", "rate_limit", "expires_at")


@admin.register(ApiKey)
class ApiKeys(ShopAdmin):
    """What lets programs use the API; a secret is shown once, when its key is made."""

    form = ApiKeyForm
    list_display = ("name", "begins", "state", "may", "last_used_at", "expires_at", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    actions = ("revoke",)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return ("shop", "begins", "created_at", "last_used_at", "revoked_at") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # revoked instead: who had it stays known

    @admin.display(description=_("begins with"))
    def begins(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(description=_("state"), label=STATES)
    def state(self, key: ApiKey) -> tuple[str, str]:
        return keys.state(key), code_words.said(keys.state(key))

    @admin.display(description=_("may"))
    def may(self, key: ApiKey) -> str:
        shown, more = ", ".join(key.scopes[:SHOWN]), len(key.scopes) - SHOWN
        return (
            shown
            if more <= 0
            else gettext("%(some)s and %(more)d more")
            % {
                "some": shown,
                "more": more,
            }
        )

    def save_model(self, request: HttpRequest, key: ApiKey, form: Any, change: Any) -> None:
        if change:
            key.save()
        else:
            keys.issue(key)

    def response_add(
        self, request: HttpRequest, key: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The only page that shows the secret."""
        context = {**self.admin_site.each_context(request), "title": key.name, "key": key}
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "admin/shops/apikey/made.html", context, headers=headers)

    @admin.action(description=_("Revoke: end them at once"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        count = keys.revoke(chosen)
        messages.success(request, gettext("%d keys revoked; their next call gets 401.") % count)
