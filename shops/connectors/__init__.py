"""One file per shop platform; which ones exist is said in `config.plugins`."""

from django.conf import settings
from django.utils.module_loading import import_string

from shops.connectors.base import Connector


def get(name: str) -> Connector:
    """The connector of that name. Raises KeyError when the plug-in table has none."""
    connector: Connector = import_string(settings.CONNECTORS[name])()
    return connector
