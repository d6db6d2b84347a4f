"""How quickly mails may go to one receiver."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.pace_models import DomainLimit
from shops.console import ShopAdmin


class DomainLimitForm(forms.ModelForm):
    """The domain as it stands in addresses."""

    class Meta:
        model = DomainLimit
        fields = ("shop", "domain", "per_second")

    def clean_domain(self) -> str:
        domain: str = self.cleaned_data["domain"].strip().lower().lstrip("@")
        if "." not in domain or "@" in domain or " " in domain:
            raise forms.ValidationError(_("Give a domain, such as gmail.com."))
        return domain


@admin.register(DomainLimit)
class DomainLimits(ShopAdmin):
    """Receivers that take only so many mails a second."""

    form = DomainLimitForm
    list_display = ("domain", "per_second", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    search_fields = ("domain",)

    def get_readonly_fields(self, request: Any, obj: DomainLimit | None = None) -> Any:
        return ("shop",) if obj else ()
