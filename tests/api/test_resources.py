"""What can be read and written, as a shop's own program would."""

import pytest

from customers import ingest
from customers.models import Consent, Customer, Profile, Touchpoint
from insights.recommendation_models import RecommendationList
from segments.models import Segment
from shops.models import Delivery, Endpoint, OutgoingEvent
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return Caller(make.shop())


def test_a_customer_is_made_updated_and_found(caller):
    made = caller.send("PUT", "customers/gid://shop/7", {"email": "Ann@Example.com"})
    again = caller.send("PUT", "customers/gid://shop/7", {"first_name": "Ann"})

    assert (made.status_code, again.status_code) == (200, 200)
    found = caller.get("customers/gid://shop/7").json()
    assert (found["id"], found["email"], found["first_name"]) == (
        "gid://shop/7",
        "ann@example.com",
        "Ann",
    )
    assert caller.get("customers", email="ann@example.com").json()["data"] == [found]
    assert Customer.objects.get(external_id="gid://shop/7").stalemark


def test_an_older_update_never_overwrites_a_newer_one(caller):
    new = {"country": "DE", "updated_at": "2026-05-02T00:00:00Z"}
    old = {"country": "FR", "language": "fr", "updated_at": "2026-05-01T00:00:00Z"}
    for said in (new, old):
        caller.send("PUT", "customers/7", said)

    found = caller.get("customers/7").json()
    assert (found["country"], found["language"]) == ("DE", "fr")


def test_a_touchpoint_is_recorded_once_and_wakes_the_reactor(caller):
    said = {"id": "v1", "customer_id": "7", "kind": "product.viewed",
            "occurred_at": "2026-05-01T10:00:00+02:00", "data": {"product": "A"}}  # fmt: skip
    first, again = (caller.send("POST", "touchpoints", said) for _ in range(2))

    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["occurred_at"] == "2026-05-01T08:00:00Z"
    assert caller.get("touchpoints", customer="7").json()["data"] == [first.json()]
    assert caller.get("touchpoints", customer="8").json()["data"] == []
    assert Touchpoint.objects.count() == 1
    assert Customer.objects.get(external_id="7").stalemark


def test_touchpoints_are_recorded_together(caller):
    told = [
        {"id": str(n), "customer_id": "7", "kind": "a.b", "occurred_at": f"2026-05-0{n}T00:00:00Z"}
        for n in (1, 2, 3)
    ]
    assert caller.send("POST", "touchpoints/batch", {"touchpoints": told}).json() == {"count": 3}

    found = caller.get("touchpoints", since="2026-05-02T00:00:00Z", until="2026-05-03T00:00:00Z")
    assert [row["source"] for row in found.json()["data"]] == ["touchpoint:2"]
    too_many = {"touchpoints": told[:1] * 501}
    assert caller.send("POST", "touchpoints/batch", too_many).status_code == 400


def test_consent_is_given_and_withdrawn_with_its_proof(caller):
    given = {"customer_id": "7", "channel": "email", "given": True, "how": "checkout",
             "occurred_at": "2026-05-01T00:00:00Z",
             "proof": {"wording": "Yes, write to me", "ip": "192.0.2.7"}}  # fmt: skip
    ended = {"customer_id": "7", "channel": "email", "given": False, "how": "phone",
             "occurred_at": "2026-06-01T00:00:00Z", "proof": {"reference": "call 12"}}  # fmt: skip
    for said in (ended, given, given):
        assert caller.send("POST", "consents", said).status_code == 201

    (found,) = caller.get("consents", customer="7").json()["data"]
    assert (found["given_at"], found["ended_at"]) == (
        "2026-05-01T00:00:00Z",
        "2026-06-01T00:00:00Z",
    )
    assert found["given_proof"] == given["proof"]
    assert found["ended_proof"] == ended["proof"]


def test_permission_without_a_word_on_how_is_refused(caller):
    said = {"customer_id": "7", "channel": "email", "given": True}

    assert caller.send("POST", "consents", said).status_code == 400
    assert not Consent.objects.exists()


def test_an_order_is_shown_with_its_lines(caller):
    shop = caller.key.shop
    ann, mug = make.customer(shop), make.product(shop)
    order = make.order(ann, lines=((mug, 2, 500),))

    found = caller.get(f"orders/{order.external_id}").json()

    assert found["customer_id"] == ann.external_id
    assert found["lines"] == [
        {"product_id": mug.external_id, "quantity": 2, "unit_price_cents": 500,
         "total_cents": 1000}
    ]  # fmt: skip
    assert caller.get("orders", customer=ann.external_id).json()["data"] == [found]
    assert caller.get(f"products/{mug.external_id}").json()["title"] == mug.title


def test_endpoints_are_kept_by_the_api(caller, settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["192.0.2.0/24"]
    said = {"url": "http://192.0.2.1/hook", "events": ["order.placed", "message.sent"]}
    made = caller.send("POST", "endpoints", said).json()
    place = f"endpoints/{made['id']}"

    changed = caller.send("PATCH", place, {"events": ["order.placed"], "concurrency": 3}).json()
    assert (changed["events"], changed["concurrency"]) == (["order.placed"], 3)
    assert "secret" not in changed
    fresh = caller.send("POST", f"{place}/rotate").json()["secret"]
    assert Endpoint.objects.get().secrets == [fresh, made["secret"]]
    assert caller.send("DELETE", place).status_code == 204
    assert caller.get(place).status_code == 404


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]/x", "http://10.0.0.1:80/"])
def test_an_endpoint_inside_our_network_is_refused(caller, url):
    answer = caller.send("POST", "endpoints", {"url": url, "events": []})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "url"
    assert not Endpoint.objects.exists()


