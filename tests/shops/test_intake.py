"""One contract, two front doors: the bare ASGI application and the plain Django view."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from shops import group_commit, limits, rotation
from shops.group_commit import Intake
from shops.intake import WEBHOOKS, Incoming
from shops.models import Delivery, DeliveryKey
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = {
    "type": "order.placed",
    "timestamp": "2026-01-02T10:00:00Z",
    "data": {"id": "1001", "placed_at": "2026-01-02T10:00:00Z", "currency": "EUR", "lines": []},
}


@asynccontextmanager
async def front_door():
    intake = Intake()
    transport = httpx.ASGITransport(app=intake)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client, intake
    await intake.close()


def through_asgi(path, content, headers):
    return asyncio.run(many_through_asgi([(path, content, headers)]))[0]


async def many_through_asgi(calls):
    async with front_door() as (client, _):
        posts = (client.post(path, content=body, headers=headers) for path, body, headers in calls)
        found = await asyncio.gather(*posts)
    return [(answer.status_code, answer.json()) for answer in found]


def through_django(path, content, headers):
    headers = {k: v.decode("latin-1") if isinstance(v, bytes) else v for k, v in headers.items()}
    answer = Client().generic("POST", path, content, "application/json", headers=headers)
    return answer.status_code, answer.json()


@pytest.fixture(params=[through_asgi, through_django], ids=["asgi", "django"])
def post(request):
    return request.param


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine is no silent database."""
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 60)


