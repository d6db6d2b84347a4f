"""A large shop's past is filled in parts: by all workers, and a crash loses one of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from customers import profiles
from journeys import backfill, lifecycle, ready_made
from journeys.models import FillPart, Journey
from tests import make
from tests.journeys.pasts import bought, way

OTHER = replace(lifecycle.LIFECYCLE, key="the-same")


@pytest.mark.django_db
def test_a_large_shop_is_filled_in_parts_and_a_crash_loses_one(monkeypatch, client):
    shop = make.shop()
    whole, parted = (ready_made.create(shop, each) for each in (lifecycle.LIFECYCLE, OTHER))
    people = [bought(shop, days) for days in (400, 100, 5, 200, 20)]
    profiles.refresh(shop)
    backfill.fill(whole)
    monkeypatch.setattr(backfill, "AT_ONCE", 2)
    done = []

    def dies_at_the_second(journey, part, work_out=backfill._past):
        done.append(part.first_id)
        if len(done) == 2:
            raise RuntimeError("The worker was stopped.")
        return work_out(journey, part)

    monkeypatch.setattr(backfill, "_past", dies_at_the_second)
    backfill.ask(parted)
    with pytest.raises(RuntimeError, match="stopped"):
        backfill.fill_asked()
    assert [len(way(each, parted)) > 0 for each in people] == [True, True, False, False, False]
    client.force_login(make.user(is_superuser=True))
    page = reverse("admin:journeys_journey_change", args=[parted.pk])
    said = client.get(page, headers={"X-Part": "1"}).content.decode()
    assert '<progress max="100" value="33"' in said

    assert backfill.fill_asked() == 1

    assert done == [people[0].pk, people[2].pk, people[2].pk, people[4].pk]
    assert [way(each, parted) for each in people] == [way(each, whole) for each in people]
    assert not FillPart.objects.exists()
    assert "<progress" not in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_parts_and_one_of_them_ends_it(monkeypatch):
    shop = make.shop()
    journey = lifecycle.create(shop)
    people = [bought(shop, 100, 20) for _ in range(12)]
    profiles.refresh(shop)
    monkeypatch.setattr(backfill, "AT_ONCE", 1)
    backfill.ask(journey)

    def work(_number):
        try:
            return backfill.fill_asked()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(work, range(3)))

    assert sum(ended) <= 1  # the last of them may have found another one at its part
    assert sum(ended) + backfill.fill_asked() == 1
    ways = {tuple(way(each, journey)) for each in people}
    assert ways == {(("prospect", 500), ("new", 100), ("active", 20))}
    journey.refresh_from_db()
    assert (journey.fill_asked_at, journey.filled_at is not None) == (None, True)


@pytest.mark.django_db
def test_asked_for_once_more_it_is_filled_once_more(monkeypatch):
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 20)
    profiles.refresh(shop)
    backfill.ask(journey, afresh=True)
    asked = Journey.objects.get(pk=journey.pk)
    backfill.fill_parts(asked)
    Journey.objects.filter(pk=journey.pk).update(fill_asked_at=now() + timedelta(seconds=1))
    make.order(ann, placed_at=make.days_ago(10), lines=((make.product(shop), 1, 500),))
    profiles.refresh(shop)

    assert not backfill.end(asked)
    assert backfill.fill_asked() == 1

    assert way(ann, journey) == [("prospect", 500), ("new", 20), ("active", 10)]
