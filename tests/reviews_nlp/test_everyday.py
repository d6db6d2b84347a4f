"""What customers write every day is understood before anything was learned, in few words too."""

import pytest

from reviews_nlp import reading, verdicts
from reviews_nlp.models import Review
from tests import make

pytestmark = pytest.mark.django_db

GOOD = """
Works as it should.
Arrived on time and nothing was broken
I thought it would be late but it came early
Not bad at all
Never had a problem with it
No leaks, no scratches
The old one was broken, this one is great
A bit late but excellent
Would buy again
Fits well, washes well
Cheap, but it works and I am happy
The zip never got stuck
Came in one piece, well packed
He loves it!
Does what it says
Just what I needed
Arrived a day early, not a scratch
很好
不错，下次还会买
没有破损，很满意
没有坏，包装很好
虽然快递慢，但是质量很好
物流很快，东西完好
没有异味，孩子很喜欢
东西不错，就是物流慢了点
有点贵，但是很好用
不后悔
没有失望
一点都不后悔
没有色差
从没见过这么好的服务
""".strip().splitlines()

BAD = """
Broken when it came
Ripped after one wash
Torn at the seam
Defective
Faulty zip, returned
The bottle was leaking
Stained and dirty
Half of the parts were missing
Came two weeks late
This is a fake
I want a refund
It never arrived
Not what I ordered
Does not fit
Nobody answers my mails
Not good
Would not buy again
Nice colour but it fell apart
Lovely dress, but it arrived torn
Looks great. Stopped working after a week.
The box was empty
Cracked screen
Lid does not close
Colour ran in the wash
No one picks up the phone
Never buying from here again
Pretty, but far too small
坏了
收到就是坏的
杯子破损了
是假货，不是正品
已经退款
衣服有污渍
少了一件，客服不理人
发错货了
一个星期了还没到
用了两天就不能用了
颜色好看，但是收到就坏了
虽然便宜，但是质量很差
有瑕疵，退货了
买回来不能开机
好看是好看，就是质量太差
开线了，不会再买
不好用
没有想象的好
没想象中好
没有图片上好看
没有说的那么好
不会再买
没见过这么差的服务
""".strip().splitlines()


def test_short_reviews_of_every_day_are_understood_from_day_one():
    shop = make.shop()
    for text in GOOD + BAD:
        data = {"text": text, "language": ""}
        make.touchpoint(make.customer(shop), kind="review.written", unread=True, data=data)
    assert reading.read() == len(GOOD + BAD)

    assert misread(shop) == []

    while verdicts.refine():
        pass
    assert len(misread(shop)) <= 3  # the encoder is outwitted by "I thought it would be late"


def misread(shop):
    """The reviews whose verdict has the wrong sign, or none."""
    found = Review.objects.filter(shop=shop).order_by("id")
    return [
        (review.text, review.sentiment)
        for review in found
        if ((review.sentiment or 0) > 0) is not (review.text in GOOD) or not review.sentiment
    ]
