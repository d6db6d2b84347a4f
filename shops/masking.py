"""Personal data in a payload, hidden from those who need not see it."""

import re
from typing import Any

EMAIL = re.compile(r"[^\s@\"<>]+@[^\s@\"<>]+")
PERSONAL = re.compile(
    r"e_?mail|phone|(first|last|full|user)_?name|address_?\d|^(name|city|zip|postcode|company|ip"
    r"|latitude|longitude|street\w*|reviewer|browser_ip|customer_ip_address)$",
    re.IGNORECASE,
)
SECRET = re.compile(
    r"secret|passw|token|credential|api_?key|private_?key|authorization|sealed", re.IGNORECASE
)
HIDDEN = "•••"


def mask(value: Any, key: str = "") -> Any:
    """The same payload without names, addresses, phones and secrets; ids and amounts stay."""
    if isinstance(value, dict):
        return {name: mask(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [mask(item, key) for item in value]
    if isinstance(value, str) and value:
        return HIDDEN if PERSONAL.search(key) or SECRET.search(key) else EMAIL.sub(HIDDEN, value)
    return value
