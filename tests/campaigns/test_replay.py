"""A replay shows what the engine itself would have done on those days, and leaves no trace."""

import json
import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from campaigns import (
    engine,
    enrolment,
    gate,
    launching,
    reactor,
    ready_made,
    replay,
    replay_figures,
)
from campaigns.models import Campaign, Enrolment, FrequencyCap, Message
from customers import consent, touchpoints
from customers.models import Consent, Customer, Order, StaleMark, Touchpoint
from segments.models import Membership, Segment
from shops import clock, outbox
from tests import make
from tests.campaigns import build

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = 10
START = UNTIL - timedelta(days=DAYS)
FIRST = 1_000_000  # ids that are always the same: who is held out is drawn by them
CART = {"touchpoint": "cart.updated", "after_hours": 2, "unless": ["cart.updated", "order.placed"]}
MANY = {"field": "facts.order_count", "op": ">=", "value": 2}
PLANS = {
    "cart": {
        "entry": CART,
        "goal": {"touchpoint": "order.placed"},
        "steps": [
            {"id": "a", "send": "hello"},
            {"id": "b", "wait_for": {"touchpoint": "order.placed", "hours": 30},
             "missed": [{"id": "c", "wait": {"until": "10:00"}}, {"id": "d", "send": "hello"}]},
        ],
    },
    "stage": {
        "entry": {"stage": "active"},
        "steps": [
            {"id": "a", "split": [
                {"name": "A", "percent": 50, "steps": [{"id": "b", "send": "hello"}]},
                {"name": "B", "percent": 50, "steps": [{"id": "c", "wait_days": 1}]}]},
            {"id": "d", "branch": [{"if": MANY, "steps": [{"id": "e", "send": "hello"}]}],
             "else": [{"id": "f", "stop": "few"}]},
        ],
    },
    "segment": {
        "entry": {"segment": "buyers"},
        "exclude": {"did": {"touchpoint": "cart.updated", "within": 2}},
        "steps": [{"id": "a", "wait": {"usual_gap": 0.5}}, {"id": "b", "send": "hello"}],
    },
    "cron": {
        "entry": {"cron": "0 9 * * 1,4", "zone": "customer"},
        "audience": {"any": [MANY, {"segment": "buyers"}]},
        "reentry": {"after_days": 5},
        "steps": [{"id": "a", "send": "hello"}],
    },
}  # fmt: skip


def history(shop, seed):
    """Sixty customers with carts, orders and changes of mind over a month; as unsaved rows."""
    rng = random.Random(seed)
    mug = make.product(shop)
    for n in range(60):
        joined = START - timedelta(hours=rng.randrange(-200, 900))
        zone = rng.choice(["Asia/Tokyo", "America/New_York", "UTC"])
        ann = make.customer(
            shop, pk=1000 * shop.pk + n, created_at=joined, attributes={"timezone": zone}
        )
        if n % 7:
            consent.state(shop, [consent.Statement(ann.pk, "email", given=True, occurred_at=joined,
                                                   how="test")])  # fmt: skip
        if n % 5 == 0:
            left = joined + timedelta(hours=rng.randrange(600))
            if left < UNTIL:
                consent.state(shop, [consent.Statement(ann.pk, "email", given=False,
                                                       occurred_at=left, how="test")])  # fmt: skip
        for _ in range(rng.randrange(9)):
            at = joined + timedelta(hours=rng.randrange(1, 900), minutes=rng.randrange(60))
            if at < UNTIL and rng.random() < 0.5:
                make.touchpoint(ann, kind="cart.updated", occurred_at=at)
            elif at < UNTIL:
                order = make.order(ann, lines=((mug, 1, 900),), placed_at=at)
                make.touchpoint(ann, kind="order.placed", occurred_at=at,
                                source=f"order:{order.external_id}")  # fmt: skip


