"""Saving a list's filters under a name, and taking a name away again."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shops.models import SavedView, User

NOT_KEPT = {"q", "p", "all", "e", "_popup", "_to_field"}  # words searched, pages, Django's own
LONGEST_NAME, LONGEST_QUERY, MOST = 60, 1000, 20


def kept(query: QueryDict) -> str:
    """What of a list's query is kept, always in the same order."""
    return urlencode(sorted((k, v) for k, vs in query.lists() if k not in NOT_KEPT for v in vs))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list's filters; the same name again replaces what it stood for."""
    user, page = cast(User, request.user), request.POST.get("page", "")[:100]
    back = _address(page)
    name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME]
    query = kept(QueryDict(request.POST.get("query", "")))
    others = SavedView.objects.filter(user=user, page=page).exclude(name=name)
    if not name or not query or len(query) > LONGEST_QUERY:
        messages.error(request, _("A saved view needs a name, and a filter or an order."))
    elif others.count() >= MOST:
        messages.error(request, _("There are %d saved views of this list. Remove one.") % MOST)
    else:
        SavedView.objects.update_or_create(
            user=user, page=page, name=name, defaults={"query": query}
        )
    return redirect(f"{back}?{query}")


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own view away; the list stays as it is."""
    view = get_object_or_404(SavedView, pk=pk, user=cast(User, request.user))
    view.delete()
    return redirect(_address(view.page))


def _address(page: str) -> str:
    try:
        return reverse(f"admin:{page}_changelist")
    except NoReverseMatch:
        raise Http404 from None
