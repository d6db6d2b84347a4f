"""One file per way to read a review; which ones exist is said in `config.plugins`."""

from django.conf import settings
from django.utils.module_loading import import_string

from reviews_nlp.analysers.base import Analyser


def enabled(*, slow: bool | None = None) -> dict[str, Analyser]:
    """Every available analyser in the plug-in table, by name; only slow or quick ones if asked."""
    kinds = {name: import_string(path) for name, path in settings.ANALYSERS.items()}
    return {
        name: kind()
        for name, kind in kinds.items()
        if kind.available() and slow in {None, kind.slow}
    }