@pytest.fixture
def shop():
    made = build.shop(pk=FIRST, timezone="Europe/Berlin", quiet_from="21:00",
                      quiet_until="08:00", control_percent=3, created_at=START)  # fmt: skip
    build.template(made, key="hello")
    Segment.objects.create(
        shop=made,
        key="buyers",
        name="Buyers",
        kind="rule",
        rule={
            "all": [MANY, {"field": "facts.last_order_at", "op": "less_than_days_ago", "value": 6}]
        },
    )
    FrequencyCap.objects.create(shop=made, messages=2, days=3)
    return made


def draft(shop, name, **fields):
    return build.campaign(shop, pk=FIRST + len(name), key=name, name=name, plan=PLANS[name],
                          status="draft", holdout_percent=20, **fields)  # fmt: skip


def lived(campaign):
    """The same days, lived through: rows arrive when they happened, and the engine runs on the real
    tables. Only the clock of the session is turned."""
    later = {
        model: list(model.objects.filter(shop=campaign.shop, **{f"{field}__gt": START}))
        for model, field in ((Customer, "created_at"), (Consent, "given_at"),
                             (Order, "placed_at"), (Touchpoint, "occurred_at"))
    }  # fmt: skip
    ended = list(Consent.objects.filter(ended_at__gt=START).values("id", "ended_at", "ended_how"))
    for model in reversed(later):
        model.objects.filter(pk__in=[row.pk for row in later[model]]).delete()
    Consent.objects.filter(ended_at__gt=START).update(ended_at=None, ended_how="")
    for row in later[Consent]:
        row.ended_at, row.ended_how = None, ""
    StaleMark.objects.all().delete()
    at, before, hour = START, START - timedelta(seconds=1), 0
    while at <= UNTIL:
        with clock.standing_at(at), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('waymark.now', %s, false)", [at.isoformat()])
            if hour == 0:
                reactor.update(campaign.shop)
                assert launching.launch(campaign)
            changed = arrive(later, before, at, ended)
            if changed:
                touchpoints.mark_stale(changed)
                while reactor.react():
                    pass
            if hour % 24 == 0:
                reactor.update(campaign.shop)
            enrolment.enrol_by_clock()
            while engine.run_due():
                pass
            while gate.claim(limit=1000)[1]:
                cursor.execute(replay.SENT)
        before, at, hour = at, at + replay.TICK, hour + 1


def arrive(later, before, at, ended):
    """Save the rows whose time has come; returns the customers concerned."""
    changed = set()
    for model, field, customer in (
        (Customer, "created_at", "pk"), (Consent, "given_at", "customer_id"),
        (Order, "placed_at", "customer_id"), (Touchpoint, "occurred_at", "customer_id"),
    ):  # fmt: skip
        come = [row for row in later[model] if before < getattr(row, field) <= at]
        model.objects.bulk_create(come)
        if model in {Customer, Touchpoint}:
            changed |= {getattr(row, customer) for row in come}
    for row in ended:
        if before < row["ended_at"] <= at:
            Consent.objects.filter(pk=row["id"]).update(**row)
    return changed


@pytest.fixture
def turned(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = waymark_replay, pg_catalog, public")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET search_path")
        cursor.execute("RESET waymark.now")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", PLANS)
def test_it_shows_what_the_engine_does_when_it_lives_through_those_days(shop, name, turned):
    with connection.cursor() as cursor:
        cursor.execute("RESET search_path")
    history(shop, seed=name)
    campaign = draft(shop, name)
    replayed = replay.run(campaign, until=UNTIL, days=DAYS)
    assert not Enrolment.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = waymark_replay, pg_catalog, public")

    lived(campaign)

    scene: Any = SimpleNamespace(start=START, one_in=1, played=[campaign.pk],
                                 campaign=campaign)  # fmt: skip
    real = replay_figures.of(scene, UNTIL)
    assert replayed["entered"] > 5
    assert sum(count for state, _why, count in replayed["messages"] if state == "sent") > 3
    assert json.loads(json.dumps(replayed)) == json.loads(json.dumps(real))


def fingerprints():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"
            )
            found[name] = cursor.fetchone()
    return found


