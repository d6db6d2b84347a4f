"""The page on which all deliveries of a time range are read again."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget

from shops.models import Delivery, Shop

VERDICTS = [
    ("quarantined", _("quarantined")),
    ("ignored", _("ignored")),
    ("processed", _("processed")),
    ("", _("all of them")),
]
MOST = 10_000


class ReplayForm(forms.Form):
    """Which deliveries are meant."""

    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=_("Shop"), widget=UnfoldAdminSelectWidget
    )
    since = forms.SplitDateTimeField(label=_("From"), widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), widget=UnfoldAdminSplitDateTimeWidget)
    status = forms.ChoiceField(
        choices=VERDICTS, required=False, label=_("Status"), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, shops: QuerySet[Shop], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]

    def found(self) -> QuerySet[Delivery]:
        """The deliveries that the form speaks of."""
        said = self.cleaned_data
        rows = Delivery.objects.filter(
            shop=said["shop"], received_at__gte=said["since"], received_at__lt=said["until"]
        )
        return rows.filter(status=said["status"]) if said["status"] else rows
