"""What a shop's own pages may ask for: the block of recommendations and its script."""

import gzip

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers import identity
from customers.models import Customer
from insights import recommending
from shops.models import Shop
from shops.site_models import Site

SCRIPT = (settings.BASE_DIR / "static" / "site" / "offers.js").read_bytes()
SMALL_SCRIPT = gzip.compress(SCRIPT, mtime=0)
ANY_PAGE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
MOST, MOST_WITHOUT = 20, 50
STRANGERS_SECONDS = 300


@require_safe
@vary_on_headers("Accept-Encoding")
@cache_control(public=True, max_age=3600)
def script(request: HttpRequest) -> HttpResponse:
    """The script that fills the blocks, the same for all shops."""
    small = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {**ANY_PAGE, "Content-Encoding": "gzip"} if small else ANY_PAGE
    body = SMALL_SCRIPT if small else SCRIPT
    return HttpResponse(body, "text/javascript; charset=utf-8", headers=headers)


@require_safe
def offers(request: HttpRequest, key: str) -> HttpResponse:
    """Products for the visitor where we know who it is, else what sells; never who it is."""
    site = Site.objects.filter(public_key=key).select_related("shop").first()
    site = site or Site.objects.filter(previous_public_key=key).select_related("shop").first()
    if site is None or not key:
        return JsonResponse({"error": "unknown key"}, status=404, headers=ANY_PAGE)
    if site.origins and request.headers.get("Origin") not in site.origins.split():
        return JsonResponse({"error": "not a page of the shop"}, status=403, headers=ANY_PAGE)
    shop, customer = site.shop, _customer(site.shop, request.GET.get("visitor", ""))
    try:
        found = _found(shop, customer, request)
    except (recommending.UnknownKind, ValueError):
        return JsonResponse({"error": "unreadable question"}, status=400, headers=ANY_PAGE)
    answer = JsonResponse({"currency": shop.currency, "items": found}, headers=ANY_PAGE)
    kept = "private, no-store" if customer else f"public, max-age={STRANGERS_SECONDS}"
    answer["Cache-Control"] = kept
    answer["Vary"] = "Origin"
    return answer


def _found(
    shop: Shop, customer: Customer | None, request: HttpRequest
) -> list[dict[str, str | int | None]]:
    asked = request.GET
    without = [each for each in asked.get("without", "").replace("\0", "").split(",") if each]
    language = asked.get("language") or shop.language
    with translation.override(language if translation.check_for_language(language) else "en"):
        offered = recommending.recommend(
            shop,
            customer,
            kind=asked.get("kind", "all"),
            count=min(MOST, int(asked.get("count", "4"))),
            without=without[:MOST_WITHOUT],
        )
    return [
        {"product_id": one.product, "title": one.title, "price_cents": one.price_cents,
         "reason": one.reason}
        for one in offered
    ]  # fmt: skip


def _customer(shop: Shop, visitor: str) -> Customer | None:
    """Whose the visitor's id is by now; nobody for an id that we do not know."""
    if not visitor or "\0" in visitor:
        return None
    owner = identity.owners(shop, [visitor]).at(visitor, now())
    return Customer.objects.filter(shop=shop, pk=owner).first() if owner else None