@pytest.mark.django_db
def test_it_leaves_no_trace_whatever_the_steps_do(shop):
    history(shop, seed=1)
    Segment.objects.create(shop=shop, key="put-in", name="Put in", kind="static")
    outbox.register(shop, url="https://x.example.com/", events=["campaign.step_reached",
                    "customer.segment_entered", "customer.stage_changed"])  # fmt: skip
    steps = [{"set": {"vip": True}}, {"add_to": "put-in"}, {"tell": "x"}, {"send": "hello"}]
    plan = {"entry": {"stage": "loyal"}, "audience": {"segment": "buyers"}, "steps": steps}
    campaign = build.campaign(shop, plan=plan, status="draft")
    before = fingerprints()

    result = replay.run(campaign, until=UNTIL, days=DAYS)

    assert result["entered"] > 0
    assert fingerprints() == before
    assert Campaign.objects.get(pk=campaign.pk).status == "draft"
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert "waymark_replay" not in cursor.fetchone()[0]
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone()[0] == "off"


@pytest.mark.django_db
def test_no_ready_made_campaign_leaves_one(shop):
    history(shop, seed=1)
    made = [ready_made.create(shop, each.key) for each in ready_made.ALL]
    before = fingerprints()

    for campaign in made:
        replay.run(campaign, until=UNTIL, days=1)

    assert fingerprints() == before


@pytest.mark.django_db
def test_a_run_that_is_ended_half_way_leaves_none_either(shop):
    history(shop, seed=2)
    campaign = draft(shop, "stage")
    before = fingerprints()

    def end(done):
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay.run(campaign, until=UNTIL, days=DAYS, progress=end)

    assert fingerprints() == before
    assert Customer.objects.count() == 60


@pytest.mark.django_db
def test_running_campaigns_play_along_and_the_higher_priority_takes_the_place(shop):
    FrequencyCap.objects.update(messages=1, days=30)
    history(shop, seed=3)
    rival = build.campaign(shop, key="rival", name="Rival", plan=PLANS["stage"], priority=90)
    campaign = draft(shop, "segment", priority=10)

    result = replay.run(campaign, until=UNTIL, days=DAYS)

    assert result["beside"] == 1
    assert result["caps"]["refused"] > 0
    assert [name for name, _people, lost in result["conflicts"] if lost] == [rival.name]
    assert Enrolment.objects.count() == 0


@pytest.mark.django_db
def test_what_other_campaigns_really_sent_counts_for_the_caps(shop):
    ann = make.customer(shop, created_at=START - timedelta(days=9))
    agreed = consent.Statement(ann.pk, "email", given=True, occurred_at=ann.created_at, how="t")
    consent.state(shop, [agreed])
    FrequencyCap.objects.update(messages=1, days=10)
    past = build.campaign(shop, key="past", status="finished")
    build.message(ann, past, status="sent", claimed_at=START + timedelta(days=1))
    make.touchpoint(ann, kind="cart.updated", occurred_at=START + timedelta(days=2))
    campaign = draft(shop, "cart")
    Campaign.objects.filter(pk=campaign.pk).update(holdout_percent=0)
    shop.control_percent = 0
    shop.save()

    result = replay.run(Campaign.objects.get(pk=campaign.pk), until=UNTIL, days=DAYS)

    assert result["entered"] == 1
    assert ("refused", "frequency cap") in [(state, why) for state, why, _n in result["messages"]]


@pytest.mark.django_db
def test_a_large_shop_is_sampled_and_another_shops_past_is_not_seen(shop, monkeypatch):
    history(shop, seed=4)
    history(build.shop(), seed=4)
    monkeypatch.setattr("campaigns.replay_scene.SAMPLE", 20)
    campaign = draft(shop, "cart")

    result = replay.run(campaign, until=UNTIL, days=DAYS)

    assert result["one_in"] == 3
    own = set(Customer.objects.filter(shop=shop).values_list("pk", flat=True))
    seen = {pk for pk, *_rest in result["examples"]}
    assert set() < seen <= own
    assert all(pk % 3 == 0 for pk in seen)
    assert not Membership.objects.exists()
    assert not Message.objects.exists()
