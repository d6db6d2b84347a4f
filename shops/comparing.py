"""Setting up a shop's own API: address and credentials, tried before they are kept."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from shops import reaching, reconcile
from shops.connectors.api import Access, Api, ApiFault
from shops.models import Reconciliation, Shop


class AccessForm(forms.Form):
    """The API's address and credentials. What is kept is never shown; left empty, it stays."""

    url = forms.CharField(
        label=_("Address of the shop"), max_length=500, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, shop: Shop, api: Api, kept: Reconciliation | None, said: Any = None) -> None:
        super().__init__(said, initial={"url": kept.url if kept else ""})
        self.shop, self.api, self.kept = shop, api, kept
        self.fields["url"].help_text = gettext("Such as %s") % api.example
        for name, label in api.credentials.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=kept is None,
                max_length=500,
                help_text=_("Kept, sealed. Leave empty to keep it.") if kept else "",
                widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
            )

    def clean_url(self) -> str:
        """The API's address, where nobody else can read the secret on its way."""
        url = self.api.address(self.cleaned_data["url"])
        parts = urlsplit(url)
        if parts.scheme != "https" and not reaching.is_allowed(parts.hostname or ""):
            raise forms.ValidationError(gettext("Begin with https://, or others read the secret."))
        return url

    def clean(self) -> dict[str, Any]:
        """Try the connection, so that nothing is kept which does not work."""
        said: dict[str, Any] = super().clean() or {}
        if self.errors:
            return said
        try:
            access = Access(said["url"], self._credentials(said))
            count = reconcile.probe(self.shop, access)
        except ApiFault as fault:
            raise forms.ValidationError(str(fault)) from fault
        return said | {"access": access, "count": count}

    def _credentials(self, said: dict[str, Any]) -> dict[str, str]:
        given = {name: said[name] for name in self.api.credentials if said[name]}
        if self.kept is None or len(given) == len(self.api.credentials):
            return given
        if urlsplit(said["url"]).netloc != urlsplit(self.kept.url).netloc:
            # Else whoever may change the address could have the kept secret sent to their own.
            raise ApiFault(gettext("Enter the credentials for the new address as well."))
        return {**reconcile.access_of(self.kept).credentials, **given}

    def save(self) -> str:
        """Keep what works, and begin; what to tell the user."""
        access = self.cleaned_data["access"]
        reconcile.begin(self.shop, access.url, dict(access.credentials))
        return worked(self.cleaned_data["count"])


def worked(count: int) -> str:
    """The answer to a trial that succeeded."""
    return gettext("It works: the shop told us of %d orders that changed in the last day.") % count


def act(row: Reconciliation, what: str) -> str:
    """Do what a button of the page asks for; what to tell the user. Raises ApiFault."""
    if what == "stop":
        row.delete()
        return gettext("The shop's orders are no longer compared; the credentials are gone.")
    if what == "run":
        reconcile.run_soon(row)
        return gettext("The shop is asked as soon as a worker is free.")
    return worked(reconcile.probe(row.shop, reconcile.access_of(row)))
