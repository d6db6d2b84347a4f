"""A database that is away, silent, full or read-only: 503, come again, and never 2xx."""

import asyncio
import os
import signal
from contextlib import contextmanager

import pytest
from django.db import connection

from shops import group_commit, rotation
from shops.models import Delivery
from tests import make
from tests.shops.test_intake import (
    ORDER,
    front_door,
    many_through_asgi,
    patient,
    signed,
    through_asgi,
    through_django,
)

pytestmark = pytest.mark.django_db(transaction=True)
assert patient  # a fixture


@pytest.fixture
def shop():
    return make.shop()


@contextmanager
def refusing(state):
    """While the block runs, Postgres refuses new keys with this error."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON shops_deliverykey EXECUTE FUNCTION refuse()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON shops_deliverykey; DROP FUNCTION refuse()")


# Disk full, out of memory, read-only after a failover, statement timeout, a fault inside Postgres.
@pytest.mark.parametrize("state", ["53100", "53200", "25006", "57014", "XX000"])
@pytest.mark.parametrize("post", [through_asgi, through_django])
def test_a_database_that_cannot_write_is_503_and_works_again_afterwards(post, state, shop):
    with refusing(state):
        status, answer = post(*signed(shop, ORDER))
        assert (status, answer["error"]) == (503, "unavailable")
    assert not Delivery.objects.exists()
    assert post(*signed(shop, ORDER))[0] == 202


@pytest.mark.parametrize("post", [through_asgi, through_django])
def test_a_row_that_the_database_will_never_take_is_400(post, shop):
    with refusing("22001"):
        assert post(*signed(shop, ORDER))[0] == 400


def test_a_database_that_falls_silent_is_503_in_time_and_the_next_call_is_stored(shop, monkeypatch):
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 0.5)
    calls = [signed(shop, ORDER, message_id=f"m{n}") for n in range(6)]

    async def post_to_a_silent_one():
        async with front_door() as (client, intake):

            async def post(path, body, headers):
                return (await client.post(path, content=body, headers=headers)).status_code

            found = [await post(*calls[0])]
            silent = intake.database.info.backend_pid
            os.kill(silent, signal.SIGSTOP)
            try:
                async with asyncio.timeout(3):
                    found += await asyncio.gather(*(post(*call) for call in calls[1:5]))
                    found.append(await post(*calls[5]))
            finally:
                os.kill(silent, signal.SIGCONT)
            return found

    assert asyncio.run(post_to_a_silent_one()) == [202, 503, 503, 503, 503, 202]


def test_what_waits_for_its_commit_is_bounded(shop, monkeypatch):
    monkeypatch.setattr(group_commit, "WAITING_BYTES", 5 * len(signed(shop, ORDER)[1]))
    calls = [signed(shop, ORDER, message_id=f"m{n}") for n in range(40)]
    statuses = [status for status, _ in asyncio.run(many_through_asgi(calls))]
    assert set(statuses) == {202, 503}
    assert Delivery.objects.filter(shop=shop).count() == statuses.count(202)
    again = [call for call, status in zip(calls, statuses, strict=True) if status == 503]
    for call in again:
        assert through_asgi(*call)[0] == 202


def test_a_secret_that_was_just_changed_counts_at_once(shop, monkeypatch):
    monkeypatch.setattr(group_commit, "AGAIN_SECONDS", 0)

    async def post_around_two_rotations():
        async with front_door() as (client, _):
            path, content, headers = signed(shop, ORDER)
            before = await client.post(path, content=content, headers=headers)
            await asyncio.to_thread(rotate_twice, shop)
            old = await client.post(path, content=content, headers=headers)
            path, content, headers = signed(shop, ORDER, message_id="m2")
            new = await client.post(path, content=content, headers=headers)
            return [answer.status_code for answer in (before, new, old)]

    assert asyncio.run(post_around_two_rotations())[:2] == [202, 202]


def rotate_twice(shop):
    rotation.rotate(shop)
    rotation.rotate(shop)
    connection.close()


def test_a_forged_call_does_not_make_us_look_the_shop_up_every_time(shop):
    async def forge():
        async with front_door() as (client, intake):
            path, content, headers = signed(shop, ORDER)
            await client.post(path, content=content, headers=headers)
            known = intake.tenants["/hooks/", shop.key]
            forged = {**headers, "webhook-signature": "v1,AAAA"}
            for _ in range(3):
                await client.post(path, content=content, headers=forged)
            return intake.tenants["/hooks/", shop.key] is known

    assert asyncio.run(forge())


@pytest.mark.parametrize("post", [through_asgi, through_django])
def test_secrets_that_cannot_be_unsealed_are_our_fault_not_the_shops(post, shop, settings):
    call = signed(shop, ORDER)
    settings.SECRET_KEY = "another one"
    assert post(*call)[0] == 503
