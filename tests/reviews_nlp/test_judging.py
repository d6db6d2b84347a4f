"""The language model is asked about what nobody is sure of, once, without names."""

import pytest

from llm.models import Call
from llm.providers.canned import Canned
from reviews_nlp import judging, reading
from reviews_nlp.models import Review
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unsure():
    """A review of Ann's in which every analyser hears praise and blame alike."""
    shop = make.shop()
    ann = make.customer(shop, first_name="Annabel")
    make.touchpoint(ann, kind="review.written", unread=True,
                    data={"text": "Annabel here. It is what it is."})  # fmt: skip
    reading.read()
    Review.objects.update(sentiment=0.1, confidence=0.55, waits=False)
    return Review.objects.get()


def test_its_answer_becomes_one_more_voice_and_the_author_is_looked_at_again(unsure):
    model = Canned(['{"sentiment": -1}'])

    assert judging.judge(provider=model) == 1

    judged = Review.objects.get()
    assert judged.sentiment is not None
    assert judged.sentiment < 0.1
    assert judged.analyses.get(analyser="judge").sentiment == -0.8
    assert "Annabel" not in model.asked[0].turns[1].text
    assert Call.objects.get().purpose == "sentiment of a review"
    assert judging.judge(provider=model) == 0


def test_a_refusal_is_not_asked_again_and_a_reply_that_does_not_fit_changes_nothing(unsure):
    model = Canned(['{"sentiment": 7}', "seven"])

    assert judging.judge(provider=model) == 1
    assert judging.judge(provider=model) == 0

    assert Review.objects.get().analyses.get(analyser="judge").sentiment is None


def test_sure_ones_advertising_and_shops_without_a_model_are_left_alone(unsure):
    assert judging.judge() == 0
    Review.objects.update(suspicion="injection")
    assert judging.judge(provider=Canned()) == 0
    Review.objects.update(suspicion="", confidence=0.9)
    assert judging.judge(provider=Canned()) == 0
    assert not Call.objects.exists()
