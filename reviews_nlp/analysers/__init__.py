"""One file per way to read a review; which ones exist is said in `config.plugins`."""

from django.conf import settings
from django.utils.module_loading import import_string

from reviews_nlp.analysers.base import Analyser


def enabled() -> dict[str, Analyser]:
    """Every analyser in the plug-in table, by name."""
    return {name: import_string(path)() for name, path in settings.ANALYSERS.items()}
