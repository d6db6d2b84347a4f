"""The scores that rules can ask for, by the question they answer."""

from django.conf import settings
from django.utils.module_loading import import_string

from shops.models import Shop


def scores(shop: Shop, key: str) -> list[tuple[str, str]]:
    return [(name, str(import_string(path).question)) for name, path in settings.PREDICTORS.items()]
