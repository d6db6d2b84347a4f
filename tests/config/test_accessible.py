"""Everybody can use the console and the customers' pages: axe finds nothing against WCAG 2.2 AA."""

from dataclasses import dataclass

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from assistant.models import Plan
from campaigns import preferences, replay_queue, unsubscribing
from campaigns.models import Campaign, Message
from customers.models import Customer
from journeys.models import Journey
from segments.models import Segment
from tests import make, rows
from tests.axe import WITH_AXE, faults
from tests.browsing import IN_A_BROWSER, sign_in

LISTS = (
    "customers.customer customers.fileimport segments.segment segments.clustering "
    "segments.rfmscore insights.trainedmodel campaigns.campaign campaigns.template "
    "campaigns.message reviews_nlp.review customers.privacyrequest shops.auditentry "
    "shops.seat assistant.plan journeys.journey shops.delivery assistant.question "
    "campaigns.listhygiene campaigns.caughtmail"
)
PAGES = (
    "customers.privacyrequest campaigns.template campaigns.message campaigns.topic "
    "insights.trainedmodel insights.shopforecast insights.productrule journeys.journey "
    "segments.segment shops.shop shops.delivery shops.apikey reviews_nlp.review "
    "assistant.copy assistant.question assistant.voice llm.call shops.user "
    "campaigns.listhygiene"
)
OF_NO_MODEL = ("first-run", "api-docs", "mfa_index", "usersessions_list")

pytestmark = [*IN_A_BROWSER, WITH_AXE]


@dataclass(frozen=True)
class Look:
    """How somebody sees a page."""

    theme: str
    width: int
    language: str


# Every page is seen in two of the four, so in both themes, widths and languages.
LOOKS = [
    (Look("light", 1440, "en"), 0),
    (Look("dark", 390, "zh-hans"), 0),
    (Look("dark", 1440, "zh-hans"), 1),
    (Look("light", 390, "en"), 1),
]


@pytest.mark.parametrize(("look", "share"), LOOKS, ids=lambda given: str(given))
def test_axe_finds_nothing(browser, page, live_server, look, share):
    shop = make.shop(name="Teas")
    rows.of_every_kind(shop)
    replay_queue.ask(Campaign.objects.get(shop=shop))
    replay_queue.run_waiting()
    sign_in(page, live_server.url)
    window = browser.new_context(
        storage_state=page.context.storage_state(),
        color_scheme=look.theme,
        viewport={"width": look.width, "height": 900},
    )
    at = live_server.url
    window.add_cookies([{"name": "django_language", "value": look.language, "url": at}])
    shown = window.new_page()
    found = []
    for number, (address, click) in enumerate(console(shop)):
        if number % 2 == share:
            shown.goto(at + address)
            found += faults(shown, click)
    guest = browser.new_context(
        color_scheme=look.theme,
        viewport={"width": look.width, "height": 900},
        locale=look.language,
    ).new_page()
    for address in for_guests(shop):
        guest.goto(at + address)
        found += faults(guest)

    assert "\n".join(found) == ""


def console(shop):
    """The pages of the console, and what to click on them first."""
    for name in LISTS.split():
        yield reverse(f"admin:{name.replace('.', '_')}_changelist"), ""
    for address in pages(shop):
        yield address, ""
    customer = Customer.objects.filter(shop=shop).earliest("pk")
    yield at("customers_customer_change", customer), "[data-dialog='#erase']"
    yield reverse("admin:index"), "[data-find] >> visible=true"


def pages(shop):
    """One page of each kind that a marketer opens."""
    first = {
        model: model.objects.filter(shop=shop).earliest("pk")
        for model in (Campaign, Customer, Journey, Plan, Segment)
    }
    yield reverse("admin:index")
    yield from (
        reverse(name) for name in ("first-run", "api-docs", "mfa_index", "usersessions_list")
    )
    for step in ("customers", "sender", "campaign", "replay", "launch"):
        yield reverse("first-run-step", args=[shop.key, step])
    for name in ("change", "steps", "report", "replay"):
        yield at(f"campaigns_campaign_{name}", first[Campaign])
    for name in ("change", "timeline", "merge", "erase"):
        yield at(f"customers_customer_{name}", first[Customer])
    yield at("journeys_journey_map", first[Journey])
    yield at("assistant_plan_change", first[Plan])
    yield at("segments_segment_members", first[Segment])
    yield at("segments_segment_export", first[Segment])
    for name in ("segments_segment_add", "campaigns_campaign_add", "journeys_journey_add",
                 "campaigns_campaign_ready_made", "campaigns_campaign_letter",
                 "campaigns_campaign_calendar", "campaigns_campaign_upload",
                 "journeys_journey_ready_made", "assistant_plan_propose", "assistant_copy_write",
                 "reviews_nlp_review_aspects", "customers_fileimport_upload", "shops_shop_connect",
                 "shops_seat_invite", "customers_privacyrequest_data_map",
                 "shops_shop_site_of_chosen"):  # fmt: skip
        yield reverse(f"admin:{name}")
    for name in PAGES.split():
        row = apps.get_model(name)._default_manager.earliest("pk")
        yield at(f"{name.replace('.', '_')}_change", row)


def at(name, row):
    return reverse(f"admin:{name}", args=[row.pk])


def for_guests(shop):
    """What is open without signing in: the door, and the pages of the shop's customers."""
    message = Message.objects.filter(shop=shop).earliest("pk")
    yield reverse("admin:login")
    for address in (preferences.url(message.customer_id), unsubscribing.url(message.pk)):
        yield address.removeprefix(settings.PUBLIC_URL)
