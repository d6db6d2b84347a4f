"""Loaded by pytest before Django: embedded servers of its own, beside a running demo."""

import os

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VAR_DIR", str(local.ROOT / "var" / "test"))
# A killed server finds again what it wrote: only a machine that goes down would lose it. What is
# dropped is looked for in all buffers, so that a small set of them is emptied sooner.
os.environ.setdefault("POSTGRES_OPTIONS", "fsync=off full_page_writes=off shared_buffers=256MB")
local.enter()
