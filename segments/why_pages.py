"""The page that says why a customer is in a segment, or not; a part of the customer's own page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from customers.models import Customer
from segments import why
from shops.console import is_part


class WhyPages:
    """Mixed into the segments' admin."""

    def get_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.why)
        place = path("<int:pk>/why/<int:customer>/", view, name="segments_segment_why")
        return [place, *super().get_urls()]  # type: ignore[misc]

    def why(self: Any, request: HttpRequest, pk: int, customer: int) -> HttpResponse:
        segment = get_object_or_404(self.get_queryset(request).select_related("shop"), pk=pk)
        who = get_object_or_404(Customer, pk=customer, shop=segment.shop_id)
        allowed = request.user.has_perm("customers.view_customer", segment)
        if not (allowed and self.has_view_permission(request, segment)):
            raise PermissionDenied
        known = {"answer": why.of(segment, who), "customer": who, "title": segment.name}
        if is_part(request):
            return TemplateResponse(request, "segments/why.html", known)
        context = {**self.admin_site.each_context(request), **known}
        return TemplateResponse(request, "segments/why_page.html", context)
