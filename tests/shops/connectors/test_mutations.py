"""Ten thousand damaged payloads through every connector: each is read, quarantined or refused."""

import copy
import json
import random
from typing import Any

import pytest
from django.db import connection

from customers import ingest
from shops import intake
from shops.models import Delivery
from tests.shops import calls
from tests.shops.connectors.test_convergence import CALLS

pytestmark = pytest.mark.django_db

COUNT = 10_000
GROUP = 500
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
    yield from CALLS[connector]()
    if connector == "shopify":
        for path in sorted((calls.FIXTURES / "shopify").rglob("*.json")):
            yield path.stem.replace("__", "/"), json.loads(path.read_text())


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


@pytest.mark.parametrize("connector", CALLS)
def test_no_damage_is_answered_with_an_error_of_ours(connector):
    random_ = random.Random(connector)
    shop = calls.shop(connector, rate_limit=0)
    with connection.cursor() as cursor:
        cursor.execute(intake.FIND_SHOP, [shop.key])
        sender = intake.tenant(cursor.fetchone())
    originals, refused, kept = list(seeds(connector)), set(), []
    for _ in range(COUNT):
        topic, payload = random_.choice(originals)
        body = damaged_body(payload, random_)
        try:
            kept.append(intake.check(sender, headers_of(shop, topic, body), body))
        except intake.Refused as refusal:
            refused.add(refusal.answer.status)
    with connection.cursor() as cursor:
        for start in range(0, len(kept), GROUP):
            cursor.execute(intake.STORE, intake.columns(kept[start : start + GROUP]))
    while ingest.digest():
        pass
    verdicts = Delivery.objects.filter(shop=shop)
    assert verdicts.count() == len({call.key for call in kept})
    verdict_names = set(verdicts.values_list("status", flat=True))
    assert {"processed", "quarantined"} <= verdict_names <= {"processed", "quarantined", "ignored"}
    assert not verdicts.filter(status="quarantined", reason="").exists()
    assert refused <= {400, 401}  # 401: what is not UTF-8 cannot be signed as text
    assert len(kept) > COUNT / 2  # most of the damage is of the kind that only reading finds
    # The database is the last line of defence, not the one that should be needed.
    by_database = verdicts.filter(reason__startswith="The database")
    assert list(by_database.values_list("reason", flat=True)[:3]) == []
