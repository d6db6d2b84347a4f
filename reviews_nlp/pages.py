"""The heat map of aspects."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from reviews_nlp import heat
from reviews_nlp.models import Review
from shops.console import chosen_shop, shops_of
from shops.models import Shop

SEEN = "reviews_nlp.view_review"


def aspects(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """How each aspect was spoken of in the last months, of all products or of `?product=`."""
    shop = _shown(request)
    known = heat.products(shop) if shop else []
    asked = request.GET.get("product", "")
    product = next((one for one in known if str(one.pk) == asked), None)
    context |= {"title": _("What reviews speak of"), "shop": shop, "shops": shops_of(request, SEEN)}
    context |= {"products": known, "product": product}
    context["map"] = heat.heat_map(shop, product.pk if product else None) if shop else None
    return TemplateResponse(request, "reviews_nlp/aspects.html", context)


def _shown(request: HttpRequest) -> Shop | None:
    """The shop that was picked; otherwise the first one that has reviews."""
    reviewed = Exists(Review.objects.filter(shop=OuterRef("pk")))
    with_reviews = shops_of(request, SEEN).filter(reviewed)
    picked = "shop" in request.GET
    return (None if picked else with_reviews.first()) or chosen_shop(request, SEEN)
