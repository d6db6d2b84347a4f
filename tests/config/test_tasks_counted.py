"""What a marketer does every week, in a browser, with its pages counted (docs/tasks.md)."""

import pytest
from django.urls import reverse

from assistant.models import Plan
from campaigns import replay_queue
from campaigns.models import Campaign, Template
from customers.models import Customer, PrivacyRequest
from segments import starter
from segments.models import Segment
from shops.models import Shop
from tests import make, rows, screens
from tests.assistant.test_planner import a_shop
from tests.browsing import IN_A_BROWSER, sign_in

pytestmark = IN_A_BROWSER


class Counted:
    """A page that counts how often it shows another document."""

    def __init__(self, page, address):
        self.page, self.address, self.views = page, address, 0
        page.on("request", self._count)

    def _count(self, request):
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            # A form that is answered by a redirect is one step.
            self.views += request.redirected_from is None

    def begin(self, at):
        self.page.goto(self.address + at)
        self.views = 0

    def find(self, words):
        """Ctrl K, some words, Enter: as from anywhere."""
        self.page.keyboard.press("Control+k")
        self.page.fill("#wm-find input", words)
        self.page.click(f"#wm-hits a:has-text('{words}') >> nth=0")
        self.page.wait_for_load_state()

    def end(self, name, most):
        self.page.wait_for_load_state()
        screens.take(self.page, name)
        assert self.views <= most, f"{name} took {self.views} pages"


@pytest.fixture
def shop():
    made = make.shop(name="Teas")
    rows.of_every_kind(made)
    for number in range(12):
        ann = make.customer(made, consents=("email",), last_name=f"Lee {number}")
        make.profile(ann, revenue_cents=9900 * (number % 2), order_count=1 + number % 3)
    return made


def test_the_weeks_tasks_take_few_pages(page, complaints, live_server, shop):
    sign_in(page, live_server.url)
    counted = Counted(page, live_server.url)
    for task in (morning_look, why_not, newsletter, ready_made, segment, replay, other_subject,
                 connect, erase):  # fmt: skip
        counted.begin(reverse("admin:index"))
        task(counted, page, shop)
    assert complaints == []


def test_a_journey_is_planned_in_two_pages(page, complaints, live_server):
    shop = a_shop()
    sign_in(page, live_server.url)
    counted = Counted(page, live_server.url)
    counted.begin(reverse("admin:index"))
    counted.find("Plan a journey")
    page.get_by_label("What do you want?").fill("more second orders")
    page.get_by_role("button", name="Make a plan").click()
    page.wait_for_selector("text=What was measured")
    while replay_queue.run_waiting():
        pass
    page.wait_for_selector(".wm-replayed")  # what the drafts would have done, put into the page
    assert Plan.objects.filter(shop=shop, goal="more second orders").exists()
    counted.end("plan", 2)
    assert complaints == []


def morning_look(counted, page, shop):
    """One page, and no scrolling: money, campaigns with their lift, what needs somebody."""
    counted.views = 1  # the overview itself
    for part in ("Revenue", "Campaigns"):
        assert page.locator(f".wm-panel:has-text('{part}') >> nth=0").is_visible()
    assert page.locator("text=What it brought").is_visible()  # the lift: no page at all
    counted.end("morning-look", 1)


def why_not(counted, page, shop):
    counted.find("Lee 3")
    page.wait_for_selector("text=Why not")
    counted.end("why-not", 1)


def newsletter(counted, page, shop):
    some = Segment.objects.filter(shop=shop).earliest("pk")
    mail = Template.objects.filter(shop=shop).earliest("pk")
    counted.find("Write to a segment")
    page.select_option("#id_segment", some.key)
    page.select_option("#id_template", mail.key)
    screens.take(page, "newsletter-form")
    page.dblclick("button[name=send]")  # somebody in a hurry sends one letter, not two
    page.wait_for_selector("text=is on its way")
    assert Campaign.objects.filter(shop=shop, key__startswith="letter-").count() == 1
    counted.end("newsletter", 3)


def ready_made(counted, page, shop):
    counted.find("Ready-made campaigns")
    page.click("button[value=abandoned-cart]")
    page.click("text=Launch now")
    page.wait_for_selector("text=is now running")
    assert Campaign.objects.get(shop=shop, key="abandoned-cart").status == "running"
    counted.end("abandoned-cart", 3)


def segment(counted, page, shop):
    counted.find("Build a segment")
    page.click(".wms-ready >> text=Due for a second order")
    page.wait_for_selector("[data-built] .wmr-row")  # the builder shows the rule
    page.click("button[name=_save]")
    page.wait_for_selector("#result_list")
    made = Segment.objects.get(shop=shop, name=starter.SEGMENTS["second-order-due"].name)
    assert (made.key, made.rule) == ("second-order-due", starter.SEGMENTS["second-order-due"].rule)
    counted.end("segment", 2)


def replay(counted, page, shop):
    campaign = Campaign.objects.get(shop=shop, key="win-back")
    counted.begin(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    page.click("text=Replay the last 30 days")
    page.wait_for_selector("[data-replay]")
    replay_queue.run_waiting()
    page.wait_for_selector("text=Day by day")
    page.wait_for_selector(".wm-chart svg")
    counted.end("replay", 1)  # one click; what it found appears where the bar was


def other_subject(counted, page, shop):
    """On the steps of a campaign: open the mail, say the other subject, save."""
    campaign = Campaign.objects.get(shop=shop, key="win-back")
    counted.begin(reverse("admin:campaigns_campaign_steps", args=[campaign.pk]))
    page.locator("[role=treeitem]", has_text="Send").first.click()
    page.get_by_text("Test another subject").click()
    page.get_by_label("The other subject", exact=True).fill("We miss you")
    screens.take(page, "subject-test")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('[role=tree]').innerText.includes('We miss you')"
    )
    counted.end("subject-test-made", 2)


def connect(counted, page, shop):
    counted.find("Connect a shop")
    page.check("[name=connector][value=generic]")
    page.fill("#id_name", "Coffees")
    page.click("text=Next")
    page.wait_for_selector("[data-arrivals]")
    assert Shop.objects.filter(name="Coffees").exists()
    counted.end("connect", 3)


def erase(counted, page, shop):
    ann = Customer.objects.filter(shop=shop).latest("pk")
    counted.begin(reverse("admin:customers_customer_change", args=[ann.pk]))
    button, dialog = page.get_by_role("link", name="Erase…"), page.get_by_role("dialog")
    button.focus()
    page.keyboard.press("Enter")
    assert "cannot be undone" in dialog.inner_text()
    page.keyboard.press("Escape")  # thought better of it
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    screens.take(page, "erase-asked")
    page.keyboard.press("Shift+Tab")  # Cancel comes first
    page.keyboard.press("Enter")
    page.wait_for_url("**/privacyrequest/**")
    assert PrivacyRequest.objects.filter(shop=shop, kind="erase", reference__startswith="admin:")
    counted.end("erase", 1)
