"""What is asked on the way to the first campaign; as little as will do."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

from shops import locale_fields
from shops.connecting import PlatformForm
from shops.models import Shop, User


class AccountForm(forms.Form):
    """Who runs this server."""

    username = forms.CharField(
        label=_("Name to sign in with"), max_length=150,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "username", "autofocus": True}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"), widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 8 characters, and not a common one."),
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("password"):
            user = User(username=said.get("username", ""), email=said.get("email", ""))
            try:
                validate_password(said["password"], user)
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return said


class ShopForm(PlatformForm):
    """The shop as the connect page asks for it, and the language of its mails."""

    language = locale_fields.language(label=_("Language of its mails"))


class SenderForm(forms.ModelForm):
    """The address that mails come from."""

    class Meta:
        model = Shop
        fields = ("from_email",)
        widgets = {"from_email": UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_email"].required = True
        self.fields["from_email"].help_text = _(
            "At a domain of yours, such as hello@your-shop.com. Customers see it and answer to it."
        )
