"""A receiver gets no more than it takes, and nobody else waits for it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from campaigns import gate
from campaigns.models import DomainLimit, Message
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
RARELY = 0.01  # a mail every 100 seconds: one now, two more within the coming five minutes


def messages(shop, *domains):
    people = [make.customer(shop, consents=("email",), email=f"{n}@{domain}")
        for n, domain in enumerate(domains)]  # fmt: skip
    return [build.message(each) for each in people]


@pytest.fixture
def shop():
    made = build.shop()
    DomainLimit.objects.create(
        shop=made, domain="slow.example", per_second=RARELY, next_at=make.days_ago(1)
    )
    build.campaign(made)
    return made


def test_a_limited_domain_waits_for_its_slots_and_others_pass_it(shop):
    slow = messages(shop, *["Slow.Example"] * 5)
    others = messages(shop, "fast.example", "sub.slow.example")
    elsewhere = messages(build.shop(), "slow.example")

    cleared, taken = gate.claim(limit=20)

    assert cleared == [slow[0].pk, *(each.pk for each in others + elsewhere)]
    assert taken == 8
    waits = []
    for each in slow[1:]:
        each.refresh_from_db()
        waits.append((each.status, each.reason, round((each.due_at - now()).total_seconds(), -1)))
    assert waits == [("planned", "paced", 100), ("planned", "paced", 200), ("planned", "", 300),
        ("planned", "", 300)]  # fmt: skip


def test_a_slot_is_charged_once_and_given_up_when_it_was_missed(shop):
    _first, second, third = messages(shop, *["slow.example"] * 3)
    gate.claim(limit=9)
    line = DomainLimit.objects.get(shop=shop).next_at

    Message.objects.filter(pk=second.pk).update(due_at=now() - timedelta(seconds=1))
    Message.objects.filter(pk=third.pk).update(due_at=now() - timedelta(seconds=60))

    assert gate.claim(limit=9) == ([second.pk], 2)
    third.refresh_from_db()
    assert third.status == "planned"
    assert third.due_at >= line


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_line(shop):
    messages(shop, *["slow.example"] * 40)
    cleared = []

    def work():
        for _ in range(10):
            cleared.extend(gate.claim(limit=4)[0])
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert len(cleared) == 1
    # Two slots within five minutes of the first claim, and a third a moment later.
    assert Message.objects.filter(reason="paced").count() == 3


def test_a_limit_is_made_in_the_admin(admin_client, shop):
    form = {"shop": shop.pk, "domain": "@GMAIL.com ", "per_second": "20"}

    for _ in range(2):
        admin_client.post("/admin/campaigns/domainlimit/add/", form)

    assert DomainLimit.objects.get(per_second=20).domain == "gmail.com"
