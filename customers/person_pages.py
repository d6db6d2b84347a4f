"""What a person may ask for, done from their page: a copy of their data, and to be erased."""

import io
import json
import zipfile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.crypto import get_random_string
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from customers import portable, privacy
from customers.models import Customer, PrivacyRequest
from shops import auditing
from shops.connectors.base import PrivacyFact

RIGHT = "customers.add_privacyrequest"


class PersonPages:
    """Mixed into the customers' admin."""

    def get_urls(self: Any) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("<path:pk>/copy/", admit(require_POST(self.copy)), name="customers_customer_copy"),
            path("<path:pk>/erase/", admit(self.erase), name="customers_customer_erase"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def copy(self: Any, request: HttpRequest, pk: str) -> HttpResponse:
        """All that is known of them as a ZIP; that it was taken stands with the wishes."""
        customer = _asked_for(self._visible(request, pk), request)
        PrivacyRequest.objects.create(
            shop=customer.shop, reference=_reference(), kind="export", requested_at=now(),
            done_at=now(), customer_id_of_shop=customer.external_id,
        )  # fmt: skip
        auditing.note(request, customer.shop_id, auditing.name_of(customer))
        answer = HttpResponse(zipped(customer), content_type="application/zip")
        name = f"{customer.shop.key}-customer-{customer.pk}.zip"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def erase(self: Any, request: HttpRequest, pk: str) -> HttpResponse:
        """First what it means, then it is done: it cannot be undone."""
        customer = _asked_for(self._visible(request, pk), request)
        if request.method != "POST":
            return self._page(request, customer, "erase", _("Erase this person"), {})
        reference = _reference()
        privacy.receive(customer.shop, PrivacyFact(reference, "erase", customer.external_id, now()))
        wish = PrivacyRequest.objects.get(shop=customer.shop, reference=reference)
        said = gettext("They are erased. All copies are being searched; the proof follows here.")
        messages.success(request, said)
        return redirect("admin:customers_privacyrequest_change", wish.pk)


def zipped(customer: Customer) -> bytes:
    """Their data twice: for programs, and for people to read."""
    known = portable.of(customer)
    told = json.dumps(known, indent=1, ensure_ascii=False, default=str)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", told)
        page = render_to_string("customers/copy.html", {"shop": customer.shop, "known": known})
        archive.writestr("read-me.html", page)
    return held.getvalue()


def _asked_for(customer: Customer, request: HttpRequest) -> Customer:
    if not request.user.has_perm(RIGHT, customer):
        raise PermissionDenied
    if not customer.external_id or customer.merged_into_id:
        raise Http404  # without an id nobody could be told from others
    return customer


def _reference() -> str:
    return f"admin:{get_random_string(22)}"
