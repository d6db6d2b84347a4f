"""The editor in a real browser, by keyboard alone."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from campaigns.models import Campaign, Template
from tests.browsing import IN_A_BROWSER, sign_in
from tests.campaigns import build

pytestmark = IN_A_BROWSER


@pytest.fixture
def campaign(transactional_db):
    shop = build.shop()
    build.template(shop, key="hello", name="Hello")
    build.template(shop, key="later", name="Later")
    steps = [{"id": "a", "send": "hello"}, {"id": "b", "wait": {"days": 2.5}}]
    return build.campaign(shop, plan={"entry": {"api": True}, "steps": steps}, status="draft")


def open_editor(page, live_server, campaign):
    sign_in(page, live_server.url)
    page.goto(live_server.url + reverse("admin:campaigns_campaign_steps", args=[campaign.pk]))
    page.wait_for_selector("[role=treeitem]")


def told(page):
    return [item.inner_text() for item in page.locator("[role=treeitem]").all()]


def keep(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Keep these steps").press("Enter")


def test_opening_and_keeping_changes_nothing(page, live_server, campaign):
    open_editor(page, live_server, campaign)
    before = Campaign.objects.get().plan

    keep(page)

    assert json_of(Campaign.objects.get().plan) == json_of(before)


def json_of(plan):
    return repr(plan)


def test_steps_are_added_moved_filled_in_and_removed_without_a_mouse(page, live_server, campaign):
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    open_editor(page, live_server, campaign)
    # Without the library the outline does everything alone.
    assert (page.locator("[data-canvas] canvas").count() > 0) == settings.CYTOSCAPE_DIR.is_dir()

    page.locator("[role=treeitem][aria-selected=true]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.select_option("[data-add]", "send")
    page.get_by_label("Template", exact=True).select_option("later")
    page.locator("[role=treeitem][aria-selected=true]").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_function("document.querySelector('[role=tree]').innerText.includes('Later')")
    assert told(page)[1:] == ["Send “Hello”", "Send “Later”", "Wait 2.5 days"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    assert len(told(page)) == 3
    keep(page)

    steps = Campaign.objects.get().plan["steps"]
    assert [step.get("send") for step in steps] == ["later", None]
    assert steps[1] == {"id": "b", "wait": {"days": 2.5}}
    assert faults == []


def test_a_fault_is_shown_at_its_step_while_it_is_made(page, live_server, campaign):
    open_editor(page, live_server, campaign)

    page.locator("[role=treeitem]").nth(1).click()
    page.select_option("[data-add]", "split")
    page.get_by_label("Percent").first.fill("70")
    page.get_by_label("Percent").first.blur()

    page.wait_for_selector("[data-status].wm-alert")
    assert "add up to 100" in page.locator("[data-status]").inner_text()
    assert "Split" in page.locator(".wm-faulty").inner_text()


def test_the_rule_of_a_branch_is_built_as_that_of_a_segment(page, live_server, campaign):
    open_editor(page, live_server, campaign)
    page.select_option("[data-add]", "branch")
    page.wait_for_selector("[data-side] [data-built]")

    page.get_by_role("button", name="JSON").click()
    rule = {"field": "facts.order_count", "op": ">=", "value": 7}
    text = page.locator("[data-side] textarea")
    text.fill(json.dumps(rule))
    text.blur()
    page.wait_for_function("document.querySelector('[role=tree]').innerText.includes('7')")
    keep(page)

    assert Campaign.objects.get().plan["steps"][0]["branch"][0]["if"] == rule


def test_what_a_wait_asks_of_data_and_attributes_are_rows(page, live_server, campaign, complaints):
    open_editor(page, live_server, campaign)
    page.select_option("[data-add]", "wait_for")
    page.get_by_role("button", name="where…").press("Enter")
    page.keyboard.type("channel")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("app")
    page.keyboard.press("Tab")
    page.select_option("[data-add]", "set")
    page.get_by_role("button", name="another one").press("Enter")
    page.keyboard.type("vip")
    page.keyboard.press("Tab")
    page.keyboard.press("y")
    keep(page)

    first, second = Campaign.objects.get().plan["steps"][:2]
    assert first["wait_for"]["where"] == {"channel": "app"}
    assert second["set"] == {"attribute": "value", "vip": True}
    assert complaints == []


def test_another_subject_is_tested_in_two_steps(page, live_server, campaign):
    open_editor(page, live_server, campaign)
    page.locator("[role=treeitem]").nth(1).click()

    page.get_by_text("Test another subject").click()
    page.get_by_label("The other subject", exact=True).fill("Come back, {{ customer.first_name }}")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[role=tree]').innerText.includes('Come back')")
    keep(page)

    step = Campaign.objects.get().plan["steps"][0]
    one, other = step["split"]
    assert (one["steps"], one["percent"]) == ([{"id": "a", "send": "hello"}], 50)
    twin = Template.objects.get(key=other["steps"][0]["send"])
    assert twin.subject == "Come back, {{ customer.first_name }}"
    assert twin.html == Template.objects.get(key="hello").html
