"""The admin's page of a warm-up: begun by a form, then looked at, stopped and gone on with."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns import warm_up, warm_up_page
from campaigns.warm_up_models import WarmUp
from shops import auditing, code_words
from shops.console import OwnPage, ShopAdmin, framed

COLOURS = {"running": "info", "paused": "danger", "done": "success"}


@admin.register(WarmUp)
class WarmUps(OwnPage, ShopAdmin):
    """A shop's new sending domain, brought up slowly."""

    fields = ("shop", "first_per_day", "growth_percent", "most_per_day")
    list_display = ("domain", "state", "per_day", "most_per_day", "shop")
    list_select_related = ("shop",)

    @display(description=_("status"), label=COLOURS)
    def state(self, plan: WarmUp) -> tuple[str, str]:
        return plan.status, code_words.said(plan.status)

    def save_model(self, request: HttpRequest, plan: WarmUp, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        warm_up.begin(plan)

    def delete_model(self, request: HttpRequest, plan: WarmUp) -> None:
        warm_up.end(plan)
        plan.delete()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for plan in queryset:
            self.delete_model(request, plan)

    def show(self, request: HttpRequest, plan: WarmUp) -> HttpResponse:
        may_change = self.has_change_permission(request, plan)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            _do(plan, request.POST.get("do", ""))
            auditing.note(request, plan.shop_id, str(plan))
            return redirect(request.path)
        known = {
            "shown": warm_up_page.show(plan),
            "may_change": may_change,
            "has_charts": settings.ECHARTS_DIR.is_dir(),
        }
        return framed(self, request, "page", str(plan), known)


def _do(plan: WarmUp, what: str) -> None:
    with transaction.atomic():
        held = WarmUp.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        if what == "afresh":
            warm_up.begin(held)
        elif what == "pause" and held.status == "running":
            warm_up.pause(held, gettext("Somebody stopped it here."))
        elif what == "resume" and held.status == "paused":
            warm_up.resume(held)
        elif what == "end":
            held.status = "done"
            held.save()
            warm_up.end(held)
