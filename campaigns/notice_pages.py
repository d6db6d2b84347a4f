"""The page behind the one link of a requested mail."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns import asking, notices, page_limits, preferences
from campaigns.notice_models import Notice
from campaigns.pages import EXPIRED, private
from shops import speaking


@csrf_exempt  # no cookie signs anybody in here: the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and does nothing: link scanners follow links. POST does it."""
    found = notices.of(token)
    if found is None:
        return page_limits.unknown(request, EXPIRED)
    if page_limits.hurries(("notice", found.pk)):
        return page_limits.too_many()
    wishes = preferences.url(found.customer_id)
    if request.method == "POST" and found.kind == "export":
        return private(_copy(found))
    if request.method == "POST":
        (asking.confirm if found.kind == "confirm" else asking.erase)(found)
        found.refresh_from_db()
    known = {"notice": found, "shop": found.shop, "preferences_url": wishes}
    with speaking.to_customer(found.customer):
        return private(render(request, "campaigns/notice.html", known))


def _copy(found: Notice) -> HttpResponse:
    name = f"{found.shop.key}-{found.pk}.json"
    return JsonResponse(
        asking.take(found),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
