"""Reviews and how they sound."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews_nlp.models import Review
from shops.console import ReadOnly, ShopAdmin


@admin.register(Review)
class Reviews(ReadOnly, ShopAdmin):
    """What customers wrote, newest first."""

    list_display = ("__str__", "rating", "sentiment", "product", "written_at", "shop")
    list_filter = ("shop", "rating")
    list_select_related = ("shop", "product")
    readonly_fields = ("sentiment",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).prefetch_related("analyses")

    @admin.display(description=_("sentiment"))
    def sentiment(self, review: Review) -> str:
        found = [a.sentiment for a in review.analyses.all() if a.sentiment is not None]
        return f"{found[0]:+.2f}" if found else "–"
