"""Search over everything that somebody may see: pages, customers, segments, campaigns, templates.

Each source asks for rows of the user's own shops in which their role sees that kind, by an index or
of tables that stay small.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy, pgettext_lazy

from campaigns import rendering
from campaigns.models import Campaign, Template
from config.navigation import NAVIGATION
from customers import finding
from customers.models import Customer
from segments.models import Segment
from shops import code_words
from shops.console import shops_of

MOST = 6  # of a kind
LONGEST = 100
DEEDS = (
    (gettext_lazy("Connect a shop"), "add_business", "admin:shops_shop_connect", "shops.add_shop"),
    (gettext_lazy("Import a file"), "upload_file", "admin:customers_fileimport_upload",
     "customers.add_fileimport"),
    (gettext_lazy("Build a segment"), "donut_small", "admin:segments_segment_add",
     "segments.add_segment"),
    (gettext_lazy("Ready-made campaigns"), "campaign", "admin:campaigns_campaign_ready_made",
     "campaigns.add_campaign"),
    (gettext_lazy("Write to a segment"), "forward_to_inbox", "admin:campaigns_campaign_letter",
     "campaigns.add_campaign"),
    (gettext_lazy("Plan a journey"), "lightbulb", "admin:assistant_plan_propose",
     "assistant.add_plan"),
    (gettext_lazy("Calendar of campaigns"), "calendar_month", "admin:campaigns_campaign_calendar",
     "campaigns.view_campaign"),
)  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One thing that was found, and where it is."""

    title: str
    url: str
    icon: str
    detail: str = ""


Source = Callable[[HttpRequest, str], Iterator[Hit]]


def show(request: HttpRequest) -> JsonResponse:
    """What was found, by kind; without a word, what one may want to do."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    found = [(title, list(source(request, words))[:MOST]) for title, source in SOURCES
             if words or source is deeds]  # fmt: skip
    groups = [{"title": str(title), "hits": [asdict(hit) for hit in hits]}
              for title, hits in found if hits]  # fmt: skip
    return JsonResponse({"groups": groups})


def deeds(request: HttpRequest, words: str) -> Iterator[Hit]:
    """What one can begin from anywhere."""
    for title, icon, url, right in DEEDS:
        if request.user.has_perm(right) and _says(title, words):
            yield Hit(str(title), reverse(url), icon)


def pages(request: HttpRequest, words: str) -> Iterator[Hit]:
    """The navigation's own pages, by their names in the reader's language or in English."""
    for group in NAVIGATION:
        for item in group["items"]:
            if _says(item["title"], words) and _may(request, item.get("permission")):
                where = str(group.get("title", ""))
                yield Hit(str(item["title"]), str(item["link"]), item["icon"], where)


def customers(request: HttpRequest, words: str) -> Iterator[Hit]:
    if len(words) < 2:
        return
    shops = list(shops_of(request, "customers.view_customer").values_list("pk", flat=True))
    among = Customer.objects.filter(shop__in=shops, merged_into=None)
    for row in finding.matching(among, words).select_related("shop")[:MOST]:
        yield Hit(str(row), _page(row), "person", f"{row.email} · {row.shop}".strip(" ·"))


def segments(request: HttpRequest, words: str) -> Iterator[Hit]:
    for row in _named(request, Segment, words):
        count = translation.ngettext("%d member", "%d members", row.member_count or 0)
        yield Hit(row.name, _page(row), "donut_small", count % (row.member_count or 0))


def campaigns(request: HttpRequest, words: str) -> Iterator[Hit]:
    for row in _named(request, Campaign, words):
        detail = f"{code_words.said(row.status)} · {row.shop}"
        yield Hit(row.name, _page(row), "campaign", detail)


def templates(request: HttpRequest, words: str) -> Iterator[Hit]:
    for row in _named(request, Template, words):
        yield Hit(row.name, _page(row), "draft", rendering.as_read(row.subject))


SOURCES: list[tuple[Any, Source]] = [
    (gettext_lazy("Begin"), deeds),
    (pgettext_lazy("of the admin", "Pages"), pages),
    (gettext_lazy("Customers"), customers),
    (gettext_lazy("Campaigns"), campaigns),
    (gettext_lazy("Segments"), segments),
    (gettext_lazy("Templates"), templates),
]


def _named(request: HttpRequest, model: Any, words: str) -> Any:
    """Rows of a small table by a part of their name, newest first."""
    right = f"{model._meta.app_label}.view_{model._meta.model_name}"
    rows = model.objects.filter(shop__in=shops_of(request, right), name__icontains=words)
    return rows.select_related("shop").order_by("-pk")[:MOST]


def _page(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _says(title: Any, words: str) -> bool:
    with translation.override("en"):
        english = str(title)
    return all(word in f"{title} {english}".lower() for word in words.lower().split())


def _may(request: HttpRequest, permission: Any) -> bool:
    if isinstance(permission, str):
        permission = import_string(permission)
    return permission is None or bool(permission(request))
