"""Replays are rows: asked for once, run by a worker, called off, given up; and shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from campaigns import ready_made, replay, replay_queue
from campaigns.models import Campaign, Replay
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build


@pytest.fixture
def campaign(db):
    shop = build.shop()
    ann = make.customer(shop, created_at=make.days_ago(90), consents=("email",))
    make.touchpoint(ann, kind="cart.updated", occurred_at=make.days_ago(3), data={"total_cents": 5})
    return ready_made.create(shop, "abandoned-cart")


def test_asked_twice_it_is_one_and_run_once(campaign):
    first, second = replay_queue.ask(campaign), replay_queue.ask(campaign)

    assert first == second
    assert [replay_queue.run_waiting() for _ in range(2)] == [1, 0]
    first.refresh_from_db()
    assert (first.status, first.progress, first.result["entered"]) == ("done", 1, 1)


def test_a_plan_that_cannot_run_is_not_asked_for(campaign):
    Campaign.objects.update(plan={"entry": {"stage": "nowhere"}, "steps": [{"stop": "x"}]})

    with pytest.raises(PlanError, match="nowhere"):
        replay_queue.ask(Campaign.objects.get())


def test_one_that_cannot_run_any_more_says_why(campaign):
    asked = replay_queue.ask(campaign)
    Campaign.objects.update(plan={"entry": {"stage": "nowhere"}, "steps": [{"stop": "x"}]})

    replay_queue.run_waiting()

    asked.refresh_from_db()
    assert asked.status == "failed"
    assert "nowhere" in asked.fault


def test_called_off_while_it_waits_it_never_runs(campaign):
    asked = replay_queue.ask(campaign)

    assert [replay_queue.cancel(asked) for _ in range(2)] == [True, False]
    assert replay_queue.run_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_called_off_while_it_runs_it_ends_soon(campaign, monkeypatch):
    asked = replay_queue.ask(campaign)
    steps = []

    def step(beside, taken, done, told=replay_queue._step):
        steps.append(done)
        beside.execute("UPDATE campaigns_replay SET status = 'cancelled' WHERE id = %s", [taken.pk])
        told(beside, taken, done)

    monkeypatch.setattr(replay_queue, "_step", step)
    replay_queue.run_waiting()

    asked.refresh_from_db()
    assert len(steps) == 1
    assert (asked.status, asked.result) == ("cancelled", {})


@pytest.mark.django_db(transaction=True)
def test_the_progress_is_seen_from_outside_while_it_runs(campaign, monkeypatch):
    asked = replay_queue.ask(campaign, days=14)
    seen = []

    def step(beside, taken, done, told=replay_queue._step):
        told(beside, taken, done)
        row = beside.execute("SELECT progress FROM campaigns_replay WHERE id = %s", [asked.pk])
        seen.append(row.fetchone()[0])

    monkeypatch.setattr(replay_queue, "_step", step)
    replay_queue.run_waiting()

    assert seen == sorted(seen)
    assert seen[0] < 0.1
    assert seen[-1] == 1


def test_one_whose_worker_died_is_run_again_and_then_given_up(campaign):
    asked = replay_queue.ask(campaign)
    Replay.objects.update(status="running", attempts=1, seen_at=now())
    assert replay_queue.run_waiting() == 0  # it may be at work
    Replay.objects.update(seen_at=now() - 2 * replay_queue.DEAD_AFTER)
    assert replay_queue.run_waiting() == 1

    Replay.objects.update(status="running", seen_at=now() - timedelta(hours=1))
    assert replay_queue.run_waiting() == 0

    asked.refresh_from_db()
    assert asked.status == "failed"


def test_one_click_in_the_admin_and_the_page_that_follows(client, campaign):
    client.force_login(make.user(is_superuser=True))
    begin = reverse("admin:campaigns_campaign_replay_begin", args=[campaign.pk])
    page = reverse("admin:campaigns_campaign_replay", args=[campaign.pk])
    own = client.get(reverse("admin:campaigns_campaign_change", args=[campaign.pk])).text
    assert f'<form method="post" action="{begin}"' in own  # one click, no page between
    assert client.get(page).status_code == 200

    assert client.post(begin, {"days": "14"}).url == page
    assert Replay.objects.get().days == 14
    assert "<progress" in client.get(page).content.decode()
    replay_queue.run_waiting()

    progress = client.get(reverse("admin:campaigns_campaign_replay_progress", args=[campaign.pk]))
    assert progress.json() == {"status": "done", "progress": 1.0}
    shown = client.get(page).content.decode()
    assert "cart.updated" in shown
    assert "1 at the launch" not in shown
    Campaign.objects.update(plan={**campaign.plan, "late_hours": 5})
    assert "plan has changed" in client.get(page).content.decode()


def test_nobody_replays_or_sees_another_shops(client, campaign):
    asked = replay_queue.ask(campaign)
    user = make.user()
    build.shop().staff.add(user)
    client.force_login(user)

    for name in ("replay", "replay_progress"):
        url = reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
        assert client.get(url).status_code in {403, 404}
    for name in ("replay_begin", "replay_cancel"):
        url = reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
        assert client.post(url).status_code in {403, 404}
    asked.refresh_from_db()
    assert asked.status == "waiting"


def test_only_the_last_few_are_kept(campaign):
    for _ in range(replay_queue.KEPT + 3):
        replay_queue.cancel(replay_queue.ask(campaign))

    assert Replay.objects.count() == replay_queue.KEPT
    assert replay.DAYS == 30
