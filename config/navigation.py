"""The admin's navigation and colours."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Waymark"}
