"""Exact counts from the segment builder: asked for, looked at, cancelled."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from segments import choices, counting
from segments.builder_pages import asked, may_look
from segments.models import Count
from shops.console import shops_of


@require_POST
@may_look
def start(request: HttpRequest) -> HttpResponse:
    """Have the rule counted; the answer shows how far that is."""
    shop, rule, compiled, fault = asked(request)
    if compiled is None:
        context = {"fault": fault, "shop": shop}
        return TemplateResponse(request, "segments/rule_estimate.html", context)
    return _shown(request, counting.start(shop, rule, by=request.user))  # type: ignore[arg-type]


@require_GET
@may_look
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, _count(request, pk))


@require_POST
@may_look
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    counting.cancel(_count(request, pk))
    return _shown(request, _count(request, pk))


def _count(request: HttpRequest, pk: int) -> Count:
    return get_object_or_404(
        Count.objects.filter(shop__in=shops_of(request, "segments.view_segment")), pk=pk
    )


def _shown(request: HttpRequest, count: Count) -> HttpResponse:
    named = [
        (label, count.reached[channel])
        for channel, label in choices.channels(count.shop, "")
        if channel in count.reached
    ]
    context = {"count": count, "channels": named}
    return TemplateResponse(request, "segments/rule_count.html", context)
