"""Persuadable customers: what writing costs, what was learned, and a segment of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from campaigns import targeting
from campaigns.targeting_models import Targeting
from shops.console import ShopAdmin


@admin.register(Targeting)
class TargetingPages(ShopAdmin):
    """One row a campaign with a holdout; made by itself once the campaign was launched."""

    list_display = ("campaign", "state", "why", "card", "thousand_messages_cents",
                    "discount_cents", "margin_percent", "shop")  # fmt: skip
    list_select_related = ("campaign", "shop")
    list_filter = ("shop",)
    actions = ("learn_now", "make_segment")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("shop", "campaign", "state", "why", "card") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        found = ("state", "why", "card") if obj else ()
        return (*("shop", "campaign"), *found, "thousand_messages_cents", "discount_cents",
                "margin_percent", "explore_percent")  # fmt: skip

    @display(description=_("chosen by"), label={_("effect"): "success", _("answer"): "info"})
    def state(self, said: Targeting) -> str:
        card = targeting.card_of(said)
        if card is None or card.status != "live":
            return _now("rules")
        return _now("effect") if card.window.get("method") == "uplift" else _now("answer")

    @admin.display(description=_("why"))
    def why(self, said: Targeting) -> str:
        card = targeting.card_of(said)
        return card.reason if card else _now("Learned from two weeks after the launch on.")

    @admin.display(description=_("card"))
    def card(self, said: Targeting) -> str:
        card = targeting.card_of(said)
        if card is None:
            return "–"
        address = reverse("admin:insights_trainedmodel_change", args=[card.pk])
        return format_html('<a class="wm-button" href="{}">{}</a>', address, _now("Figures"))

    @action(description=_("Learn now"), permissions=["change"])
    def learn_now(self, request: HttpRequest, chosen: QuerySet[Targeting]) -> None:
        for said in chosen.select_related("campaign__shop"):
            card = targeting.learn(said.campaign)
            messages.info(request, f"{said}: {card.reason}")

    @action(description=_("Make a segment of them"), permissions=["change"])
    def make_segment(self, request: HttpRequest, chosen: QuerySet[Targeting]) -> None:
        for said in chosen.select_related("campaign", "shop"):
            segment = targeting.make_segment(said)
            messages.success(request, _now("The segment “%s” holds them.") % segment)
