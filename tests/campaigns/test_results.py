"""The report: figures by hand-counted rows, honest words, a file, and the calendar of sends."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from campaigns import attributed, report, report_page, results, send_calendar
from campaigns.arms import Arm
from campaigns.models import Message
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return build.campaign(build.shop(), name="Spring", launched_at=make.days_ago(40))


def entered(campaign, *, days=30, held_out=False, variant="", sent=True, **message):
    ann = make.customer(campaign.shop)
    variants = {"s1": variant} if variant else {}
    row = build.enrolment(ann, campaign, entered_at=make.days_ago(days), held_out=held_out,
                          variants=variants, due_at=None)  # fmt: skip
    if sent and not held_out:
        at = make.days_ago(days)
        build.message(ann, campaign, enrolment=row, status="sent", sent_at=at, claimed_at=at,
                      **message)  # fmt: skip
    return ann


def bought(by, *, days, cents=1000, **fields):
    return make.order(by, placed_at=make.days_ago(days), total_cents=cents, **fields)


def test_each_side_counts_the_orders_of_its_window_less_what_was_taken_back(campaign):
    ann, bob = entered(campaign), entered(campaign)
    held = entered(campaign, held_out=True)
    bought(ann, days=28)
    bought(ann, days=27, cents=-400, kind="cancellation")
    bought(bob, days=10)  # after the window
    bought(bob, days=31)  # before entering
    bought(held, days=25, cents=700)

    found = results.of(campaign)

    assert found.arms.treated == Arm(2, 1, 1, 600)
    assert found.arms.held_out == Arm(1, 1, 1, 700)
    assert found.arms.treated.cents_each == 300


def test_variants_and_segments_are_told_apart(campaign):
    ann = entered(campaign, variant="A")
    entered(campaign, variant="B")
    build.membership(ann, "friends")
    bought(ann, days=29)

    found = results.of(campaign)

    assert [(split, name, side.buyer_count) for split, name, side in found.variants] == [
        ("s1", "A", 1), ("s1", "B", 0),
    ]  # fmt: skip
    assert [(name, mine.customer_count) for name, mine, _held in found.segments] == [("friends", 1)]


def test_whoever_entered_twice_is_one_person(campaign):
    ann = entered(campaign)
    build.enrolment(ann, campaign, entered_at=make.days_ago(20), due_at=None)
    bought(ann, days=29)

    assert results.of(campaign).arms.treated == Arm(1, 1, 1, 1000)


def test_whoever_was_on_both_sides_is_on_neither_and_counted_in_plain_sight(client, campaign):
    """Two profiles of one person, one written to and one held out, were merged."""
    ann, bob = entered(campaign), entered(campaign, held_out=True)
    row = build.enrolment(ann, campaign, held_out=True, entered_at=make.days_ago(30), due_at=None)
    bought(ann, days=29)
    bought(bob, days=29, cents=500)

    found = results.of(campaign).arms
    assert (found.treated, found.held_out, found.in_both) == (Arm(), Arm(1, 1, 1, 500), 1)
    proof = report.proof(campaign)
    assert (proof.goal.value, proof.goal.enough) == (0, False)
    assert "in both, left out" in report_page.as_csv(campaign)
    client.force_login(make.user(is_superuser=True))
    page = client.get(reverse("admin:campaigns_campaign_report", args=[campaign.pk])).text
    assert "1 person is on neither side" in page

    row.delete()
    assert results.of(campaign).arms.in_both == 0


def test_money_of_another_currency_is_an_order_and_no_revenue(campaign):
    bought(entered(campaign), days=29, currency="USD")

    assert results.of(campaign).arms.treated == Arm(1, 1, 1, 0)
    assert sum(row[4] for row in results.of(campaign).days) == 0


def test_the_funnel_goes_from_entering_to_ordering(campaign):
    ann = entered(campaign, opened_at=now(), clicked_at=now())
    entered(campaign, opened_at=now())
    entered(campaign, sent=False)
    bought(ann, days=29)

    shown = report_page.funnel(results.of(campaign))

    assert [step["count"] for step in shown] == ["3", "2", "2", "1", "1"]
    assert shown[-1]["share"] == 33.3


def test_answers_are_those_to_its_own_messages(campaign):
    ann = entered(campaign)
    mine = Message.objects.get(customer=ann)
    for message in (mine.pk, mine.pk + 1):
        make.touchpoint(ann, kind="message.unsubscribed", data={"message": message})
    make.touchpoint(ann, kind="message.complained", data={"message": mine.pk})

    assert results.of(campaign).answers == {"message.unsubscribed": 1, "message.complained": 1}


def test_days_are_counted_by_themselves(campaign):
    ann = entered(campaign, days=3)
    bought(ann, days=2)
    bought(ann, days=2, cents=500)

    days = results.of(campaign).days

    assert len(days) == 41
    assert [row[1:] for row in days if any(row[1:])] == [(1, 1, 0, 0), (0, 0, 2, 1500)]


def test_an_order_is_put_down_to_whose_messages_came_before_it(campaign):
    other = build.campaign(campaign.shop, launched_at=make.days_ago(40))
    ann = make.customer(campaign.shop)
    for by, days in ((campaign, 10), (other, 9)):
        build.message(ann, by, status="sent", sent_at=make.days_ago(days), claimed_at=now())
    bought(ann, days=8)
    bought(make.customer(campaign.shop), days=8)  # got nothing

    shares = attributed.of(campaign)
    theirs = attributed.of(other)

    assert (shares["last_touch"], theirs["last_touch"]) == (0, 1000)
    assert (shares["linear"], theirs["linear"]) == (500, 500)
    assert 0 < shares["time_decay"] < 500
    assert shares["removal"] + theirs["removal"] == pytest.approx(1000)


def test_what_was_sent_since_the_last_order_and_brought_none_is_a_way_that_failed(campaign):
    ann = make.customer(campaign.shop)
    for days in (70, 50, 45):
        build.message(ann, campaign, status="sent", sent_at=make.days_ago(days), claimed_at=now())
    bought(ann, days=65)

    own = str(campaign.pk)
    ways = {way.kinds: way.bought for way in attributed.ways(campaign)}
    assert ways == {(own,): True, (own, own): False}


def test_the_page_says_that_it_is_too_early_and_what_the_file_holds(client, campaign):
    ann = entered(campaign, variant="=1+1")
    bought(ann, days=29)
    client.force_login(make.user(is_superuser=True))

    page = client.get(reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
    file = client.get(reverse("admin:campaigns_campaign_report_file", args=[campaign.pk]))

    assert "Not enough people yet" in page.content.decode()
    lines = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert lines[0] == {**lines[0], "part": "arm", "name": "written to", "customers": "1",
                        "buyers": "1", "revenue_cents": "1000"}  # fmt: skip
    assert "s1: =1+1" in [line["name"] for line in lines]
    assert not any(line["name"].startswith("=") for line in lines)


def test_another_shops_report_is_not_to_be_had(client, campaign):
    user = make.user()
    build.shop().staff.add(user)
    client.force_login(user)

    for name in ("report", "report_file"):
        url = reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
        assert client.get(url).status_code in {403, 404}


def test_the_calendar_holds_what_was_sent_what_is_due_and_what_begins(client):
    shop = build.shop(timezone="Asia/Tokyo")
    campaign = build.campaign(shop, name="Spring")
    ann = make.customer(shop)
    sent_at = datetime(2026, 3, 9, 20, tzinfo=UTC)  # the 10th in Tokyo
    build.message(ann, campaign, status="sent", sent_at=sent_at)
    other = build.shop()
    build.message(make.customer(other), build.campaign(other), status="sent", sent_at=sent_at)
    letter = build.campaign(shop, name="Letter", plan={"entry": {"at": "2026-03-20T09:00"}})

    days = {day.on.isoformat(): day for week in send_calendar.month(shop, 2026, 3) for day in week}

    assert {on: dict(day.sent) for on, day in days.items() if day.sent} == {
        "2026-03-10": {campaign: 1}
    }
    assert [on for on, day in days.items() if letter in day.begins] == ["2026-03-20"]
    client.force_login(make.user(is_superuser=True))
    url = reverse("admin:campaigns_campaign_calendar")
    page = client.get(url, {"month": "2026-03", "shop": shop.key}).content.decode()
    assert "Spring" in page
    assert "March 2026" in page


def test_what_is_ahead_stands_on_its_day():
    shop = build.shop(timezone="UTC")
    campaign = build.campaign(shop, plan={"entry": {"cron": "0 9 1 * *"}})
    later = now() + timedelta(days=3)
    build.enrolment(make.customer(shop), campaign, due_at=later)

    weeks = send_calendar.month(shop, later.year, later.month)

    ahead = {day.on: sum(day.ahead.values()) for week in weeks for day in week if day.ahead}
    assert ahead == {later.date(): 1}
