"""A real browser for tests: where it is, how it starts, and how one signs in."""

import shutil
from typing import Any

import pytest

from tests import make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine"),
]


def sign_in(page: Any, address: str) -> None:
    """Sign in as a new superuser; ends on the overview."""
    make.user(username="owner", password="secret-pass-1", is_superuser=True)
    page.goto(f"{address}/admin/")
    page.fill("#id_username", "owner")
    page.fill("#id_password", "secret-pass-1")
    page.press("#id_password", "Enter")
    page.wait_for_selector(".wm-head")
