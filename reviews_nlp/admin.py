"""Reviews and how they sound, alarms, and the aspects that a shop adds."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action

from reviews_nlp import answering, highlighting, pages
from reviews_nlp.aspects.register import label
from reviews_nlp.models import AspectAlarm, OwnClassifier, Review, ShopAspect
from reviews_nlp.verdict import Verdict
from shops import locales
from shops.console import ReadOnly, ShopAdmin

ASPECTS_PAGE = "reviews_nlp_review_aspects"
MOST_REVIEWS = 20  # that an alarm shows
SOUNDS = {  # how a review sounds: its word and its class of colour
    "good": (pgettext_lazy("of a review", "good"), "wm-sent"),
    "bad": (pgettext_lazy("of a review", "bad"), "wm-failed"),
    "unsure": (_("not sure"), ""),
}


@admin.register(Review)
class Reviews(ReadOnly, ShopAdmin):
    """What customers wrote, newest first, with the words that praise or blame an aspect."""

    list_display = ("__str__", "rating", "verdict", "product", "written_at", "shop")
    list_filter = ("shop", "rating", "language", "suspicion")
    list_select_related = ("shop", "product")
    fields = ("product", "customer", "rating", "verdict", "words", "spoken", "suspicion",
              "draft", "written_at", "shop")  # fmt: skip
    readonly_fields = ("verdict", "words", "spoken", "draft")
    actions_list = ("aspects",)

    def get_urls(self) -> list[URLPattern]:
        heat = path("aspects/", self.admin_site.admin_view(self.heat), name=ASPECTS_PAGE)
        return [heat, *super().get_urls()]

    @action(description=_("What reviews speak of"), variant="primary")
    def aspects(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"admin:{ASPECTS_PAGE}")

    def heat(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return pages.aspects(request, self.admin_site.each_context(request))

    @admin.display(description=_("sentiment"), ordering="sentiment")
    def verdict(self, review: Review) -> str:
        if review.sentiment is None:
            return "–"
        sure = Verdict(review.sentiment, review.confidence).sure
        word, colour = SOUNDS[("good" if review.sentiment > 0 else "bad") if sure else "unsure"]
        shown = '<span class="wm-badge {}">{}</span> <small class="wm-soft">{}</small>'
        return format_html(shown, colour, word, f"{review.sentiment:+.2f}")

    @admin.display(description=_("language"))
    def spoken(self, review: Review) -> str:
        return locales.language(review.language) if review.language else "–"

    @admin.display(description=_("draft of an answer"))
    def draft(self, review: Review) -> str:
        return answering.draft(review)

    @admin.display(description=_("words"))
    def words(self, review: Review) -> SafeString:
        return highlighting.marked(review)


@admin.register(ShopAspect)
class ShopAspects(ShopAdmin):
    """Aspects that a shop adds to the built-in ones."""

    list_display = ("label", "key", "shop")
    list_filter = ("shop",)


class AspectFilter(admin.AllValuesFieldListFilter):
    """Offers aspects by their names."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": label(str(choice["display"]))}


@admin.register(AspectAlarm)
class AspectAlarms(ReadOnly, ShopAdmin):
    """Aspects of products that customers began to complain about."""

    about = _("Raised when clearly more reviews of a product complain of something than before; "
              "settled by itself when they no longer do.")  # fmt: skip
    list_display = ("product", "spoken_of", "began_at", "share_before", "share_since",
                    "settled_at")  # fmt: skip
    list_filter = ("shop", ("aspect", AspectFilter))
    list_select_related = ("product", "shop")

    fields = ("product", "spoken_of", "began_at", "share_before", "share_since", "words",
              "raised_at", "settled_at", "shop")  # fmt: skip
    readonly_fields = ("spoken_of", "share_before", "share_since", "words")

    @admin.display(description=_("aspect"), ordering="aspect")
    def spoken_of(self, alarm: AspectAlarm) -> str:
        return label(alarm.aspect)

    @admin.display(description=_("complaints"))
    def words(self, alarm: AspectAlarm) -> SafeString:
        rows = Review.objects.filter(shop=alarm.shop, pk__in=alarm.reviews[:MOST_REVIEWS])
        found = rows.prefetch_related("opinions").order_by("-written_at")
        return format_html_join("", "{}", ((highlighting.marked(review),) for review in found))

    @admin.display(description=_("complaints before"))
    def share_before(self, alarm: AspectAlarm) -> str:
        return f"{alarm.complaints_before:.0%}"

    @admin.display(description=_("complaints since"))
    def share_since(self, alarm: AspectAlarm) -> str:
        return f"{alarm.complaints_since:.0%}"


@admin.register(OwnClassifier)
class OwnClassifiers(ReadOnly, ShopAdmin):
    """What the shops' own stars taught, and whether it is used."""

    list_display = ("shop", "live", "reason", "review_count", "auc", "general_auc", "trained_at")
    exclude = ("content",)
