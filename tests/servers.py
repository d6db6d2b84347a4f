"""Loaded by pytest before Django: embedded servers of its own, beside a running demo."""

import os

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VAR_DIR", str(local.ROOT / "var" / "test"))
local.enter()
