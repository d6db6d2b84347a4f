"""A write that is sent twice with one Idempotency-Key is done once and answered twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import now

from shops.models import AnsweredCall, Endpoint
from shops.rest import idempotency
from tests import make
from tests.api.calling import Caller

ENDPOINT = {"url": "https://192.0.2.1/hook", "events": ["order.placed"]}
ONCE = {"Idempotency-Key": "order-17"}


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["192.0.2.0/24"]


@pytest.mark.django_db
def test_the_same_call_is_done_once_and_answered_twice():
    caller = Caller(make.shop())

    first, again = (caller.send("POST", "endpoints", ENDPOINT, **ONCE) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["secret"].startswith("whsec_")
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Endpoint.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_without_a_body_is_repeated_too():
    caller = Caller(make.shop())
    made = caller.send("POST", "endpoints", ENDPOINT).json()["id"]

    answers = [caller.send("DELETE", f"endpoints/{made}", **ONCE) for _ in range(2)]

    assert [(a.status_code, a.content) for a in answers] == [(204, b"")] * 2


@pytest.mark.django_db
def test_without_the_header_a_call_is_done_each_time():
    caller = Caller(make.shop())
    for _ in range(2):
        caller.send("POST", "endpoints", ENDPOINT)

    assert Endpoint.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "endpoints", {**ENDPOINT, "concurrency": 2}),
        ("POST", "touchpoints/batch", ENDPOINT),
        ("PATCH", "endpoints/1", ENDPOINT),
    ],
)
def test_the_key_of_another_call_is_refused(method, path, said):
    caller = Caller(make.shop())
    caller.send("POST", "endpoints", ENDPOINT, **ONCE)
    if path == "touchpoints/batch":
        said = {"touchpoints": [{"id": "1", "customer_id": "1", "kind": "a.b",
                                 "occurred_at": "2026-01-01T00:00:00Z"}]}  # fmt: skip

    answer = caller.send(method, path, said, **ONCE)

    assert (answer.status_code, answer.json()["type"][-12:]) == (422, "unacceptable")
    assert Endpoint.objects.count() == 1


@pytest.mark.django_db
def test_two_shops_may_use_the_same_key():
    for _ in range(2):
        assert Caller(make.shop()).send("POST", "endpoints", ENDPOINT, **ONCE).status_code == 201

    assert Endpoint.objects.count() == 2


@pytest.mark.django_db
def test_a_call_that_failed_may_be_mended_under_its_key():
    caller = Caller(make.shop())

    assert caller.send("POST", "endpoints", {"url": 1}, **ONCE).status_code == 400
    assert caller.send("DELETE", "endpoints/1", **ONCE).status_code == 404
    assert caller.send("POST", "endpoints", ENDPOINT, **ONCE).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "é", "x" * 256, "a b"])
def test_a_key_that_is_no_key_is_refused(key):
    answer = Caller(make.shop()).send("POST", "endpoints", ENDPOINT, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "Idempotency-Key"


@pytest.mark.django_db
def test_the_kept_answer_is_sealed_and_forgotten_after_a_day():
    caller = Caller(make.shop())
    secret = caller.send("POST", "endpoints", ENDPOINT, **ONCE).json()["secret"]
    assert secret not in str(AnsweredCall.objects.values().get())

    idempotency.forget_old(now() + idempotency.KEPT - timedelta(minutes=1))
    assert AnsweredCall.objects.exists()
    idempotency.forget_old(now() + idempotency.KEPT + timedelta(minutes=1))
    assert not AnsweredCall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_at_once_one_is_done_and_none_is_answered_otherwise():
    caller, many = Caller(make.shop()), 8
    barrier = Barrier(many)

    def call(_):
        try:
            barrier.wait()
            return caller.send("POST", "endpoints", ENDPOINT, **ONCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        answers = list(pool.map(call, range(many)))

    assert Endpoint.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert caller.send("POST", "endpoints", ENDPOINT, **ONCE).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_while_the_first_call_runs_a_second_one_is_told_to_wait():
    caller = Caller(make.shop())
    with connection.cursor() as cursor:  # the first call, as far as its lock
        cursor.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))",
            [f"idempotency:{caller.key.shop_id}:order-17"],
        )
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(_elsewhere, caller).result()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:waymark:problem:conflict")
    assert not Endpoint.objects.exists()


def _elsewhere(caller):
    try:
        return caller.send("POST", "endpoints", ENDPOINT, **ONCE)
    finally:
        connection.close()
