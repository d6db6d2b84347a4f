"""What the room is called on pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    """The room's name; nothing starts here."""

    name = "journeys"
    verbose_name = _("Journeys")
