"""Wiring: makes every process that loads Django use our Celery app."""

from typing import Any

from django.apps import AppConfig, apps

from config import logs
from config.celery import app

__all__ = ["ConfigConfig", "app"]


class ConfigConfig(AppConfig):
    """Holds the commands; has no models."""

    name = "config"

    def ready(self) -> None:
        logs.watch_errors()
        name_links()


def name_links() -> None:
    """A link that was given no name of its own is called as what it leads to, in any language.

    Said here and not at each field, because a field's name would be a migration.
    """
    for model in apps.get_models():
        for field in model._meta.fields:
            target: Any = field.related_model
            if target and vars(field)["_verbose_name"] is None:
                field.verbose_name = target._meta.verbose_name
