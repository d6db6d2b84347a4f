"""What a shop writes about, as its customers read it, and the mails that customers asked for."""

from django.contrib import admin

from campaigns.notice_models import Notice
from campaigns.preference_models import Topic
from shops.console import ReadOnly, ShopAdmin


@admin.register(Topic)
class Topics(ShopAdmin):
    """Topics that customers may refuse on their preference page."""

    list_display = ("name", "key", "description", "position", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    prepopulated_fields = {"key": ["name"]}
    ordering = ["shop", "position", "name"]


@admin.register(Notice)
class Notices(ReadOnly, ShopAdmin):
    """Mails with a link that customers asked for, and what became of them."""

    codes = ("kind", "status", "reason")
    list_display = ("created_at", "kind", "customer", "status", "reason", "done_at", "shop")
    list_filter = ("kind", "status", "shop")
    list_select_related = ("customer", "shop")
    exclude = ("data", "claimed_at")
