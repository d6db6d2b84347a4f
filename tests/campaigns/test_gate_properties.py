"""Whatever the schedule, the zone and the clocks: no cap is broken and nothing leaves at night."""

import functools
import random
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from campaigns import addresses, gate
from campaigns.models import FrequencyCap, Message
from customers import zones
from customers.models import Customer
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
CHANGES = ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-07-01")
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def tried(count):
    fixture = [HealthCheck.function_scoped_fixture]
    return hypothesis_settings(max_examples=count, deadline=None, suppress_health_check=fixture)


def judge_at(ids, at):
    """The verdicts of the gate at a moment: the database's clock is set for it."""
    with connection.cursor() as cursor:
        zone = zones.OF_CUSTOMER.format(zones="%(zones)s", shop=gate.SHOP_ZONE)
        judge = gate.JUDGE.format(zone=zone, address=addresses.of_channel("m.channel"))
        judge = judge.replace("clock_timestamp()", "now()").replace("now()", "%(at)s::timestamptz")
        cursor.execute(judge, gate.known(ids) | {"at": at})
        return dict(cursor.fetchall())


@functools.cache
def disputed(*names):
    """Zones whose rules the database and Python know in different editions."""
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=2) for day in CHANGES]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, at, at AT TIME ZONE name FROM unnest(%s::text[]) AS name,"
            " unnest(%s::timestamptz[]) AS at",
            [list(names), days],
        )
        return {
            name
            for name, at, wall in cursor.fetchall()
            if at.astimezone(ZoneInfo(name)).replace(tzinfo=None) != wall
        }


@pytest.fixture
def everywhere():
    """A customer with a message in each zone of the world."""
    shop = build.shop()
    campaign = build.campaign(shop)
    names = [name for name in zones.known() if "/" in name and not name.startswith("Etc/")]
    names = sorted(set(names) - disputed(*names))
    assert len(names) > 400
    for name in names:
        ann = make.customer(shop, consents=("email",), attributes={"timezone": name})
        build.message(ann, campaign)
    return shop, dict(Message.objects.values_list("pk", "customer__attributes__timezone"))


def is_quiet(at, zone, begins, ends):
    clock = at.astimezone(ZoneInfo(zone)).time()
    if begins <= ends:  # the same time twice: no night at all
        return begins <= clock < ends
    return clock >= begins or clock < ends


@tried(8)
@given(begins=TIMES, ends=TIMES, day=st.sampled_from(CHANGES), minute=st.integers(0, 24 * 60))
def test_in_no_zone_and_at_no_change_of_clocks_does_a_message_leave_at_night(
    everywhere, begins, ends, day, minute
):
    shop, zone_of = everywhere
    type(shop).objects.filter(pk=shop.pk).update(quiet_from=begins, quiet_until=ends)
    first = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minute)
    Message.objects.update(status="planned", due_at=first, claimed_at=None)
    waiting = {first: list(zone_of)}
    for _ in range(4):
        later = defaultdict(list)
        for at, ids in waiting.items():
            for pk, status in judge_at(ids, at).items():
                quiet = is_quiet(at, zone_of[pk], begins, ends)
                assert status == ("planned" if quiet else "sending"), (zone_of[pk], at)
            rows = Message.objects.filter(pk__in=ids, status="planned")
            for pk, due_at in rows.values_list("pk", "due_at"):
                assert at < due_at <= at + timedelta(hours=26), (zone_of[pk], at)
                later[due_at].append(pk)
        waiting = later
    assert not waiting, "some never left"


@pytest.fixture
def crowd():
    """A dozen customers who are written to by three campaigns of different priority."""
    shop = build.shop()
    campaigns = [build.campaign(shop, priority=priority) for priority in (10, 50, 50)]
    for _ in range(12):
        ann = make.customer(shop, consents=("email",))
        for campaign in campaigns:
            for step in range(3):
                build.message(ann, campaign, step=str(step))
    return shop


@tried(5)
@given(
    caps=st.dictionaries(st.integers(1, 9), st.integers(1, 4), min_size=1, max_size=3),
    seed=st.integers(0, 10_000),
)
def test_no_schedule_breaks_a_cap(crowd, caps, seed):
    """`caps` is the most messages by the days they are counted over."""
    FrequencyCap.objects.all().delete()
    for days, most in caps.items():
        FrequencyCap.objects.create(shop=crowd, messages=most, days=days)
    chance, start = random.Random(seed), make.days_ago(0)
    rows = list(Message.objects.all())
    for row in rows:
        row.status, row.claimed_at = "planned", None
        row.due_at = start + timedelta(hours=chance.randrange(24 * 12))
    Message.objects.bulk_update(rows, ["status", "claimed_at", "due_at"])

    for hours in range(0, 24 * 14, 8):
        at = start + timedelta(hours=hours)
        due = Message.objects.filter(status="planned", due_at__lte=at).order_by("due_at", "pk")
        if ids := list(due.values_list("pk", flat=True)[: chance.randrange(1, 60)]):
            judge_at(ids, at)

    for customer in Customer.objects.filter(shop=crowd):
        sent = customer.messages.filter(status="sending").order_by("claimed_at")
        times = [at for at in sent.values_list("claimed_at", flat=True) if at]
        assert times
        for days, most in caps.items():
            for last in times:
                within = [t for t in times if last - timedelta(days=days) < t <= last]
                assert len(within) <= most, (caps, seed)
