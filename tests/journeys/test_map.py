"""The map in the admin: what was measured, who may see it, and what if."""

import pytest
from django.urls import reverse

from campaigns import ready_made
from journeys import counting, kept, lifecycle
from journeys.journey_map import Page
from journeys.map_query import Query
from journeys.models import KeptAnswer
from reviews_nlp.models import Review
from segments.models import Membership, Segment
from tests import make
from tests.journeys.going import went
from tests.journeys.test_console import staff


def a_map(client, **fields):
    """Forty who became new: twenty active after five days, fifteen at risk; all in a segment."""
    shop = make.shop(timezone="UTC", currency="EUR", **fields)
    journey = lifecycle.create(shop)
    segment = Segment.objects.create(shop=shop, name="Half", key="half", rule={})
    for number in range(40):
        ann = make.customer(shop)
        then = [("active", 15)] if number < 20 else [("at_risk", 10)] if number < 35 else []
        went(ann, ("new", 20), *then)
        if number % 2:
            Membership.objects.create(shop=shop, segment=segment, customer=ann)
    counting.count(journey)
    staff(client, shop, codes=("view_journey", "view_stagevisit"))
    return shop, journey


def text(client, journey, **asked):
    answer = client.get(reverse("admin:journeys_journey_map", args=[journey.pk]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_the_map_shows_what_was_measured_and_the_worst_drop(client):
    _shop, journey = a_map(client)

    page = text(client, journey)

    assert "New → At risk: 15 of 40 (37.5 %, surely between" in page
    assert "worst drop-off" in page
    for edge in Page(journey, Query()).measured.edges:
        assert f"<td>{edge.moves}</td>" in page
    assert "<script>" not in page  # the admin's policy allows no inline script


@pytest.mark.django_db
def test_filters_narrow_and_comparison_says_what_changed(client):
    _shop, journey = a_map(client)

    page = text(client, journey, segment="half", beside="everybody")

    assert "in the segment “Half” · beside: everybody" in page
    assert "no clear difference" in page
    assert Page(journey, Query.of({"segment": "half"})).measured.edges[0].moves == 20


@pytest.mark.django_db
def test_two_segments_stand_beside_each_other_way_by_way(client):
    shop, journey = a_map(client)
    winners = Segment.objects.create(shop=shop, name="Winners", key="winners", rule={})
    for visit in journey.stages.get(key="active").visits.all():
        Membership.objects.create(shop=shop, segment=winners, customer=visit.customer)

    page = Page(journey, Query.of({"segment": "winners", "beside": "segment:half"}))

    changes = {change.now.id: change for change in page.changes}
    onward, lost = changes["edge:new..active"], changes["edge:new..at_risk"]
    assert (onward.now.rate.value, onward.before.rate.count, onward.before.rate.of) == (1, 10, 20)
    assert onward.difference.clear
    assert onward.difference.value == 0.5
    assert (lost.now.moves, lost.before.moves) == (0, 7)
    shown = text(client, journey, segment="winners", beside="segment:half")
    assert "in the segment “Winners” · beside: in the segment “Half”" in shown
    assert "10 of 20" in shown
    assert "▲ 50.0 %" in shown
    assert '<option value="segment:half" selected>' in shown


@pytest.mark.django_db
def test_a_segment_of_another_shop_is_nobody(client):
    _shop, journey = a_map(client)
    Segment.objects.create(shop=make.shop(), name="Theirs", key="theirs", rule={})

    page = Page(journey, Query.of({"beside": "segment:theirs"}))

    assert {change.before.moves for change in page.changes} == {0}
    assert "Theirs" not in text(client, journey, beside="segment:theirs")


@pytest.mark.django_db
def test_what_if_answers_beside_the_field(client):
    _shop, journey = a_map(client)
    Page(journey, Query()).journey.stages.filter(key="active").update(outcome="goal")
    journey.stages.filter(key="loyal").update(outcome="")

    page = Page(journey, Query.of({"percent": "50", "way": "edge:new..active"}))

    assert page.forecast is not None
    assert page.forecast.percent == 50
    assert page.forecast.more_reached.value > 0
    shown = text(client, journey, percent="50", way="edge:new..active")
    assert "more at the goal within 90 days" in shown
    assert 'value="50"' in shown


@pytest.mark.django_db
def test_a_way_shows_what_was_met_with_the_campaigns_name(client):
    shop, journey = a_map(client)
    campaign = ready_made.create(shop, "win-back")
    mover = journey.stages.get(key="active").visits.first().customer
    make.touchpoint(
        mover, kind="message.sent", data={"campaign": campaign.pk}, occurred_at=make.days_ago(16)
    )

    page = text(client, journey, edge="edge:new..active")

    assert "Met in the 30 days before New → Active" in page
    assert campaign.name in page


@pytest.mark.django_db
def test_reviews_give_a_stage_its_mood(client):
    shop, journey = a_map(client)
    for visit in journey.stages.get(key="at_risk").visits.all()[:5]:
        Review.objects.create(
            shop=shop, customer=visit.customer, source=f"r{visit.pk}", sentiment=-0.5,
            written_at=make.days_ago(2),
        )  # fmt: skip

    columns = {c.standing.stage.key: c for c in Page(journey, Query()).columns}

    assert columns["at_risk"].mood is not None
    assert columns["at_risk"].mood.sentiment == -0.5
    assert columns["new"].mood is None
    assert not columns["new"].too_long


@pytest.mark.django_db
def test_nobody_sees_another_shops_map_or_one_without_permission(client):
    _shop, journey = a_map(client)
    address = reverse("admin:journeys_journey_map", args=[journey.pk])
    staff(client, make.shop())
    assert client.get(address).status_code == 404
    staff(client, journey.shop, codes=())
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.django_db
def test_an_empty_journey_says_what_to_do(client):
    shop = make.shop()
    staff(client, shop)

    assert "Nobody moved in this period" in text(client, lifecycle.create(shop))


@pytest.mark.django_db
def test_a_figure_leads_to_the_customers(client):
    _shop, journey = a_map(client)
    new = journey.stages.get(key="new")
    asked = {"stage__id__exact": new.pk, "left_at__isnull": "True"}

    page = client.get(reverse("admin:journeys_stagevisit_changelist"), asked)

    assert page.context["cl"].result_count == 5


def test_an_address_that_makes_no_sense_falls_back():
    query = Query.of({"days": "7000", "percent": "nan", "beside": "x", "way": "?"})
    assert (query.days, query.percent, query.beside) == (90, 10.0, "")
    assert Query.of({"percent": "-4"}).percent == 10.0


@pytest.mark.django_db
def test_in_a_large_shop_the_page_is_there_at_once_and_what_takes_long_follows(client, monkeypatch):
    _shop, journey = a_map(client)
    monkeypatch.setattr(kept, "LARGE", -1)
    address = reverse("admin:journeys_journey_map", args=[journey.pk])
    asked = {"segment": "half", "beside": "everybody", "days": "30"}

    first = text(client, journey, **asked)

    assert 'data-part="?segment=half&amp;beside=everybody&amp;days=30&amp;whole=1"' in first
    assert "in the segment “Half” · beside: everybody" in first
    assert "New → Active" not in first
    assert not KeptAnswer.objects.exists()
    part = client.get(address, {**asked, "whole": "1"}, headers={"X-Part": "1"}).content.decode()
    assert "New → Active" in part
    assert "<html" not in part
    assert "data-part" not in text(client, journey, **asked)  # it is at hand for an hour
    assert "data-part" in text(client, journey, segment="half", days="90")
    assert "data-part" not in text(client, journey, segment="half", days="90", whole="1")
    assert "data-part" not in text(client, journey)  # everybody's figures are at hand


@pytest.mark.django_db
def test_a_segment_that_is_not_there_is_said(client):
    _shop, journey = a_map(client)

    shown = text(client, journey, segment="nobodys", beside="segment:lost")

    assert "There is no segment “nobodys” in this shop" in shown
    assert "There is no segment “lost” in this shop" in shown
