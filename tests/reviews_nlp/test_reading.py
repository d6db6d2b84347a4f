"""Review touchpoints become reviews once, with a sentiment, and reach the profile."""

import pytest

from customers import profiles
from customers.models import Customer, Profile, Touchpoint
from reviews_nlp import reading, report
from reviews_nlp.models import Review, ReviewAnalysis
from tests import make

pytestmark = pytest.mark.django_db


def written(by, text, **data):
    return make.touchpoint(
        by,
        kind="review.written",
        unread=True,
        data={"text": text, "language": "en", "rating": 5, **data},
    )


def test_a_review_is_read_once_and_its_author_is_looked_at_again():
    shop = make.shop()
    ann, dress = make.customer(shop), make.product(shop)
    written(ann, "I love this dress, it is wonderful", product_id=dress.external_id)

    assert reading.read() == 1
    assert reading.read() == 0

    review = Review.objects.get(shop=shop)
    assert (review.product, review.customer) == (dress, ann)
    assert (review.analyses.get().sentiment or 0) > 0.3
    assert Customer.objects.get(pk=ann.pk).stale_since is not None


def test_reading_again_makes_no_second_review():
    ann = make.customer(make.shop())
    written(ann, "Terrible, awful quality")
    reading.read()
    Touchpoint.objects.update(unread=True)

    assert reading.read() == 1

    assert (ReviewAnalysis.objects.get(review__customer=ann).sentiment or 0) < -0.3


def test_a_language_the_analyser_cannot_read_has_no_sentiment():
    ann = make.customer(make.shop())
    written(ann, "很好，我很喜欢", language="zh-hans")

    reading.read()

    assert ReviewAnalysis.objects.get(review__customer=ann).sentiment is None


def test_opinions_in_the_profile_are_the_mean_of_the_reviews():
    shop = make.shop()
    ann = make.customer(shop)
    written(ann, "wonderful")
    written(ann, "terrible")
    profiles.refresh(shop)
    reading.read()

    report.refresh(shop, [ann.pk])

    profile = Profile.objects.get(customer=ann)
    assert (profile.review_count, profile.mean_sentiment) == (2, pytest.approx(0, abs=0.2))
    assert report.refresh(shop) == 0
