"""The block of recommendations on a shop's own pages."""

import pytest
from django.test import Client
from django.utils.timezone import now

from customers.models import Recognition
from insights.recommendation_models import RecommendationList
from shops import site_script
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """A shop in which Ann is recommended a saucer and strangers a cup; both cost something."""
    shop = make.shop(currency="EUR")
    ann = make.customer(shop)
    cup = make.product(shop, external_id="cup", title="<b>Cup</b>", price_cents=500)
    saucer = make.product(shop, external_id="saucer", title="Saucer", price_cents=300)
    for customer, product in ((None, cup), (ann, saucer)):
        RecommendationList.objects.create(
            shop=shop, customer=customer, kind="all",
            items=[{"product": product.pk, "score": 1.0, "why": "popular"}],
        )  # fmt: skip
    Recognition.objects.create(
        shop=shop, source="r:1", visitor="v1s1t0r99", customer=ann, how="login", occurred_at=now()
    )
    return site_script.of(shop)


def ask(site, **asked):
    return Client().get(
        f"/offers/{site.public_key}/", asked, headers={"origin": "https://s.example"}
    )


def ids(answer):
    return [item["product_id"] for item in answer.json()["items"]]


def test_a_recognised_visitor_gets_their_own_products_and_a_stranger_what_sells(site):
    own, strangers = ask(site, visitor="v1s1t0r99"), ask(site, visitor="somebody-else")

    assert ids(own) == ["saucer", "cup"]
    assert ids(strangers) == ["cup"]
    assert own["Cache-Control"] == "private, no-store"
    assert strangers["Cache-Control"] == "public, max-age=300"
    assert own["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in own
    assert "customer" not in own.content.decode()


def test_what_is_in_the_basket_is_left_out_and_the_number_is_kept(site):
    assert ids(ask(site, visitor="v1s1t0r99", without="saucer,x")) == ["cup"]
    assert ids(ask(site, visitor="v1s1t0r99", count=1)) == ["saucer"]


def test_another_shops_visitor_is_a_stranger_here(site):
    other = site_script.of(make.shop())

    assert ids(ask(other, visitor="v1s1t0r99")) == []


def test_questions_that_cannot_be_answered_are_refused(site):
    assert ask(site, kind="x").status_code == 400
    assert ask(site, count="many").status_code == 400
    assert ask(site, visitor="a\0b", without="\0").status_code == 200
    assert Client().get("/offers/pub_nothing/").status_code == 404
    site.origins = "https://shop.example"
    site.save()
    assert ask(site).status_code == 403


def test_the_script_is_small_and_writes_text_only():
    answer = Client().get("/offers.js", headers={"accept-encoding": "gzip"})
    source = Client().get("/offers.js").content.decode()

    assert len(answer.content) <= 3_000
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "innerHTML" not in source
    assert "document.cookie =" not in source
