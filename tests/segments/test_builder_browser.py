"""The segment builder in a real browser: by mouse, by keyboard, and true to what it shows."""

import json

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from segments import counting, estimate, rules
from segments.models import Count, Segment
from tests import make
from tests.browsing import IN_A_BROWSER, sign_in
from tests.segments.test_rules_property import RULES

pytestmark = IN_A_BROWSER
NESTED = {
    "all": [
        {"field": "facts.revenue_cents", "op": ">=", "value": 5000},
        {
            "any": [
                {"field": "facts.order_count", "op": ">=", "value": 3},
                {"not": {"did": {"touchpoint": "cart.updated", "within": 30}}},
            ]
        },
    ]
}
# Sets every input to what it shows already, as leaving it would.
TOUCH_ALL = """() => document.querySelectorAll('.wmr-tree input, .wmr-tree select').forEach(
    (field) => field.dispatchEvent(new Event('change', { bubbles: true })))"""
LOAD = """(rule) => document.querySelector('[data-rule-builder]').dispatchEvent(
    new CustomEvent('rule:set', { detail: rule }))"""


@pytest.fixture
def shop():
    """Ten customers; five spent enough, and three of these ordered three times."""
    made = make.shop(currency="EUR")
    for number in range(10):
        ann = make.customer(made)
        spent, orders = 9_900 if number < 5 else 100, 3 if number < 3 else 1
        make.profile(ann, revenue_cents=spent, order_count=orders)
        if number < 4:
            make.touchpoint(ann, kind="cart.updated", occurred_at=make.days_ago(2))
    return made


@pytest.fixture
def builder(page, complaints, live_server, shop):
    sign_in(page, live_server.url)
    page.goto(live_server.url + reverse("admin:segments_segment_add"))
    page.wait_for_selector(".wmr-tree .wmr-foot")
    page.click(".wms-ready > summary")
    yield page
    assert complaints == []


def rule_of(page):
    text = page.eval_on_selector("textarea[name=rule]", "area => area.value")
    return json.loads(text) if text else None


def counts(page, count):
    page.wait_for_selector(f'.wmr-live:not([aria-busy]) [data-count="{count}"]', timeout=10_000)


def choose(page, text, value):
    """Search in the list that is open and take what is marked."""
    page.fill(".wmr-search", text)
    page.click(f'[role=option][data-value="{value}"]')


def test_a_nested_segment_is_built_by_mouse(builder, shop):
    builder.fill("[name=name]", "Worth it")
    builder.click(".is-root > .wmr-foot [data-add=condition]")
    choose(builder, "revenue", "facts.revenue_cents")
    builder.fill(".wmr-row input", "50")
    counts(builder, 5)
    builder.click(".is-root > .wmr-foot [data-add=group]")
    choose(builder, "orders", "facts.order_count")
    builder.fill(".wmr-group .wmr-group .wmr-row input", "3")
    counts(builder, 3)
    builder.click(".wmr-group .wmr-group .wmr-foot [data-add=condition]")
    choose(builder, "did some", "did")
    deed = builder.locator(".wmr-deed")
    deed.get_by_label("What they did", exact=True).select_option("not")
    deed.locator(".wmr-kinds input").fill("updated a cart")
    deed.locator(".wmr-kinds input").press("Enter")
    deed.get_by_label("When").select_option("in_last")
    counts(builder, 4)

    assert rule_of(builder) == NESTED
    assert "did not update a cart in the last 30 days" in builder.inner_text(".wmr-words")
    builder.wait_for_selector("[data-people]:not([data-stale]) .wmr-people > li:nth-child(4)")
    assert builder.locator(".wmr-people > li").count() == 4
    builder.click("button[name=_save]")
    builder.wait_for_selector("#result_list")
    with transaction.atomic():
        saved = Segment.objects.get(shop=shop)
        assert (saved.rule, saved.key, saved.member_count) == (NESTED, "worth-it", 4)


def test_a_nested_segment_is_built_by_keyboard(builder):
    keys = builder.keyboard
    builder.focus(".is-root > .wmr-foot [data-add=condition]")
    keys.press("Enter")
    keys.type("net revenue")
    keys.press("Enter")
    keys.type("50")
    counts(builder, 5)
    builder.focus(".is-root > .wmr-foot [data-add=condition]")
    keys.press("Enter")
    keys.type("order")
    while builder.get_attribute("[aria-selected=true]", "data-value") != "facts.order_count":
        keys.press("ArrowDown")
    keys.press("Enter")
    keys.type("3")
    counts(builder, 3)

    builder.locator(".wmr-handle").nth(1).focus()
    keys.press("ArrowUp")
    assert "1 of 2" in wait_for_words(builder)
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    assert "any of these" in wait_for_words(builder, "any of these")
    assert rule_of(builder)["all"][1] == {
        "any": [{"field": "facts.order_count", "op": ">=", "value": 3}]
    }
    assert builder.evaluate("document.activeElement.className").count("wmr-handle")
    keys.press("ArrowLeft")
    assert len(rule_of(builder)["all"]) == 2
    assert "any" not in rule_of(builder)["all"][1]


