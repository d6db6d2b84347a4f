"""A real browser signs in and opens every page of the admin without a console error."""

import pytest

from tests import make, rows
from tests.browsing import IN_A_BROWSER, sign_in

pytestmark = IN_A_BROWSER


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
