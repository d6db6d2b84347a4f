"""The aspects that rules can ask for, by name."""

from reviews_nlp.aspects.register import ASPECTS
from reviews_nlp.models import ShopAspect
from shops.models import Shop


def aspects(shop: Shop, key: str) -> list[tuple[str, str]]:
    """Those that every shop has, then those of its own."""
    known = [(name, str(aspect.label)) for name, aspect in ASPECTS.items()]
    return known + list(ShopAspect.objects.filter(shop=shop).values_list("key", "label"))