@pytest.fixture
def still_clock(monkeypatch):
    """No time passes for the rate limits, however slow the machine is."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1.0))


@pytest.fixture
def shop():
    return make.shop()


def signed(shop, body, *, message_id="msg_1", when=None, secret=None):
    content = body if isinstance(body, str) else json.dumps(body)
    when = when or datetime.now(UTC)
    return (
        f"/hooks/{shop.key}/",
        content.encode(),
        {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(when.timestamp())),
            "webhook-signature": Webhook(secret or shop.webhook_secrets[0]).sign(
                message_id, when, content
            ),
        },
    )


def test_a_signed_call_is_stored_before_it_is_answered(post, shop):
    assert post(*signed(shop, ORDER)) == (202, {"ok": True, "id": "msg_1", "status": "accepted"})

    delivery = Delivery.objects.get(shop=shop)
    assert (delivery.topic, delivery.digested_at) == ("order.placed", None)
    assert json.loads(bytes(delivery.body)) == ORDER


def test_a_repeated_id_gets_the_first_answer_and_is_stored_once(post, shop):
    _, first = post(*signed(shop, ORDER))

    assert post(*signed(shop, ORDER)) == (200, first)
    assert post(*signed(shop, {**ORDER, "type": "other.topic"})) == (200, first)
    assert Delivery.objects.filter(shop=shop).count() == 1


def test_an_unknown_topic_is_stored_as_ignored(post, shop):
    status, answer = post(*signed(shop, {**ORDER, "type": "moon.risen"}))

    assert (status, answer["status"]) == (202, "ignored")
    delivery = Delivery.objects.get(shop=shop)
    assert delivery.status == "ignored"
    assert delivery.digested_at is not None
    assert "moon.risen" in delivery.reason


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_401(post, shop, header):
    path, content, headers = signed(shop, ORDER)
    del headers[header]

    status, answer = post(path, content, headers)

    assert (status, answer["error"]) == (401, "bad_signature")


@pytest.mark.parametrize(
    "signature", ["v1,AAAA", "v1,not base64!", "v2,AAAA", "nonsense", "v1,", ",", "v1,é"]
)
def test_a_wrong_signature_is_401_and_leaves_nothing(post, shop, signature):
    path, content, headers = signed(shop, ORDER)

    status, answer = post(path, content, {**headers, "webhook-signature": signature.encode()})

    assert (status, answer["error"]) == (401, "bad_signature")
    assert not DeliveryKey.objects.filter(shop=shop).exists()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_time_outside_the_tolerance_is_401(post, shop, minutes):
    when = datetime.now(UTC) + timedelta(minutes=minutes)

    status, answer = post(*signed(shop, ORDER, when=when))

    assert (status, answer["error"]) == (401, "bad_signature")


def test_the_previous_secret_stays_valid_after_a_rotation(post, shop):
    old = shop.webhook_secrets[0]
    rotation.rotate(shop)

    assert post(*signed(shop, ORDER, secret=old))[0] == 202
    assert post(*signed(shop, ORDER, message_id="msg_2"))[0] == 202
    rotation.rotate(shop)
    assert old not in shop.webhook_secrets


def test_an_unknown_shop_is_404(post, shop):
    _, content, headers = signed(shop, ORDER)

    status, answer = post("/hooks/nobody/", content, headers)

    assert (status, answer["error"]) == (404, "unknown_shop")


@pytest.mark.parametrize("body", ["{", "", "[1, 2", '{"type": NaN'])
def test_broken_json_is_400(post, shop, body):
    status, answer = post(*signed(shop, body))

    assert (status, answer["error"]) == (400, "bad_json")


@pytest.mark.parametrize("body", ["[]", "3", "{}", '{"type": 5}', '{"type": "a b"}'])
def test_json_without_a_topic_is_400_and_says_so(post, shop, body):
    status, answer = post(*signed(shop, body))

    assert (status, answer["error"]) == (400, "bad_request")
    assert "type" in answer["message"]


def test_json_nested_too_deep_is_400(post, shop):
    assert post(*signed(shop, "[" * 200_000))[0] == 400


def test_a_body_over_the_limit_is_413(post, shop):
    status, answer = post(*signed(shop, {**ORDER, "padding": "x" * 1_000_001}))

    assert (status, answer["error"]) == (413, "too_large")
    assert not Delivery.objects.filter(shop=shop).exists()


def test_other_methods_are_405(shop):
    assert Client().get(f"/hooks/{shop.key}/").status_code == 405


def test_two_hundred_calls_at_once_with_repeats_are_each_stored_once(shop):
    calls = [signed(shop, ORDER, message_id=f"msg_{n % 100}") for n in range(200)]

    found = asyncio.run(many_through_asgi(calls))

    assert sorted(status for status, _ in found) == [200] * 100 + [202] * 100
    assert Delivery.objects.filter(shop=shop).count() == 100


def test_a_call_for_a_shop_that_was_just_deleted_is_404_and_its_group_is_stored(shop):
    gone = make.shop()
    calls = [signed(shop, ORDER, message_id=f"msg_{n}") for n in range(10)]

    async def post_to_both():
        async with front_door() as (client, intake):
            await client.post(*calls[0][:1], content=calls[0][1], headers=calls[0][2])
            path, content, headers = signed(gone, ORDER, message_id="msg_x")
            await intake.tenant(WEBHOOKS, gone.key)
            await asyncio.to_thread(delete, gone)
            posts = [client.post(p, content=c, headers=h) for p, c, h in calls[1:]]
            posts.insert(4, client.post(path, content=content, headers=headers))
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    found = asyncio.run(post_to_both())

    assert found.count(202) == 9
    assert found[4] == 404
    assert Delivery.objects.count() == 10


@pytest.mark.parametrize("topic", ["x" * 200, "\ud800"])
def test_a_row_that_the_database_refuses_does_not_take_its_group_down(shop, topic):
    def incoming(number, topic="order.placed"):
        return Incoming(shop.pk, f"m{number}", "generic", topic, None, b"{}", "accepted", "")

    async def store_all():
        intake = Intake()
        group = [incoming(1), incoming(2, topic), incoming(3)]
        found = await asyncio.gather(*map(intake.store, group), return_exceptions=True)
        await intake.close()
        return found

    first, refused, third = asyncio.run(store_all())

    assert (first.status, third.status) == (202, 202)
    assert isinstance(refused, Exception)
    assert Delivery.objects.filter(shop=shop).count() == 2


def delete(shop):
    shop.delete()
    connection.close()


def test_without_a_database_the_answer_is_503_and_asks_to_come_back(shop, settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "1")
    path, content, headers = signed(shop, ORDER)

    async def post_once():
        async with front_door() as (client, _):
            return await client.post(path, content=content, headers=headers)

    answer = asyncio.run(post_once())

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_a_shop_above_its_limit_is_told_when_to_come_again(post, still_clock):
    shop = make.shop(rate_limit=2)
    answers = [post(*signed(shop, ORDER, message_id=f"m{n}")) for n in range(3)]
    assert [status for status, _ in answers] == [202, 202, 429]
    assert Delivery.objects.filter(shop=shop).count() == 2


def test_the_answer_to_too_many_says_after_how_many_seconds(still_clock):
    shop = make.shop(rate_limit=1)
    path, content, headers = signed(shop, ORDER)
    Client().generic("POST", path, content, "application/json", headers=headers)
    path, content, headers = signed(shop, ORDER, message_id="msg_2")
    answer = Client().generic("POST", path, content, "application/json", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")


def test_several_web_processes_share_a_shops_limit(settings):
    settings.WEB_PROCESSES = 4
    one = limits.Limits()

    answered = [one.wait("shop", 8) for _ in range(3)]

    assert answered[:2] == [0, 0]
    assert 0 < answered[2] <= 0.5


def test_a_forged_call_does_not_use_the_limit_up(post):
    shop = make.shop(rate_limit=1)
    path, content, headers = signed(shop, ORDER)
    for _ in range(3):
        assert post(path, content, {**headers, "webhook-signature": "v1,AAAA"})[0] == 401
    assert post(path, content, headers)[0] == 202


def test_both_secrets_are_valid_while_they_rotate(post, shop):
    old = shop.webhook_secrets[0]
    rotation.rotate(shop)
    assert post(*signed(shop, ORDER, secret=old))[0] == 202
    assert post(*signed(shop, ORDER, message_id="msg_2"))[0] == 202
