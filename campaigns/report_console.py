"""The admin's report of a campaign, its file, and the calendar of sends."""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns import report_page, send_calendar
from campaigns.console_pages import CampaignPage
from shops.console import chosen_shop, shops_of

MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")


class ReportPages(CampaignPage):
    """Added to the campaigns' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/report.csv", admit(self.report_file),
                 name="campaigns_campaign_report_file"),
            *super().get_urls(),  # type: ignore[misc]
        ]  # fmt: skip

    @action(description=_("Report"), permissions=["view"], icon="monitoring")
    def report(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.seen(request, object_id)
        known: dict[str, Any] = {
            "campaign": campaign,
            "shown": report_page.show(campaign),
            "has_charts": settings.ECHARTS_DIR.is_dir(),
        }
        return self.page(request, "report", _("Report"), known)

    def report_file(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = self.seen(request, pk)
        answer = HttpResponse(report_page.as_csv(campaign), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{campaign.key}-report.csv"'
        return answer

    @action(description=_("Calendar"), permissions=["view"], icon="calendar_month")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """A month of the user's shop: sent, planned, and what begins."""
        shop = chosen_shop(request, "campaigns.view_campaign")
        asked = MONTH.match(request.GET.get("month", ""))
        today = localdate()
        year, number = map(int, asked.groups()) if asked else (today.year, today.month)
        known: dict[str, Any] = {
            "shop": shop,
            "shops": shops_of(request, "campaigns.view_campaign"),
            "weeks": send_calendar.month(shop, year, number) if shop else [],
            "month": date(year, number, 1),
            "before": _moved(year, number, -1),
            "after": _moved(year, number, 1),
        }
        return self.page(request, "calendar", _("Calendar of sends"), known)


def _moved(year: int, number: int, by: int) -> str:
    years, month = divmod(year * 12 + number - 1 + by, 12)
    return f"{years}-{month + 1:02d}"
