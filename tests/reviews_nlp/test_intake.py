"""Reviews arrive by a program of the shop: once, all or none, whatever stands in them."""

import pytest

from customers.models import Touchpoint
from reviews_nlp import reading
from reviews_nlp.models import Review
from tests import make
from tests.api.calling import Caller
from tests.reviews_nlp.test_reading import BAD

pytestmark = pytest.mark.django_db
AT = "2026-11-02T10:00:00Z"


@pytest.fixture
def caller():
    return Caller(make.shop())


def review(number, text, **more):
    return {"id": str(number), "text": text, "written_at": AT, **more}


def test_reviews_are_told_by_the_api_once_and_read_with_verdict_and_aspects(caller):
    shop = caller.key.shop
    mug = make.product(shop)
    told = {"reviews": [
        review(1, "Great fabric but runs small", customer_id="7", product_id=mug.external_id,
               rating=4),
        review(2, "质量很差"),
    ]}  # fmt: skip

    for _ in range(2):
        answer = caller.send("POST", "reviews", told)
        assert (answer.status_code, answer.json()) == (202, {"count": 2})
    assert reading.read() == 2

    found = {row["source"]: row for row in caller.get("reviews").json()["data"]}
    assert found.keys() == {"review:1", "review:2"}
    one = found["review:1"]
    assert (one["customer_id"], one["product_id"], one["rating"]) == ("7", mug.external_id, 4)
    assert [(o["aspect"], o["sentiment"] > 0) for o in one["opinions"]] == [
        ("material", True),
        ("size", False),
    ]
    assert found["review:2"]["sentiment"] < 0


def test_one_that_cannot_be_read_is_named_and_none_is_taken(caller):
    wrong = review(2, "Nice") | {"written_at": "yesterday"}

    answer = caller.send("POST", "reviews", {"reviews": [review(1, "Nice"), wrong]})

    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["path"] == "reviews[1].written_at"
    assert not Touchpoint.objects.filter(kind="review.written").exists()
    assert Caller(caller.key.shop, ["read:reviews"]).send("POST", "reviews", {}).status_code == 403


def test_bad_words_are_taken_or_refused_and_stop_nobody(caller):
    statuses = {
        name: caller.send("POST", "reviews", {"reviews": [review(name, text)]}).status_code
        for name, text in BAD.items()
    }
    assert caller.send("POST", "reviews", {"reviews": [review("good", "Good")]}).status_code == 202

    assert {name for name, status in statuses.items() if status != 202} == {
        "a megabyte", "not a text"
    }  # fmt: skip
    reading.read()
    assert Review.objects.filter(shop=caller.key.shop).count() == len(BAD) - 1
