"""Where a customer is reached on a channel, as SQL: each channel asks for its own address."""

from django.conf import settings


def of_channel(channel: str) -> str:
    """The address on the channel that an SQL expression names; c is the customer."""
    cases = " ".join(
        f"WHEN '{name}' THEN {address}" for name, address in settings.CHANNEL_ADDRESSES.items()
    )
    return f"coalesce(CASE {channel} {cases} END, '')"
