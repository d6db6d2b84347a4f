"""What a shop's own pages may ask for: the block of recommendations and its script."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from customers import identity
from customers.models import Customer
from insights import recommending
from shops import page_doors
from shops.models import Shop
from shops.page_doors import ANY_PAGE, TurnedAway

MOST, MOST_WITHOUT = 20, 50
STRANGERS_SECONDS = 300


script = page_doors.script("offers.js")


@require_safe
def offers(request: HttpRequest, key: str) -> HttpResponse:
    """Products for the visitor where we know who it is, else what sells; never who it is."""
    try:
        shop = page_doors.site_of(request, key).shop
    except TurnedAway as turned:
        return turned.answer
    customer = _customer(shop, request.GET.get("visitor", ""))
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