def test_a_paused_endpoint_is_resumed_and_told_again(caller):
    told = Endpoint.objects.create(
        shop=caller.key.shop, url="https://x.example.com", events=[], paused_at=make.days_ago(1)
    )
    for days in (1, 3):
        OutgoingEvent.objects.create(
            shop=told.shop, endpoint=told, cause=str(days), type="order.placed", data={},
            occurred_at=make.days_ago(days), delivered_at=make.days_ago(days),
        )  # fmt: skip
    assert caller.send("POST", f"endpoints/{told.pk}/resume").json()["paused_at"] is None
    span = {"since": make.days_ago(2).isoformat(), "until": make.days_ago(0).isoformat()}

    assert caller.send("POST", f"endpoints/{told.pk}/replay", span).json() == {"count": 1}
    newest, older = caller.get(f"endpoints/{told.pk}/events").json()["data"]
    assert sorted([newest["delivered_at"] is None, older["delivered_at"] is None]) == [False, True]


def test_a_quarantined_delivery_is_seen_and_read_again(caller):
    for number in range(2):
        Delivery.objects.create(
            shop=caller.key.shop, message_id=str(number), topic="order.placed", body=b'{"a": 1}'
        )
    ingest.digest()
    first, second = caller.get("deliveries/quarantined").json()["data"]

    whole = caller.get(f"deliveries/{first['id']}").json()
    assert (whole["body"], whole["status"]) == ({"a": 1}, "quarantined")
    assert "body" not in first
    assert caller.send("POST", f"deliveries/{first['id']}/replay").json() == {"count": 1}
    assert caller.get(f"deliveries/{first['id']}").json()["status"] == "accepted"
    span = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    only = {**span, "status": "quarantined"}
    assert caller.send("POST", "deliveries/replay", only).json() == {"count": 1}
    assert caller.get("deliveries/quarantined").json()["data"] == []
    assert second["reason"]


def test_what_was_computed_about_a_customer_can_be_read(busy_shop):
    caller, ann = Caller(busy_shop), Customer.objects.filter(shop=busy_shop).earliest("pk")
    Profile.objects.filter(customer=ann).update(scores={"purchase_30d": 0.25})

    profile = caller.get(f"profiles/{ann.external_id}").json()
    assert profile["values"]["facts.order_count"] == 1
    assert profile["values"]["scores.purchase_30d"] == 0.25
    assert profile["values"]["journey.stage"] == "at_risk"
    (visit,) = caller.get("visits", customer=ann.external_id).json()["data"]
    assert (visit["stage"], visit["left_at"]) == ("at_risk", None)
    assert visit["why"]["rule"]
    segment = Segment.objects.filter(shop=busy_shop, member_count=1)[0]
    (member,) = caller.get(f"segments/{segment.key}/members").json()["data"]
    assert member["customer_id"] == ann.external_id
    stages = caller.get("journeys/lifecycle/stages").json()["data"]
    assert {stage["id"]: stage["customer_count"] for stage in stages}["at_risk"] == 1


def test_what_a_campaign_did_can_be_read_with_the_reason_of_each_message(busy_shop):
    caller = Caller(busy_shop)
    (campaign,) = caller.get("campaigns").json()["data"]
    (message,) = caller.get(f"campaigns/{campaign['id']}/messages").json()["data"]

    report = caller.get(f"campaigns/{campaign['id']}/report").json()
    assert report["messages"] == {"planned": 1}
    assert report["treated"]["customer_count"] == 1
    assert report["proof"]["goal"]["value"] is None  # one customer proves nothing
    assert "Not enough" in report["proof"]["goal_words"]
    assert message["trail"]
    assert caller.get("messages", customer=message["customer_id"]).json()["data"] == [message]
    assert caller.get(f"messages/{message['id']}").json() == message
    (review,) = caller.get("reviews", customer=message["customer_id"]).json()["data"]
    assert review["analyses"][0]["analyser"]


def test_the_reference_page_needs_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs/").content.decode()

    assert "/api/v1/touchpoints/batch" in page
    assert "write:touchpoints" in page
    assert "http" not in page.replace("http://testserver", "")
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")


def test_recommendations_come_from_the_customers_list_with_reasons():
    shop = make.shop()
    caller = Caller(shop)
    ann = make.customer(shop, external_id="7")
    mug, hat, gone = (make.product(shop, title=title) for title in ("Mug", "Hat", "Gone"))
    gone.available = False
    gone.save()
    make.order(ann, lines=((hat, 1, 900),))
    items = [
        {"product": product.pk, "score": 0.5, "why": "because", "of": hat.pk, "days": None}
        for product in (gone, mug)
    ]
    RecommendationList.objects.create(shop=shop, customer=ann, kind="new", items=items)

    found = caller.get("recommendations/7").json()

    assert [one["product_id"] for one in found["new"]] == [mug.external_id]
    assert found["new"][0]["reason"] == "because you bought Hat"
    assert found["again"] == []
    assert caller.get("recommendations/unknown").status_code == 404
