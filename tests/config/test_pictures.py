"""The pages that the documentation shows, as the demo shop fills them, and the pictures of them."""

import pytest
from django.urls import reverse

from assistant import planner
from campaigns import engine, launching, replay_queue, sending
from campaigns.models import Campaign, Message
from config import demo_shop
from customers.models import Customer
from journeys.models import Journey
from tests import make, screens
from tests.browsing import IN_A_BROWSER, sign_in
from tests.campaigns import build, sink
from tests.campaigns.conftest import free_port

pytestmark = IN_A_BROWSER
DRAWN_MS = 1_500  # charts take so long to come to rest


@pytest.fixture
def shop(settings):
    """The demo shop, some weeks after a campaign; who read it and bought after it is invented."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    shop = demo_shop.ask(make.user(is_superuser=True), "en").shop
    with sink.serving(settings.EMAIL_PORT):
        assert demo_shop.run_waiting() == 1
        for draft in Campaign.objects.filter(shop=shop, status="draft"):
            launching.launch(draft)
        engine.run_waiting()
        sending.send_waiting()
    _past_campaign(shop)
    return shop


def _past_campaign(shop):
    """A third is held out; of those written to, more buy than of the others."""
    campaign = build.campaign(shop, key="second-order", name="Second order", holdout_percent=33,
                              launched_at=make.days_ago(60))  # fmt: skip
    for number, customer in enumerate(Customer.objects.filter(shop=shop).order_by("pk")):
        held_out, days = number % 3 == 0, 20 + number * 7 % 40
        entered = build.enrolment(
            customer, campaign, held_out=held_out, entered_at=make.days_ago(days)
        )
        if not held_out:
            opened, clicked = (make.days_ago(days) if number % n == 0 else None for n in (2, 8))
            build.message(customer, campaign, enrolment=entered, status="sent",
                          sent_at=make.days_ago(days), opened_at=opened,
                          clicked_at=clicked)  # fmt: skip
        if not held_out and number % 2:
            make.order(customer, total_cents=4500, placed_at=make.days_ago(days - number % 10))


def test_pages_of_a_shop_with_a_past_show_what_they_promise(shop, page, complaints, live_server):
    page.set_viewport_size({"width": 1200, "height": 860})
    sign_in(page, live_server.url)
    for show in (overview, journey_map, report, replay, plan, why):
        show(page, live_server.url, shop)
    assert complaints == []


def taken(page, name):
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(DRAWN_MS)
    screens.take(page, name)


def overview(page, address, shop):
    page.wait_for_selector("text=Proved")
    taken(page, "overview")


def journey_map(page, address, shop):
    journey = Journey.objects.get(shop=shop, key="lifecycle")
    page.goto(address + reverse("admin:journeys_journey_map", args=[journey.pk]))
    page.wait_for_selector("text=Worst drop-off")
    taken(page, "journey-map")


def report(page, address, shop):
    campaign = Campaign.objects.get(shop=shop, key="second-order")
    page.goto(address + reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
    page.wait_for_selector("text=Proved")
    taken(page, "report")


def replay(page, address, shop):
    campaign = Campaign.objects.get(shop=shop, key="win-back")
    page.goto(address + reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    page.click("text=Replay the last 30 days")
    page.wait_for_selector("[data-replay]")
    while replay_queue.run_waiting():  # those of the demo's plan have waited longer
        pass
    page.wait_for_selector("text=Day by day")
    taken(page, "replay")


def plan(page, address, shop):
    made = planner.make(shop, "more second orders")
    page.goto(address + reverse("admin:assistant_plan_change", args=[made.pk]))
    page.wait_for_selector("text=What was measured")
    taken(page, "plan")


def why(page, address, shop):
    sent = Message.objects.filter(shop=shop, campaign__key="win-back", status="sent")
    page.goto(
        address + reverse("admin:customers_customer_change", args=[sent.earliest("pk").customer_id])
    )
    panel = page.locator(".wm-panel:has(> h2:text-is('Messages'))")
    panel.locator("li:has-text('Win back') summary:has-text('Why')").last.click()
    panel.scroll_into_view_if_needed()
    taken(page, "why")
