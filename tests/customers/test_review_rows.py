"""Reviews in a file: read like any other, once, and only where they say something."""

import pytest

from customers.models import Touchpoint
from reviews_nlp import reading
from reviews_nlp.models import Review
from tests import make
from tests.customers.uploads import begin, run

pytestmark = pytest.mark.django_db

# As a review service exports it: no ids of its own.
REVIEWS = """\
Product ID,Rating,Title,Body,Reviewer email,Created at
mug,5,Lovely,"Soft glaze, and it arrived in two days",Ann@Example.com,2026-01-05 10:00
mug,1.0,,"Terrible, it came broken",,2026-02-01
mug,six,,Good,,2026-02-02
mug,,,,,2026-02-03
,4,,好用,,
"""


def test_an_export_of_reviews_is_read_once_and_says_what_it_cannot_take():
    shop = make.shop()
    mug = make.product(shop, external_id="mug")
    for _ in range(2):
        record = run(begin(shop, REVIEWS, "reviews.csv", "reviews"))
        while reading.read():
            pass

    assert (record.rows_imported, record.rows_rejected) == (2, 3)
    rejects = record.rejects.order_by("row").values_list("column", flat=True)
    assert list(rejects) == ["Rating", "Body", "Created at"]
    good, bad = Review.objects.filter(shop=shop).order_by("written_at")
    assert (good.rating, good.title, good.product) == (5, "Lovely", mug)
    assert good.customer
    assert good.customer.email == "ann@example.com"
    assert (bad.rating, bad.text, bad.customer) == (1, "Terrible, it came broken", None)
    assert (good.sentiment or 0) > 0 > (bad.sentiment or 0)
    assert Touchpoint.objects.filter(shop=shop, kind="review.written").count() == 2
