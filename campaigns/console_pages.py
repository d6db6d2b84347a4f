"""What the campaigns' own pages in the admin have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from campaigns.models import Campaign
from shops.console import framed


class CampaignPage:
    """Mixed into the admin of campaigns: rows of the user's shops, permissions, and the frame."""

    def seen(self, request: HttpRequest, pk: Any) -> Campaign:
        """The campaign, for somebody who may see it."""
        rows = self.get_queryset(request).select_related("shop")  # type: ignore[attr-defined]
        campaign: Campaign = get_object_or_404(rows, pk=pk)
        if not self.has_view_permission(request, campaign):  # type: ignore[attr-defined]
            raise PermissionDenied
        return campaign

    def changed(self, request: HttpRequest, pk: Any) -> Campaign:
        """The campaign, for somebody who may change it."""
        campaign = self.seen(request, pk)
        if not self.has_change_permission(request, campaign):  # type: ignore[attr-defined]
            raise PermissionDenied
        return campaign

    def page(
        self, request: HttpRequest, name: str, title: Any, known: dict[str, Any]
    ) -> TemplateResponse:
        return framed(self, request, name, title, known)
