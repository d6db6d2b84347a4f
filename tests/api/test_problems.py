"""Every error is a problem document, whichever part of the server noticed it."""

import json

import pytest
from django.db import connection

from shops.rest import problems
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db
POINT = {"id": "1", "customer_id": "7", "kind": "a.b", "occurred_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def caller():
    return Caller(make.shop())


def problem(answer, status, kind):
    """The document, after a look at what every one has."""
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"]) == (status, status)
    assert said["type"] == f"urn:waymark:problem:{kind}"
    assert said["title"]
    assert said["detail"]
    return said


def test_what_is_not_there(caller):
    problem(caller.get("customers/nobody"), 404, "not-found")
    problem(caller.get("nothing/at/all"), 404, "not-found")
    problem(caller.send("POST", "nothing"), 404, "not-found")
    problem(caller.get("messages/99999999999999999999999999"), 404, "not-found")
    problem(caller.get("customers/%00"), 404, "not-found")


def test_a_method_that_is_not_allowed_says_which_are(caller):
    answer = caller.send("DELETE", "customers/1")

    problem(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET, PUT, HEAD"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "FOO"])
def test_odd_methods_are_not_allowed(caller, method):
    problem(caller.send(method, "customers"), 405, "method-not-allowed")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "x" * 5000]
)
def test_a_body_of_another_type(caller, kind):
    answer = caller.send("POST", "touchpoints", b"a=1", **{"Content-Type": kind})

    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"NaN", b'{"id": 1e999}', b'"\\ud800"', b"[" * 100_000, b"\x00"],
)
def test_a_body_that_is_not_json(caller, body):
    problem(caller.send("POST", "touchpoints", body), 400, "invalid")


@pytest.mark.parametrize("body", [b"null", b"1", b"[]", b'"text"', b"{}", b"true"])
def test_a_body_of_another_shape(caller, body):
    assert problem(caller.send("POST", "touchpoints", body), 400, "invalid")["errors"]


def test_json_nested_absurdly_deep(caller):
    deep = json.dumps({**POINT, "data": {}})[:-3] + '{"a":' * 500 + "1" + "}" * 501

    problem(caller.send("POST", "touchpoints", deep.encode()), 400, "invalid")


def test_each_fault_has_its_path(caller):
    points = [POINT, {**POINT, "kind": "No Kind", "occurred_at": 7}, {"id": ""}]
    said = problem(
        caller.send("POST", "touchpoints/batch", {"touchpoints": points}), 400, "invalid"
    )

    paths = {fault["path"] for fault in said["errors"]}
    assert {"touchpoints[1].kind", "touchpoints[1].occurred_at", "touchpoints[2].id"} <= paths


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "occurred_at"),
        ({"occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "occurred_at"),
        ({"data": {"a": "\x00"}}, "data.a"),
        ({"customer_id": "\x00"}, "customer_id"),
        ({"kind": "order.placed"}, "kind"),
    ],
)
def test_what_fits_the_schema_and_cannot_be_kept(caller, changed, path):
    said = problem(caller.send("POST", "touchpoints", POINT | changed), 422, "unacceptable")

    assert [fault["path"] for fault in said["errors"]] == [path]


def test_a_fault_in_a_batch_keeps_all_of_it_out(caller):
    late = {**POINT, "occurred_at": "3000-01-01T00:00:00Z"}
    said = problem(
        caller.send("POST", "touchpoints/batch", {"touchpoints": [POINT, late]}),
        422,
        "unacceptable",
    )

    assert said["errors"][0]["path"] == "touchpoints[1].occurred_at"
    assert caller.get("touchpoints").json()["data"] == []


def test_huge_numbers_are_kept_or_refused(caller):
    huge = caller.send("POST", "touchpoints", {**POINT, "data": {"n": 10**400}})
    problem(huge, 400, "invalid")
    large = caller.send("POST", "touchpoints", {**POINT, "data": {"n": 10**30}})
    assert float(large.json()["data"]["n"]) == 1e30


@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
def test_a_body_that_is_too_large(caller, size):
    problem(caller.send("POST", "touchpoints", b" " * size), 413, "too-large")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=٣", "limit=1&limit=2", "emial=a", "email="],
)
def test_parameters_that_are_not_documented(caller, query):
    problem(caller.get(f"customers?{query}"), 400, "invalid")


@pytest.mark.parametrize("query", ["email=%00", "cursor=abc", "cursor=%00", "cursor=é"])
def test_parameters_that_mean_nothing(caller, query):
    problem(caller.get(f"customers?{query}"), 422, "unacceptable")


def test_a_list_that_needs_a_customer_says_so(caller):
    said = problem(caller.get("visits"), 400, "invalid")

    assert said["errors"] == [{"path": "customer", "message": "is required."}]


def test_an_error_of_ours_is_a_problem_too(caller, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(connection, "cursor", fail)

    said = problem(caller.get("customers"), 500, "error")
    assert "Zero" not in json.dumps(said)


def test_a_host_that_is_not_ours_is_a_problem_too(caller):
    caller.client.defaults["HTTP_HOST"] = "elsewhere.example.com"

    problem(caller.get("customers"), 400, "invalid")


def test_other_pages_keep_their_own_errors(client):
    answer = client.get("/nowhere")

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_every_kind_is_documented(client):
    page = client.get("/api/v1/docs/").content.decode()

    for kind in problems.KINDS:
        assert f"urn:waymark:problem:{kind}" in page
