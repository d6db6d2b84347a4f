"""One file per way to reach a customer; which ones exist is said in `config.plugins`."""

from django.conf import settings
from django.utils.module_loading import import_string

from campaigns.channels.base import Channel


def get(name: str) -> Channel:
    """The channel of that name. Raises KeyError when the plug-in table has none."""
    channel: Channel = import_string(settings.CHANNELS[name])()
    return channel
