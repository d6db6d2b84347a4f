"""What the room is called on pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    """The room's name; nothing starts here."""

    name = "insights"
    verbose_name = _("Insights")