def wait_for_words(page, words="of"):
    page.wait_for_function(
        "w => document.querySelector('.wmr-spoken').textContent.includes(w)", arg=words
    )
    return page.inner_text(".wmr-spoken")


def test_a_condition_is_dragged_into_a_group_and_the_count_changes(builder):
    inner = {"any": [{"field": "facts.order_count", "op": ">=", "value": 3}]}
    outer = {"field": "facts.revenue_cents", "op": ">=", "value": 5000}
    builder.evaluate(LOAD, {"all": [outer, inner]})
    counts(builder, 3)

    grip = builder.locator(".wmr-row .wmr-handle").first.bounding_box()
    target = builder.locator(".wmr-group .wmr-group .wmr-foot").bounding_box()
    builder.mouse.move(grip["x"] + 8, grip["y"] + 8)
    builder.mouse.down()
    builder.mouse.move(target["x"] + 40, target["y"] - 20, steps=6)
    builder.mouse.move(target["x"] + 40, target["y"] + 15, steps=6)
    builder.mouse.up()

    counts(builder, 5)
    assert rule_of(builder) == {"all": [{"any": [*inner["any"], outer]}]}
    builder.click(".wmr-undo")
    counts(builder, 3)


def test_on_a_phone_conditions_are_moved_by_their_menu(builder):
    builder.set_viewport_size({"width": 390, "height": 844})
    one = {"field": "facts.revenue_cents", "op": ">=", "value": 5000}
    two = {"field": "facts.order_count", "op": ">=", "value": 3}
    builder.evaluate(LOAD, {"all": [one, two]})
    counts(builder, 3)

    builder.locator(".wmr-menu summary").nth(1).click()
    builder.get_by_role("button", name="Move up").click()
    builder.locator(".wmr-menu summary").nth(0).click()
    builder.get_by_role("button", name="Turn into the opposite").click()

    assert rule_of(builder) == {"all": [{"not": two}, one]}
    counts(builder, 2)
    assert builder.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_exact_count_shows_its_progress_and_its_end(builder, monkeypatch):
    for name, value in {"QUICK": 0, "PILOT": 4, "MOST": 2}.items():
        monkeypatch.setattr(estimate, name, value)
    builder.evaluate(LOAD, {"field": "facts.order_count", "op": ">=", "value": 3})
    builder.click("[data-count-start]")
    builder.wait_for_selector("[data-poll] progress")

    counting.run_due()

    builder.wait_for_selector('[data-exact-count="3"]')
    assert "can be reached" in builder.inner_text("[data-exact]")


def test_a_running_count_is_cancelled(builder, monkeypatch):
    for name, value in {"QUICK": 0, "PILOT": 4, "MOST": 2}.items():
        monkeypatch.setattr(estimate, name, value)
    builder.evaluate(LOAD, {"field": "facts.order_count", "op": ">=", "value": 3})
    builder.click("[data-count-start]")
    builder.click("[data-cancel]")

    builder.wait_for_selector("[data-exact] :text('cancelled')")
    counting.run_due()
    assert Count.objects.get().found == 0


def test_a_fault_is_shown_at_its_condition(builder):
    good = {"field": "facts.order_count", "op": ">=", "value": 3}
    builder.evaluate(
        LOAD, {"all": [good, {"field": "facts.last_order_at", "op": "after", "value": "x"}]}
    )

    fault = builder.locator(".wmr-row.is-faulty .wmr-fault")
    fault.wait_for()

    assert "must be a date" in fault.inner_text()
    assert builder.locator(".is-faulty").count() == 1


def test_a_rule_is_written_as_json_too(builder):
    builder.get_by_role("button", name="JSON").click()
    builder.fill("textarea[name=rule]", "{")
    assert "no JSON" in builder.inner_text(".wmr-alert")
    builder.fill("textarea[name=rule]", json.dumps(NESTED))
    builder.get_by_role("button", name="Builder").click()

    counts(builder, 4)
    assert builder.locator(".wmr-row").count() == 3


def test_what_is_opened_touched_everywhere_and_saved_is_the_same_rule(builder):
    @settings(
        max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(rule=RULES)
    def check(rule):
        rules.compile(rule)
        builder.evaluate(LOAD, rule)
        builder.evaluate(TOUCH_ALL)
        assert rule_of(builder) == rule
        assert builder.locator(".wmr-raw").count() == 0

    builder.route("**/rule/look/", lambda route: route.fulfill(status=200, body=""))
    builder.route("**/rule/people/", lambda route: route.fulfill(status=200, body=""))
    check()


def test_without_scripts_the_form_saves_the_json(page, live_server, shop):
    sign_in(page, live_server.url)
    plain = page.context.browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    bare = plain.new_page()
    bare.goto(live_server.url + reverse("admin:segments_segment_add"))
    bare.fill("[name=name]", "Bare")
    bare.fill("[name=key]", "bare")
    bare.fill("textarea[name=rule]", json.dumps(NESTED))
    bare.click("button[name=_save]")
    bare.wait_for_selector("#result_list", state="attached")

    with transaction.atomic():
        assert Segment.objects.get(key="bare").rule == NESTED
