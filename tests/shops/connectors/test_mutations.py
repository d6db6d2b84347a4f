"""Ten thousand damaged payloads through every connector: each is read, quarantined or refused."""

import asyncio
import copy
import json
import random
from collections import Counter
from typing import Any

import pytest

from customers import ingest
from shops import connectors, group_commit
from shops.models import Delivery
from tests.shops import calls
from tests.shops.connectors.test_convergence import CALLS
from tests.shops.connectors.test_fixtures import documented

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 10_000
GROUP = 500  # calls at once
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, 10**30, -(10**18), "", " ", "x" * 5000, "\x00", "\ud800",
    "NaN", "1e400", "2026-13-45", "9999-12-31T23:59:59+14:00", "0001-01-01", "٣", "-0", "💥",
    [], {}, [[]], [None], {"id": None}, {"": ""}, float("nan"), float("inf"),
]  # fmt: skip


def places(value, path=()):
    """Every place in a payload where something could be something else."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield (*path, number)
            yield from places(item, (*path, number))


def mutated(payload, random_):
    """The payload with one to three members replaced, removed or duplicated."""
    damaged = copy.deepcopy(payload)
    for _ in range(random_.randint(1, 3)):
        found = list(places(damaged))
        if not found:
            break
        *way, last = random_.choice(found)
        inside = damaged
        for step in way:
            inside = inside[step]
        if random_.random() < 0.2:
            del inside[last]
        else:
            inside[last] = copy.deepcopy(random_.choice([*VALUES, payload]))
    return damaged


def damaged_body(payload, random_):
    """Mostly another type or value somewhere, sometimes other bytes."""
    if random_.random() < 0.15:
        content = bytearray(json.dumps(payload).encode())
        for _ in range(random_.randint(1, 5)):
            content[random_.randrange(len(content))] = random_.randrange(256)
        return bytes(content)
    return json.dumps(mutated(payload, random_)).encode("utf-8", "surrogatepass")


def seeds(connector):
    """Every payload at hand of the topics that the connector reads, and every such topic."""
    found = list(CALLS[connector]())
    found += [(topic, json.loads(path.read_text())) for of, topic, path in documented()
              if of == connector]  # fmt: skip
    if connector == "generic":
        found += more_of_generic([payload for _, payload in found])
    return [(topic, payload) for topic, payload in found if connectors.get(connector).reads(topic)]


def more_of_generic(events):
    order = next(event for event in events if event["type"] == "order.placed")
    review = {"id": "r", "text": "Nice", "rating": 4, "written_at": order["timestamp"]}
    product = {"id": "p", "title": "Cup", "category": "Cups", "price_cents": 500}
    data = {"order.cancelled": order["data"], "review.written": review, "product.updated": product}
    more = [order | {"type": kind, "data": said} for kind, said in data.items()]
    batch = {"type": "batch", "events": [*events, *more]}
    return [(event["type"], event) for event in [*more, batch]]


def headers_of(shop, topic, body):
    """A platform signs whatever it sends, well-formed or not."""
    if shop.connector == "generic":
        secret = calls.Webhook(shop.webhook_secrets[0])
        now, name = calls.datetime.now(calls.UTC), f"m{next(calls.numbers)}"
        signature = secret.sign(name, now, body.decode("latin-1"))
        if not body.isascii():
            to_sign = f"{name}.{int(now.timestamp())}.".encode() + body
            mac = calls.hmac.new(secret._whsecret, to_sign, calls.hashlib.sha256).digest()
            signature = "v1," + calls.base64.b64encode(mac).decode()
        stamp = str(int(now.timestamp()))
        return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}
    return calls.headers(shop, topic, body)


async def statuses(shop, sent):
    """Post them to the application itself, many at once; how often each status was answered."""
    intake = group_commit.Intake()
    seen: Counter[int] = Counter()

    async def post(topic, body):
        named = headers_of(shop, topic, body).items()
        scope = {"type": "http", "method": "POST", "path": f"/hooks/{shop.key}/",
                 "headers": [(k.encode(), v.encode("latin-1")) for k, v in named]}  # fmt: skip
        answered = []

        async def receive():
            return {"type": "http.request", "body": body}

        async def send(event):
            answered.append(event)

        await intake(scope, receive, send)
        seen[answered[0]["status"]] += 1

    for start in range(0, len(sent), GROUP):
        await asyncio.gather(*(post(*call) for call in sent[start : start + GROUP]))
    await intake.close()
    return seen


@pytest.mark.parametrize("connector", CALLS)
def test_no_damage_is_answered_with_an_error_of_ours(connector, monkeypatch):
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 60)
    random_ = random.Random(connector)
    shop = calls.shop(connector, rate_limit=0)
    originals, sent = seeds(connector), []
    for _ in range(COUNT):
        topic, payload = random_.choice(originals)
        if random_.random() < 0.05:  # the payload of another topic
            _, payload = random_.choice(originals)
        sent.append((topic, damaged_body(payload, random_)))

    seen = asyncio.run(statuses(shop, sent))
    while ingest.digest():
        pass

    assert set(seen) <= {200, 202, 400, 401}  # 401: what is not UTF-8 cannot be signed as text
    verdicts = Delivery.objects.filter(shop=shop)
    assert verdicts.count() == seen[202]
    assert seen[202] > COUNT / 2  # most of the damage is of the kind that only reading finds
    verdict_names = set(verdicts.values_list("status", flat=True))
    assert {"processed", "quarantined"} <= verdict_names <= {"processed", "quarantined", "ignored"}
    assert not verdicts.exclude(status="processed").filter(reason="").exists()
    # The database is the last line of defence, not the one that should be needed.
    by_database = verdicts.filter(reason__startswith="The database")
    assert list(by_database.values_list("reason", flat=True)[:3]) == []
