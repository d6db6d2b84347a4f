"""What campaigns are called, for pages of rooms below."""

from campaigns.models import Campaign
from shops.models import Shop


def names(shop: Shop, ids: list[int]) -> dict[int, str]:
    """The names of the shop's campaigns with these ids."""
    return dict(Campaign.objects.filter(shop=shop, pk__in=ids).values_list("pk", "name"))
