"""The button that adds a demo shop, the one that removes it, and how far it is."""

from typing import cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config import demo_shop
from shops.console import is_part, shops_of
from shops.demo_models import DemoShop
from shops.models import User


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """One click: a worker fills it."""
    if not request.user.has_perm("shops.add_shop"):
        raise PermissionDenied
    demo = demo_shop.ask(cast(User, request.user), get_language() or "en")
    return redirect("demo-shop", demo.pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """One click: a worker removes it, with everything in it."""
    demo_shop.ask_to_remove(_own(request, pk))
    return redirect("demo-shop", pk)


def show(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it is removed, that it is gone."""
    seen = DemoShop.objects.filter(pk=pk).exists()
    demo = _own(request, pk) if seen else None
    context = {**admin.site.each_context(request), "title": _("Demo shop"), "demo": demo}
    name = "demo_part" if is_part(request) else "demo"
    return TemplateResponse(request, f"admin/first_run/{name}.html", context)


def _own(request: HttpRequest, pk: int) -> DemoShop:
    """A demo shop that belongs to this user; of other shops there is no such row."""
    shops = shops_of(request, "shops.change_shop")
    return get_object_or_404(DemoShop.objects.select_related("shop"), pk=pk, shop__in=shops)
