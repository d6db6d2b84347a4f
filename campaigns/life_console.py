"""The buttons of a campaign's life on its own page, and the way back from each."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campaigns import launching
from campaigns.console_pages import CampaignPage
from campaigns.models import Campaign
from campaigns.plan_schema import PlanError
from campaigns.second_person import NeedsAnother
from shops import code_words, undoing

DEEDS: dict[str, Callable[[Campaign], bool]] = {
    "launch": launching.launch,
    "pause": launching.pause,
    "resume": launching.resume,
    "submit": launching.submit,
    "send_back": launching.send_back,
}
NEED_ANOTHER = {"launch", "resume"}  # where the shop demands a second person
BACK = {"launch": "pause", "pause": "resume", "resume": "pause", "submit": "send_back"}


class LifePages(CampaignPage):
    """Added to the campaigns' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        live = path(
            "<int:pk>/live/", admit(require_POST(self.live)), name="campaigns_campaign_live"
        )
        return [live, *super().get_urls()]  # type: ignore[misc]

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = self.changed(request, pk)
        name = request.POST.get("do", "")
        if name in DEEDS:
            self.each(request, [campaign], DEEDS[name], name)
        return redirect("admin:campaigns_campaign_change", pk)

    def each(
        self, request: HttpRequest, campaigns: Iterable[Campaign], change: Any, name: str = ""
    ) -> None:
        """Change them one by one, say what became of each, and offer the way back."""
        done = []
        if name in NEED_ANOTHER:
            change = partial(change, by=request.user)
        for campaign in campaigns:
            try:
                moved = change(campaign)
            except (PlanError, NeedsAnother) as fault:
                messages.error(request, f"{campaign}: {fault}")
                continue
            status = code_words.said(campaign.status)
            if moved:
                done.append((campaign, status))
                continue
            known = {"name": campaign, "status": status}
            messages.success(request, gettext("%(name)s stays %(status)s.") % known)
        if done:
            said = " ".join(gettext("%(name)s is now %(status)s.") % {"name": row, "status": word}
                            for row, word in done)  # fmt: skip
            self._say(request, said, [row for row, _word in done], BACK.get(name, ""))

    def _say(self, request: HttpRequest, said: str, rows: list[Campaign], back: str) -> None:
        if not back:
            messages.success(request, said)
            return
        url = reverse("admin:campaigns_campaign_changelist")
        undoing.offer(request, said, url=url, action=back, rows=rows)
