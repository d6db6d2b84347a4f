"""Exact counts in the background: right, resumable, cancellable, once at a time."""

import json
from contextlib import suppress

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse

from segments import counting, population, rules
from segments.models import Count
from tests import make

pytestmark = pytest.mark.django_db
TWICE = {"field": "facts.order_count", "op": ">=", "value": 2}


@pytest.fixture
def shop(monkeypatch):
    """Seven customers in slices of two; four ordered twice, three of them can be written to."""
    population._counted.cache_clear()
    monkeypatch.setattr(counting, "SLICE", 2)
    made = make.shop()
    for number in range(7):
        consents = ("email",) if number < 3 else ()
        make.profile(make.customer(made, consents=consents), order_count=2 if number < 4 else 1)
    make.profile(make.customer(make.shop()), order_count=9)
    return made


def test_a_count_is_exact_and_says_how_far_it_is(shop):
    count = counting.start(shop, TWICE)
    counting.step()
    count.refresh_from_db()
    assert (count.looked_at, count.whole, count.found) == (2, 7, 2)
    assert 0 < count.progress < 1

    counting.run_due()

    count.refresh_from_db()
    others = {"sms": 0, "push": 0, "webhook": 0}
    assert (count.found, count.looked_at) == (4, 7)
    assert count.reached == {"email": 3} | others
    assert count.finished_at
    assert not counting.step()


def test_asking_twice_counts_once(shop):
    first, again = counting.start(shop, TWICE), counting.start(shop, dict(reversed(TWICE.items())))
    assert first == again

    counting.run_due()

    assert counting.start(shop, TWICE) != first


def test_a_count_goes_on_where_its_worker_died(shop):
    count = counting.start(shop, TWICE)
    counting.step()
    with suppress(ZeroDivisionError), transaction.atomic():
        counting.step()
        raise ZeroDivisionError

    counting.run_due()

    count.refresh_from_db()
    assert (count.found, count.looked_at) == (4, 7)


def test_a_cancelled_count_stops(shop):
    count = counting.start(shop, TWICE)
    counting.step()
    counting.cancel(count)
    counting.cancel(count)

    counting.run_due()

    count.refresh_from_db()
    assert (count.looked_at, bool(count.cancelled_at), count.fault) == (2, True, "")


def test_a_rule_that_broke_meanwhile_says_why(shop):
    count = counting.start(shop, TWICE)
    Count.objects.update(rule={"segment": "gone"})

    counting.run_due()

    count.refresh_from_db()
    assert "gone" in count.fault
    assert count.finished_at


def test_a_rule_that_does_not_compile_is_not_counted(shop):
    with pytest.raises(rules.RuleError, match="field"):
        counting.start(shop, {"field": "facts.gone", "op": "="})
    assert not Count.objects.exists()


def test_the_pages_start_show_and_cancel(client, shop):
    client.force_login(make.user(is_superuser=True))
    sent = {"shop": shop.pk, "rule": json.dumps(TWICE)}

    page = client.post(reverse("admin:segments_rule_count_start"), sent).content.decode()
    count = Count.objects.get()
    assert "0 of 7" in page
    assert reverse("admin:segments_rule_count", args=[count.pk]) in page
    counting.run_due()
    page = client.get(reverse("admin:segments_rule_count", args=[count.pk])).content.decode()
    assert 'data-exact-count="4"' in page
    assert "data-poll" not in page
    other = counting.start(shop, {"not": TWICE})
    page = client.post(reverse("admin:segments_rule_count_cancel", args=[other.pk]))
    assert "cancelled" in page.content.decode()


def test_nobody_sees_or_cancels_a_count_of_another_shop(client, shop):
    count = counting.start(shop, TWICE)
    user = make.user()
    user.user_permissions.set(Permission.objects.all())
    make.shop().staff.add(user)
    client.force_login(user)

    assert client.get(reverse("admin:segments_rule_count", args=[count.pk])).status_code == 404
    url = reverse("admin:segments_rule_count_cancel", args=[count.pk])
    assert client.post(url).status_code == 404
    count.refresh_from_db()
    assert count.finished_at is None
