"""The past of a journey, asked for in a real browser."""

import pytest
from django.urls import reverse

from customers import profiles
from journeys import backfill, lifecycle
from journeys.models import Journey
from tests import make
from tests.browsing import IN_A_BROWSER, sign_in
from tests.journeys.pasts import bought, way

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("width", [1440, 390])
def test_a_click_asks_for_it_and_the_page_follows(page, complaints, live_server, width):
    shop = make.shop()
    journey, ann = lifecycle.create(shop), bought(shop, 100)
    profiles.refresh(shop)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server.url)
    page.goto(live_server.url + reverse("admin:journeys_journey_change", args=[journey.pk]))

    page.click("text=Work out all anew")
    page.wait_for_selector("#wm-past progress")
    assert Journey.objects.get(pk=journey.pk).fill_afresh
    assert backfill.fill_asked() == 1

    page.wait_for_selector("#wm-past progress", state="detached", timeout=10_000)
    assert "Its past was worked out" in page.inner_text("#wm-past")
    assert way(ann, journey) == [("prospect", 500), ("new", 100), ("at_risk", 10)]
    assert complaints == []
