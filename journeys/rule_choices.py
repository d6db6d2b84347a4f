"""The stages and journeys that rules can ask for, by name."""

from journeys.models import Journey, Stage
from shops.models import Shop


def stages(shop: Shop, key: str) -> list[tuple[str, str]]:
    """The stages of the journey with this key; without one, of the lifecycle."""
    found = Stage.objects.filter(shop=shop, journey__key=key or "lifecycle")
    return list(found.order_by("position").values_list("key", "name"))


def journeys(shop: Shop, key: str) -> list[tuple[str, str]]:
    return list(Journey.objects.filter(shop=shop).order_by("name").values_list("key", "name"))
