"""The admin's page of the script that a shop puts on its own pages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from shops import recognising, site_script
from shops.console import chosen_shop
from shops.models import Shop
from shops.site_models import Site

CHANGES = {
    "key": (site_script.rotate_key, _("Pages may use the previous key until the next change.")),
    "secret": (site_script.rotate_secret, _("The previous secret is valid until the next change.")),
}


class OriginsForm(forms.ModelForm):
    """Which pages may tell us anything."""

    class Meta:
        model = Site
        fields = ("origins",)
        widgets = {"origins": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean_origins(self) -> str:
        said: str = self.cleaned_data["origins"]
        try:
            return "\n".join(site_script.origin(text) for text in said.split())
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


class SitePages:
    """Added to the shops' admin: keys, what to paste, and what arrives."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("site/", admit(self.site_of_chosen), name="shops_shop_site_of_chosen"),
            path("<int:pk>/site/", admit(self.site), name="shops_shop_site"),
            path("<int:pk>/site/events/", admit(self.site_events), name="shops_shop_site_events"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def site_of_chosen(self, request: HttpRequest) -> HttpResponse:
        """The page of the user's first shop, for the navigation."""
        shop = chosen_shop(request, "shops.change_shop")
        if shop is None:
            return redirect("admin:shops_shop_changelist")
        return redirect("admin:shops_shop_site", shop.pk)

    def site(self, request: HttpRequest, pk: int) -> HttpResponse:
        shop = self._changeable(request, pk)  # type: ignore[attr-defined]
        site = site_script.of(shop)
        form = OriginsForm(request.POST or None, instance=site)
        change, said = CHANGES.get(request.POST.get("change", ""), (None, _("Kept.")))
        if change:
            change(site)
        elif form.is_valid():
            form.save()
        if change or form.is_valid():
            messages.success(request, said)
            return redirect("admin:shops_shop_site", shop.pk)
        known = _known(request, shop, site) | {"form": form}
        title = gettext("Shop page script")
        return self._page(request, "site", title, known)  # type: ignore[attr-defined]

    def site_events(self, request: HttpRequest, pk: int) -> JsonResponse:
        shop = self._changeable(request, pk)  # type: ignore[attr-defined]
        return JsonResponse(site_script.seen(shop))


def _known(request: HttpRequest, shop: Shop, site: Site) -> dict[str, Any]:
    example = "1001"
    return {
        "shop": shop,
        "site": site,
        "snippet": site_script.snippet(site, request.build_absolute_uri(reverse("script"))),
        "secret": site.secrets[0],
        "example": {"customer": example, "signature": recognising.sign(site.secrets[0], example)},
        "arrivals_url": reverse("admin:shops_shop_site_events", args=[shop.pk]),
    }
