"""What a shop's pages tell: the same contract as a webhook's, at both front doors."""

import json

import pytest
from django.test import Client

from shops import site_script
from shops.models import Delivery
from tests import make
from tests.shops import pages
from tests.shops.test_intake import signed, through_asgi, through_django

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = {"content-type": "text/plain;charset=UTF-8", "origin": "https://shop.example.com"}


@pytest.fixture(params=[through_asgi, through_django], ids=["asgi", "django"])
def post(request):
    def send(site, call, headers=PAGE, key=""):
        content = call if isinstance(call, bytes) else json.dumps(call).encode()
        return request.param(f"/site/{key or site.public_key}/", content, headers)

    return send


@pytest.fixture
def site():
    return site_script.of(make.shop())


def test_a_call_is_stored_before_it_is_answered_and_a_repeat_is_harmless(post, site):
    call = pages.call(pages.event("page.viewed", path="/"))
    answer = {"ok": True, "id": f"site:{call['visitor']}:{call['id']}", "status": "accepted"}

    assert post(site, call) == (202, answer)
    assert post(site, call) == (200, answer)

    delivery = Delivery.objects.get(shop=site.shop)
    assert (delivery.connector, delivery.digested_at) == ("site", None)
    assert json.loads(bytes(delivery.body)) == call


def test_a_page_of_another_origin_is_refused_and_one_of_the_shops_own_is_not(post, site):
    site.origins = "https://shop.example.com\nhttps://www.shop.example.com"
    site.save()
    call = pages.call(pages.event("page.viewed"))

    for headers in ({**PAGE, "origin": "https://evil.example.com"}, {"origin": "null"}, {}):
        status, answer = post(site, call, headers)
        assert (status, answer["error"]) == (403, "foreign_origin")
    assert post(site, call)[0] == 202


def test_the_previous_key_stays_valid_until_the_next_change(post, site):
    old = site.public_key
    site_script.rotate_key(site)
    assert post(site, pages.call(pages.event("page.viewed")), key=old)[0] == 202
    assert post(site, pages.call(pages.event("page.viewed")))[0] == 202
    site_script.rotate_key(site)
    site_script.rotate_key(site)
    status, answer = post(site, pages.call(pages.event("page.viewed")), key=old + "-")
    assert (status, answer["error"]) == (404, "unknown_shop")
    assert through_django(f"/site/{old}/", b"{}", {})[0] == 404


def test_a_shops_webhook_key_is_no_key_of_its_pages_and_the_other_way_round(post, site):
    call = pages.call(pages.event("page.viewed"))
    assert post(site, call, key=site.shop.key)[0] == 404
    _, content, headers = signed(site.shop, {"type": "order.placed"})
    assert through_asgi(f"/hooks/{site.public_key}/", content, headers)[0] == 404


def test_five_hundred_events_are_taken_and_one_more_is_not(post, site):
    events = [pages.event("page.viewed") for _ in range(501)]
    assert post(site, pages.call(*events[:500]))[0] == 202
    status, answer = post(site, pages.call(*events))
    assert (status, answer["message"]) == (400, "events: must be 1 to 500 events.")


def test_a_body_over_the_limit_is_413(post, site):
    assert post(site, b" " * 65_537)[0] == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null", b"{}", b'"x"', b'{"id": 5}', b"[" * 60_000,
     b'{"id":"12345678","visitor":"short","events":[{}]}',
     b'{"id":"12345678","visitor":"../../../etc","events":[{}]}',
     b'{"id":"12345678","visitor":"123456789","events":{}}',
     b'{"id":"12345678","visitor":"123456789","events":[]}'],
)  # fmt: skip
def test_what_is_no_call_is_400_and_leaves_nothing(post, site, body):
    assert post(site, body)[0] == 400
    assert not Delivery.objects.filter(shop=site.shop).exists()


def test_pages_above_their_limit_wait_and_do_not_stop_the_webhooks(post, site):
    site.rate_limit = 1
    site.save()
    found = [post(site, pages.call(pages.event("page.viewed")))[0] for _ in range(3)]
    assert found[0] == 202
    assert 429 in found
    assert through_django(*signed(site.shop, {"type": "order.placed"}))[0] == 202


def test_any_page_may_read_the_answer_and_it_says_nothing_of_anybody(site):
    for answer in (
        Client().post(f"/site/{site.public_key}/", b"{", "text/plain", headers=PAGE),
        Client().get(f"/site/{site.public_key}/"),
    ):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Access-Control-Expose-Headers"] == "retry-after"
        assert "Set-Cookie" not in answer


def test_the_script_is_three_kilobytes_at_most():
    answer = Client().get("/waymark.js", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) <= 3_000
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"waymark" in Client().get("/waymark.js").content
