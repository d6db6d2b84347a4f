"""What stands around a phrase: comparison, what never was, and what spoiled it in the end."""

import pytest

from reviews_nlp import reading
from reviews_nlp.analysers.base import Text
from reviews_nlp.analysers.lexicon import LexiconAnalyser
from reviews_nlp.models import Review
from tests import make

GOOD = """
Not as bad as I feared
Nowhere near as heavy as I worried
Never had a better pillow
It could not be better
Can't complain
Not bad at all
It never arrived. They sent a new one at once, lovely service, great quality, love it
一点也不差
不比大牌的差
没有想象的那么差
没评论说的那么糟
""".strip().splitlines()

BAD = """
Looks great. Stopped working after a week.
Beautiful and elegant. It won't turn on any more.
It would have been perfect if it had arrived
It was perfect until the first wash
It never got better
Great idea, poor execution.
Lovely, went in the bin
不像图片那么好看
没有图片那么好看
外观漂亮，用了一个星期就坏了
早知道不该买
""".strip().splitlines()


@pytest.mark.parametrize(("text", "good"), [(t, True) for t in GOOD] + [(t, False) for t in BAD])
def test_the_words_around_a_phrase_turn_it(text, good):
    language = "en" if text.isascii() else "zh"

    (said,) = LexiconAnalyser().analyse([Text("", text, language)])

    assert said
    assert (said > 0) is good


@pytest.mark.parametrize("text", ["电池再大一点就更好了", "要是便宜点就完美了"])
def test_a_wish_says_neither(text):
    assert LexiconAnalyser().analyse([Text("", text, "zh")]) == [None]


@pytest.mark.django_db
def test_what_failed_in_the_end_outweighs_the_looks():
    shop = make.shop()
    data = {"text": "Looks great. Stopped working after a week.", "language": ""}
    make.touchpoint(make.customer(shop), kind="review.written", unread=True, data=data)

    reading.read()

    sentiment = Review.objects.get(shop=shop).sentiment
    assert sentiment is not None
    assert sentiment < 0
