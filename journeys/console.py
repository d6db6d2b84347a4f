"""The admin's pages for ready-made journeys, and the buttons that give a journey its past."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import action

from customers import rule_choices
from journeys import backfill, library, ready_made, stages, ways
from journeys.journey_map import Page
from journeys.map_query import BESIDE, DAYS, Query
from journeys.models import Journey
from segments import choices
from segments.models import Segment
from shops.console import chosen_shop, framed, is_part, shops_of


class JourneyPages:
    """Added to the journeys' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("ready-made/begin/", admit(require_POST(self.begin)),
                 name="journeys_journey_begin"),
            path("ways/", admit(require_safe(self.ways)), name="journeys_journey_ways"),
            path("<int:pk>/map/", admit(require_safe(self.map)), name="journeys_journey_map"),
            path("<int:pk>/past/", admit(require_POST(self.past)), name="journeys_journey_past"),
            *super().get_urls(),  # type: ignore[misc]
        ]  # fmt: skip

    @action(description=_("Ready-made journeys"), permissions=["add"], variant="primary")
    def ready_made(self, request: HttpRequest) -> HttpResponse:
        shop = chosen_shop(request, "journeys.add_journey")
        held = dict(Journey.objects.filter(shop=shop).values_list("key", "pk"))
        offers = [{"of": each, "held": held.get(each.key)} for each in library.ALL]
        known = {"shop": shop, "shops": shops_of(request, "journeys.add_journey"), "offers": offers}
        return self.page(request, "ready_made", _("Ready-made journeys"), known)

    @action(description=_("Ways to purchase"), permissions=["view"])
    def to_ways(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:journeys_journey_ways")

    def ways(self, request: HttpRequest) -> HttpResponse:
        """What customers met before they ordered, or went silent, in the last `?days=`."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        asked = request.GET.get("days", "")
        days = next((each for each in ways.DAYS if str(each) == asked), ways.DAYS[1])
        shop = chosen_shop(request, "journeys.view_journey")
        known: dict[str, Any] = {"shop": shop, "days": days, "periods": ways.DAYS}
        known["shops"] = shops_of(request, "journeys.view_journey")
        known["ways"] = ways.measure(shop, days) if shop else None
        return self.page(request, "ways", _("Ways to purchase"), known)

    def map(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The measured journey; whoever may view journeys sees it. What takes long comes as a part
        of its own, which a script fetches; `?whole=1` is for who has none."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("shop")  # type: ignore[attr-defined]
        journey = get_object_or_404(rows, pk=pk)
        query = Query.of(request.GET.dict())
        page = Page(journey, query)
        if is_part(request):
            return self.page(request, "map_part", journey.name, {"map": page, **_asked(query)})
        segments = list(Segment.in_use.filter(shop=journey.shop).order_by("name"))
        known = {
            "map": page,
            "is_at_hand": "whole" in request.GET or page.is_at_hand,
            "no_segments": query.segments - {each.key for each in segments},
            **_asked(query),
            "journeys": Journey.objects.filter(shop=journey.shop, active=True).order_by("pk"),
            "segments": segments,
            "sources": rule_choices.sources(journey.shop, ""),
            "firsts": choices.touchpoints(journey.shop, ""),
            "channels": choices.channels(journey.shop, ""),
            "days": DAYS,
            "beside": BESIDE.items(),
            "has_charts": settings.ECHARTS_DIR.is_dir(),
        }
        return self.page(request, "map", journey.name, known)

    @action(description=_("Map"), permissions=["view"], variant="primary")
    def to_map(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:journeys_journey_map", object_id)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """One click: the journey, everybody placed on it, its past asked for."""
        shop = get_object_or_404(shops_of(request), key=request.POST.get("shop", ""))
        if not request.user.has_perm("journeys.add_journey", shop):
            raise PermissionDenied
        key = request.POST.get("key", "")
        if key not in library.BY_KEY:
            raise Http404
        journey = ready_made.create(shop, library.BY_KEY[key])
        backfill.ask(journey, afresh=True)
        said = gettext("%s is there. Its past is being worked out; it takes seconds to a minute.")
        messages.success(request, said % journey)
        return redirect("admin:journeys_journey_change", journey.pk)

    def past(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the past: before the first recorded stay, or the whole history anew."""
        journey = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, journey):  # type: ignore[attr-defined]
            raise PermissionDenied
        backfill.ask(journey, afresh=request.POST.get("how") == "afresh")
        messages.success(request, gettext("The past of %s is being worked out.") % journey)
        return redirect("admin:journeys_journey_change", journey.pk)

    def begun(self, journey: Journey, *, changed: bool) -> None:
        """What follows when a marketer saved a journey: everybody is placed; a new one asks for
        its past, which places them too."""
        if changed:
            stages.place(journey.shop)
        else:
            backfill.ask_whole(journey)

    def page(
        self, request: HttpRequest, name: str, title: Any, known: dict[str, Any]
    ) -> TemplateResponse:
        return framed(self, request, name, title, known)


def _asked(query: Query) -> dict[str, Any]:
    """What was asked, and what of it its forms and links keep."""
    return {"query": query, "kept": query.kept.items(), "kept_query": urlencode(query.kept)}
