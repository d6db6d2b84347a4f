"""The mail editor in a real browser."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from campaigns import ready_made, writing
from campaigns.models import Template
from tests import make
from tests.browsing import IN_A_BROWSER, sign_in
from tests.campaigns import build

pytestmark = IN_A_BROWSER
MJML = "\n" + ready_made.blank().replace("<mj-column>", "<mj-column> <!-- mine -->", 1) + "\n\n"


@pytest.fixture
def template(transactional_db):
    made = build.template(build.shop(), key="letter")
    writing.put(made, {"name": "Letter", "subject": "Hi {{ customer.first_name }}", "mjml": MJML})
    made.save()
    make.customer(made.shop, first_name="Bea")
    return made


def open_editor(page, live_server, template):
    sign_in(page, live_server.url)
    page.goto(live_server.url + reverse("admin:campaigns_template_change", args=[template.pk]))
    page.wait_for_function("document.querySelector('[data-subject]').textContent === 'Hi Bea'")


def keep(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Keep this mail").press("Enter")
    assert page.locator("[role=alert]").count() == 0


def test_opening_looking_and_keeping_changes_no_letter(page, live_server, template, complaints):
    open_editor(page, live_server, template)
    frame = page.frame_locator("[data-mail]")
    frame.get_by_text("Hello Bea").wait_for()
    if settings.GRAPES_DIR.is_dir():
        assert page.get_by_role("tab", name="Canvas").get_attribute("aria-selected") == "true"
        page.locator("[data-canvas] iframe[title=Canvas]").wait_for()
        canvas = page.frame_locator("[data-canvas] .gjs-frame")
        canvas.get_by_text("Write here what you have to say.").first.click()

    keep(page)

    assert Template.objects.get().mjml == MJML
    assert complaints == []


@pytest.mark.skipif(not settings.GRAPES_DIR.is_dir(), reason="GrapesJS is not installed (npm ci)")
def test_what_is_changed_on_the_canvas_is_the_source_that_is_shown(page, live_server, template):
    open_editor(page, live_server, template)
    words = page.frame_locator("[data-canvas] .gjs-frame").get_by_text("Write here").first
    words.dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("New words")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Source").click()
    page.wait_for_function("document.querySelector('[data-source]').value.includes('New words')")
    shown = page.locator("[data-source]").input_value()

    keep(page)

    kept = Template.objects.get().mjml
    assert kept == shown
    assert "<!-- mine -->" in kept
    assert '{% if shop.url != "" %}' in kept
    assert "{{ shop.url }}/?{{ visit.parameter }}" in kept


def test_personal_fields_are_words_and_are_put_in_by_keyboard(page, live_server, template):
    open_editor(page, live_server, template)
    line = page.get_by_role("textbox", name="Subject")
    assert line.inner_text() == "Hi First name"

    line.press("End")
    page.keyboard.type(", from ")
    page.keyboard.press("Tab")
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("! {{ facts.order_count }}")
    page.keyboard.press("Tab")

    assert line.inner_text() == "Hi First name, from Name of the shop! Number of orders"
    shown = f"Hi Bea, from {template.shop.name}! 0"
    page.wait_for_function("t => document.querySelector('[data-subject]').textContent === t",
                           arg=shown)  # fmt: skip
    keep(page)
    written = "Hi {{ customer.first_name }}, from {{ shop.name }}! {{ facts.order_count }}"
    assert Template.objects.get().subject == written


@pytest.mark.skipif(not settings.GRAPES_DIR.is_dir(), reason="GrapesJS is not installed (npm ci)")
def test_the_canvas_says_liquid_in_words_and_keeps_it(page, live_server, template):
    open_editor(page, live_server, template)
    frame = page.frame_locator("[data-canvas] .gjs-frame")
    frame.get_by_text("First name").first.wait_for()
    assert not re.search(r"\{[{%]", frame.locator("body").inner_text())

    frame.get_by_text("Hello").first.dblclick()
    frame.locator("[contenteditable=true]").wait_for()
    page.keyboard.press("End")
    page.keyboard.type(" of ")
    page.locator(".wmm-fields").select_option(label="Name of the shop")
    page.keyboard.type("!")
    page.get_by_role("tab", name="Source").click()
    page.wait_for_function("document.querySelector('[data-source]').value.includes('}}!<')")

    named = '{% if customer.first_name != "" %} {{ customer.first_name }}{% endif %}'
    written = page.locator("[data-source]").input_value().replace("\xa0", " ")
    assert f"Hello{named} of {{{{ shop.name }}}}!" in written.replace("&nbsp;", " ")


def test_a_fault_is_marked_in_its_line(page, live_server, template):
    open_editor(page, live_server, template)
    if settings.GRAPES_DIR.is_dir():
        page.get_by_role("tab", name="Source").click()
    source = page.locator("[data-source]")

    source.fill("<mjml>\n<mj-body>\n<b>x</b>\n</mj-body></mjml>")

    page.locator("[data-numbers] b").wait_for()
    assert page.locator("[data-numbers] b").inner_text() == "3"
    assert "line 3" in page.locator("[data-fault]").inner_text()
