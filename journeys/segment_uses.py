"""Where stages ask for a segment, so that it is not deleted behind their back."""

from django.utils.translation import gettext as _

from journeys.models import Stage
from segments import references
from shops.models import Shop


def of(shop: Shop, key: str) -> list[tuple[str, str]]:
    """The stages whose rules ask for the segment."""
    return [
        (_("stage"), stage.name)
        for stage in Stage.objects.filter(shop=shop)
        if key in {name for name, _path in references.named(stage.rule)}
    ]
