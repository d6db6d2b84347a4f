"""The audit trail: looked at and searched, never touched."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from shops.audit_models import AuditEntry
from shops.console import ReadOnly, ShopAdmin


@admin.register(AuditEntry)
class AuditTrail(ReadOnly, ShopAdmin):
    """Who did what, when and from where."""

    codes = ("action",)
    list_display = ("at", "who", "action", "target", "ip", "shop")
    list_filter = ("at", "shop")
    list_select_related = ("shop",)
    search_fields = ("who__istartswith", "action__istartswith", "target__istartswith")
    search_help_text = _("Who, what was done, or of what, such as campaigns.campaign 12")
    fields = ("at", "who", "action", "target", "what_changed", "ip", "agent", "shop", "number",
              "seal")  # fmt: skip
    readonly_fields = ("what_changed",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if request.user.is_superuser:  # the trail of the server belongs to no shop
            return AuditEntry.objects.order_by("-id")
        return super().get_queryset(request)

    @admin.display(description=_("before and after"))
    def what_changed(self, entry: AuditEntry) -> str:
        text = json.dumps(entry.changes, indent=2, ensure_ascii=False)
        return format_html('<pre class="wm-body">{}</pre>', text)
