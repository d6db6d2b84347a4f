"""Wiring: makes every process that loads Django use our Celery app."""

from django.apps import AppConfig

from config import logs
from config.celery import app

__all__ = ["ConfigConfig", "app"]


class ConfigConfig(AppConfig):
    """Holds the commands; has no models."""

    name = "config"

    def ready(self) -> None:
        logs.watch_errors()
