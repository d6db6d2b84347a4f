"""The pages on which a marketer makes two customers one, and takes it back."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from customers import finding, merging
from customers.merge_models import Merge
from customers.models import Customer, Profile
from shops.console import shops_of
from shops.models import User

OFFERED = 10


@dataclass(frozen=True)
class Side:
    """One of the two, with what tells them apart."""

    customer: Customer
    profile: Profile | None


class MergePages:
    """Mixed into the customers' admin."""

    def get_urls(self: Any) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("<path:pk>/merge/", admit(self.merge_page), name="customers_customer_merge"),
            path(
                "merges/<int:pk>/undo/",
                admit(require_POST(self.undo_merge)),
                name="customers_customer_undo_merge",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def merge_page(self: Any, request: HttpRequest, pk: str) -> HttpResponse:
        """Choose the other one, look at both, decide who stays."""
        customer = self._visible(request, pk)
        _require(request, customer)
        if customer.merged_into_id:
            return redirect("admin:customers_customer_merge", customer.merged_into_id)
        others = self.get_queryset(request).filter(shop=customer.shop, merged_into=None)
        others = others.exclude(pk=customer.pk)
        chosen = _chosen(others, request)
        if request.method == "POST":
            return self._merge(request, customer, chosen)
        query = request.GET.get("q", "").strip()
        known: dict[str, Any] = {
            "query": query,
            "chosen": chosen,
            "sides": [_side(one) for one in (customer, chosen) if one] if chosen else [],
            "found": _offered(others, customer, query),
            "nonce": get_random_string(22),
            "shared": _shared(customer, chosen) if chosen else [],
        }
        return self._page(request, customer, "merge", _("Merge customers"), known)

    def _merge(
        self: Any, request: HttpRequest, customer: Customer, chosen: Customer | None
    ) -> HttpResponse:
        if chosen is None:
            raise Http404
        stays, other = customer, chosen
        if request.POST.get("stays") == str(chosen.pk):
            stays, other = chosen, customer
        done = merging.merge(
            stays,
            other,
            cause=f"admin:{request.POST.get('nonce', '')[:40]}:{other.pk}",
            how="admin",
            by=cast(User, request.user).get_username(),
        )
        if done:
            said = gettext("%(other)s is part of %(stays)s now.")
            messages.success(request, said % {"other": other, "stays": stays})
        else:
            messages.info(request, gettext("The two were one already."))
        return redirect("admin:customers_customer_change", stays.pk)

    def undo_merge(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        visible = Merge.objects.filter(shop__in=shops_of(request))
        record = get_object_or_404(visible.select_related("shop", "merged"), pk=pk)
        _require(request, record)
        merging.undo(record, by=cast(User, request.user).get_username())
        messages.success(request, gettext("%s is a customer of their own again.") % record.merged)
        return redirect("admin:customers_customer_change", record.merged_id)


def _chosen(others: Any, request: HttpRequest) -> Customer | None:
    asked = request.POST.get("with") or request.GET.get("with") or ""
    return others.filter(pk=int(asked)).first() if asked.isdigit() and len(asked) < 19 else None


def _side(customer: Customer) -> Side:
    return Side(customer, Profile.objects.filter(customer=customer).first())


def _offered(others: Any, customer: Customer, query: str) -> list[Customer]:
    """What was searched for; before that, whoever has the same e-mail address."""
    if query:
        return list(finding.matching(others, query).order_by("pk")[:OFFERED])
    if not customer.email:
        return []
    return list(others.filter(email=customer.email).order_by("pk")[:OFFERED])


def _shared(one: Customer, other: Customer) -> list[str]:
    """What shows that the two are the same person."""
    pairs = ((_("e-mail"), one.email, other.email), (_("phone"), one.phone, other.phone))
    return [str(name) for name, mine, theirs in pairs if mine and mine.lower() == theirs.lower()]


def _require(request: HttpRequest, row: Customer | Merge) -> None:
    if not request.user.has_perm("customers.merge_customer", row):
        raise PermissionDenied
