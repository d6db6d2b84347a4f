"""Reviews and how they sound, alarms, and the aspects that a shop adds."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews_nlp import highlighting
from reviews_nlp.models import AspectAlarm, Review, ShopAspect
from reviews_nlp.verdict import Verdict
from shops.console import ReadOnly, ShopAdmin


@admin.register(Review)
class Reviews(ReadOnly, ShopAdmin):
    """What customers wrote, newest first, with the words that praise or blame an aspect."""

    list_display = ("__str__", "rating", "verdict", "product", "written_at", "shop")
    list_filter = ("shop", "rating", "language", "suspicion")
    list_select_related = ("shop", "product")
    fields = ("product", "customer", "rating", "verdict", "words", "language", "suspicion",
              "written_at", "shop")  # fmt: skip
    readonly_fields = ("verdict", "words")

    @admin.display(description=_("sentiment"), ordering="sentiment")
    def verdict(self, review: Review) -> str:
        if review.sentiment is None:
            return "–"
        sure = Verdict(review.sentiment, review.confidence).sure
        return f"{review.sentiment:+.2f}" if sure else str(_("not sure"))

    @admin.display(description=_("words"))
    def words(self, review: Review) -> SafeString:
        return highlighting.marked(review)


@admin.register(ShopAspect)
class ShopAspects(ShopAdmin):
    """Aspects that a shop adds to the built-in ones."""

    list_display = ("label", "key", "shop")
    list_filter = ("shop",)


@admin.register(AspectAlarm)
class AspectAlarms(ReadOnly, ShopAdmin):
    """Aspects of products that customers began to complain about."""

    list_display = ("product", "aspect", "began_at", "share_before", "share_since", "settled_at")
    list_filter = ("shop", "aspect")
    list_select_related = ("product", "shop")

    @admin.display(description=_("complaints before"))
    def share_before(self, alarm: AspectAlarm) -> str:
        return f"{alarm.complaints_before:.0%}"

    @admin.display(description=_("complaints since"))
    def share_since(self, alarm: AspectAlarm) -> str:
        return f"{alarm.complaints_since:.0%}"
