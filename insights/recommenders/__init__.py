"""One file per way to recommend; which ones exist is said in `config.plugins`."""

from django.conf import settings
from django.utils.module_loading import import_string

from insights.recommenders.base import Recommender
from insights.recommenders.blend import Blend, blocks

__all__ = ["Blend", "Recommender", "blended", "blocks", "enabled"]


def enabled() -> dict[str, Recommender]:
    """A fresh one of every recommender in the plug-in table, by name."""
    return {name: import_string(path)() for name, path in settings.RECOMMENDERS.items()}


def blended() -> Blend:
    """A fresh blend of all of them."""
    return Blend(enabled())
