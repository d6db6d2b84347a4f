"""A real browser signs in and opens every page of the admin without a console error."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests import make, rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine"),
]


@pytest.fixture
def page(monkeypatch):
    # Playwright's loop runs in this thread; Django's queries here are synchronous all the same.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1440, "height": 900})
        browser.close()


@pytest.fixture
def complaints(page):
    """What the browser complains of, page by page."""
    found = []
    page.on("console", lambda m: found.append((page.url, m.text)) if m.type == "error" else None)
    page.on("pageerror", lambda error: found.append((page.url, str(error))))
    page.on("response", lambda r: found.append((r.url, r.status)) if r.status >= 400 else None)
    return found


def sign_in(page, address):
    make.user(username="owner", password="secret-pass-1", is_superuser=True)
    page.goto(f"{address}/admin/")
    page.fill("#id_username", "owner")
    page.fill("#id_password", "secret-pass-1")
    page.press("#id_password", "Enter")
    page.wait_for_selector(".wm-head")


def test_every_page_opens_without_a_complaint(page, complaints, live_server):
    rows.of_every_kind(make.shop())
    sign_in(page, live_server.url)
    links = page.eval_on_selector_all("aside a, nav a, #nav-sidebar a", "a => a.map(b => b.href)")
    lists = sorted({link.partition("?")[0] for link in links if "/admin/" in link})
    lists = [link for link in lists if "logout" not in link and "password" not in link]
    assert len(lists) > 15

    for link in lists:
        page.goto(link)
        first = page.query_selector("#result_list tbody a")
        if first:
            page.goto(live_server.url + first.get_attribute("href"))
            page.wait_for_load_state()

    assert complaints == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_overview_fits_the_window(page, complaints, live_server, width):
    rows.of_every_kind(make.shop())
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, live_server.url)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".wm-panel").count() >= 6
    assert complaints == []
