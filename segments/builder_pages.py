"""What the segment builder asks the server while somebody works with it."""

import json
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from segments import catalogue, choices, comparisons, estimate, glimpse, rules
from segments.rule_field import RuleDecoder
from segments.rules import Compiled, RuleError
from shops.console import shops_of
from shops.models import Shop

LONGEST = 200_000

may_look = permission_required("segments.view_segment", raise_exception=True)


@require_GET
@may_look
def offer(request: HttpRequest) -> HttpResponse:
    """All that the builder offers for a shop."""
    return JsonResponse(catalogue.of(own_shop(request.GET.get("shop", ""), request)))


@require_GET
@may_look
def values(request: HttpRequest) -> HttpResponse:
    """The values of one field, each with its name."""
    shop = own_shop(request.GET.get("shop", ""), request)
    name = request.GET.get("field", "")
    entry = comparisons.entry_of(name)
    key = name.partition(".")[2] if entry.endswith("*") else ""
    found = choices.values(shop, entry, key) if entry else []
    return JsonResponse({"values": found})


@require_POST
@may_look
def look(request: HttpRequest) -> HttpResponse:
    """The rule in words and how many customers it finds, or where it is wrong."""
    shop, rule, compiled, fault = asked(request)
    context: dict[str, Any] = {"fault": fault, "shop": shop}
    if compiled is not None:
        context["words"] = rules.describe(rule, shop=shop)
        context["found"] = estimate.of(shop, compiled)
    return TemplateResponse(request, "segments/rule_estimate.html", context)


@require_POST
@may_look
def people(request: HttpRequest) -> HttpResponse:
    """Some of those whom the rule finds with the reason, whom it reaches, what else they are in."""
    shop, _rule, compiled, fault = asked(request)
    context: dict[str, Any] = {"fault": fault, "shop": shop}
    if compiled is not None:
        found = estimate.of(shop, compiled)
        context["found"] = found
        context["glimpse"] = glimpse.of(shop, compiled, found, key=request.POST.get("of", ""))
        context["shows_people"] = request.user.has_perm("customers.view_customer", shop)
    return TemplateResponse(request, "segments/rule_people.html", context)


def asked(request: HttpRequest) -> tuple[Shop, Any, Compiled | None, RuleError | None]:
    """The shop and the rule of a call; a rule that does not compile comes with its fault."""
    shop = own_shop(request.POST.get("shop", ""), request)
    text = request.POST.get("rule", "")
    try:
        if len(text) > LONGEST:
            raise RuleError("", _("is too long."))
        rule = json.loads(text or "null", cls=RuleDecoder)
        of = request.POST.get("of", "")
        return shop, rule, rules.compile(rule, shop=shop, of=of), None
    except json.JSONDecodeError as fault:
        return shop, None, None, RuleError("", _("is no JSON: %s.") % fault)
    except RuleError as fault:
        return shop, None, None, fault


def own_shop(key: str, request: HttpRequest) -> Shop:
    """One of the user's own shops."""
    if not key.isdigit():
        raise PermissionDenied
    return get_object_or_404(shops_of(request, "segments.view_segment"), pk=int(key))
