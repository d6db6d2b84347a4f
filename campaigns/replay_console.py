"""The admin's page of a campaign's replay: one click, a bar, and what would have happened."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action

from campaigns import replay_page, replay_queue
from campaigns.console_pages import CampaignPage
from campaigns.models import Replay
from campaigns.plan_schema import PlanError

DAYS = (14, 30, 60, 90)


class ReplayPages(CampaignPage):
    """Added to the campaigns' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/replay/begin/", admit(require_POST(self.begin_replay)),
                 name="campaigns_campaign_replay_begin"),
            path("<int:pk>/replay/cancel/", admit(require_POST(self.cancel_replay)),
                 name="campaigns_campaign_replay_cancel"),
            path("<int:pk>/replay/progress/", admit(self.replay_progress),
                 name="campaigns_campaign_replay_progress"),
            *super().get_urls(),  # type: ignore[misc]
        ]  # fmt: skip

    @action(description=_("Replay"), permissions=["view"], icon="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the last replay showed, or the way to the first."""
        campaign = self.seen(request, object_id)
        last = campaign.replays.order_by("-id").first()
        known: dict[str, Any] = {
            "campaign": campaign,
            "last": last,
            "days": DAYS,
            "has_charts": settings.ECHARTS_DIR.is_dir(),
            "may_change": self.has_change_permission(request, campaign),  # type: ignore[attr-defined]
        }
        if last and last.status == "done":
            known["shown"] = replay_page.show(last)
        return self.page(request, "replay", _("Replay"), known)

    def begin_replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = self.changed(request, pk)
        said = request.POST.get("days", "30")
        try:
            replay_queue.ask(campaign, days=int(said) if said in map(str, DAYS) else 30)
        except PlanError as fault:
            messages.error(request, gettext("The plan cannot run: %s") % fault)
        return redirect("admin:campaigns_campaign_replay", pk)

    def cancel_replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = self.changed(request, pk)
        for asked in campaign.replays.filter(status__in=["waiting", "running"]):
            replay_queue.cancel(asked)
        return redirect("admin:campaigns_campaign_replay", pk)

    def replay_progress(self, request: HttpRequest, pk: int) -> JsonResponse:
        last: Replay | None = self.seen(request, pk).replays.order_by("-id").first()
        if last is None:
            return JsonResponse({"status": "none", "progress": 0})
        return JsonResponse({"status": last.status, "progress": round(last.progress, 3)})
