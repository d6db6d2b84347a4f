"""The chat in a real browser, on a page of another origin than ours."""

from shops import site_script
from tests import axe
from tests.assistant.test_chat import FAQ, a_shop
from tests.browsing import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER, axe.WITH_AXE]


def test_it_opens_by_keyboard_and_shows_text_only(page, complaints, live_server):
    shop = a_shop(FAQ + "<img src=x onerror=alert(1)>")
    script = f"{live_server.url}/chat.js"
    key = site_script.of(shop).public_key
    html = f'<html lang=en><p>Tea</p><script src="{script}" data-key="{key}"></script>'
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/healthz")
    page.set_content(html)
    page.get_by_role("button", name="Ask Tea & Co").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Can I send it back within 30 days?")
    page.keyboard.press("Enter")

    page.get_by_text("free of charge").wait_for()
    assert page.locator("img").count() == 0
    assert page.get_by_text("From: Returns").is_visible()
    assert axe.faults(page, within=".waymark-chat") == []
    page.keyboard.press("Escape")
    assert page.get_by_role("log").is_hidden()
    assert complaints == []
