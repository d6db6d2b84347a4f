"""What many reviews say together: alarms, the heat map, answers, and what a shop's stars teach."""

import pytest
from django.urls import reverse
from django.utils import translation

from reviews_nlp import alarms, answering, heat, panels, reading, self_training
from reviews_nlp.models import AspectAlarm, OwnClassifier, Review, ReviewAnalysis
from tests import make

pytestmark = pytest.mark.django_db


def reviews(product, *texts, **data):
    """One review a day, the last one today."""
    for n, text in enumerate(texts):
        make.touchpoint(
            make.customer(product.shop),
            kind="review.written",
            unread=True,
            occurred_at=make.days_ago(len(texts) - n - 1),
            data={"text": text, "product_id": product.external_id, **data},
        )
    reading.read()


def rated(by, product, text, stars):
    data = {"text": text, "product_id": product.external_id, "rating": stars}
    make.touchpoint(by, kind="review.written", unread=True, data=data)


def test_an_aspect_that_turned_bad_raises_one_alarm_with_its_reviews():
    mug = make.product(make.shop())
    reviews(mug, *["Lovely quality."] * 10, *["Terrible quality."] * 6, "Lovely quality.")

    assert alarms.look(mug.shop) == 1
    assert alarms.look(mug.shop) == 0

    alarm = AspectAlarm.objects.get(shop=mug.shop)
    assert (alarm.product, alarm.aspect, alarm.complaints_before) == (mug, "quality", 0)
    assert alarm.complaints_since == pytest.approx(6 / 7)
    assert len(alarm.reviews) == 6
    with translation.override("zh-hans"):
        assert str(alarm) == f"{mug}: 质量"
    assert panels.alarms(mug.shop).context["alarms"][0]["since"] == 86


def test_an_alarm_settles_when_nobody_complains_any_more_and_is_not_raised_again():
    mug = make.product(make.shop())
    reviews(mug, *["Lovely quality."] * 10, *["Terrible quality."] * 8)
    assert alarms.look(mug.shop) == 1
    for n in range(6):
        make.touchpoint(
            make.customer(mug.shop),
            kind="review.written",
            unread=True,
            data={"text": "Lovely quality.", "product_id": mug.external_id, "n": n},
        )
    reading.read()

    assert alarms.look(mug.shop) == 0
    assert AspectAlarm.objects.get(shop=mug.shop).settled_at is not None


def test_a_product_that_was_always_mixed_raises_no_alarm():
    mug = make.product(make.shop())
    reviews(mug, *["Lovely quality.", "Terrible quality."] * 12)

    assert alarms.look(mug.shop) == 0


def test_the_heat_map_counts_reviews_of_a_product_by_month_and_aspect():
    mug, cup = make.product(shop := make.shop()), make.product(shop)
    reviews(mug, "Terrible quality and awful smell.")
    reviews(cup, "Lovely quality.")

    whole, of_mug = heat.heat_map(shop), heat.heat_map(shop, mug.pk)

    assert len(whole.months) == 12
    assert [(row.aspect, row.cells[-1].count, row.cells[-1].bad) for row in whole.rows] == [
        ("Quality", 2, 1),
        ("Smell", 1, 1),
    ]
    assert of_mug.rows[0].cells[-1].bad_percent == 100


def test_the_page_shows_a_member_their_shop_only(client):
    mug = make.product(make.shop(name="Mine"))
    other = make.product(make.shop(name="Other"), title="Secret kettle")
    reviews(mug, "Terrible quality.")
    reviews(other, "Lovely quality.")
    user = make.user(is_superuser=False)
    mug.shop.staff.add(user)
    page = reverse("admin:reviews_nlp_review_aspects")
    client.force_login(user)
    assert client.get(page).status_code == 403

    user.is_superuser = True
    user.save()
    shown = client.get(page, {"shop": mug.shop.key, "product": other.pk}).content.decode()

    assert "1 of 1 complain" in shown
    assert "Secret kettle" not in shown


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "Lovely fabric but runs small",
            "Thank you for taking the time to write to us. We are glad that you are happy with this"
            ": material. We are sorry that this was not right: size. Please reply with your order"
            " number, and we will put it right.",
        ),
        ("质量很好", "感谢您抽出时间写下评价。很高兴您对质量感到满意。期待您再次光临。"),
    ],
)
def test_an_answer_is_drafted_in_the_language_of_the_review(text, answer):
    mug = make.product(make.shop())
    reviews(mug, text)

    assert answering.draft(Review.objects.get(product=mug)) == answer


def test_too_few_stars_teach_nothing_and_say_so():
    mug = make.product(make.shop())
    reviews(mug, "Fine", rating=5)

    own = self_training.train(mug.shop)

    assert (own.live, own.review_count) == (False, 1)
    assert own.reason.startswith("1 of 200 rated reviews so far")


def test_words_that_only_this_shop_s_customers_use_are_learned_from_their_stars():
    mug = make.product(make.shop())
    ann = make.customer(mug.shop)
    for n in range(110):
        rated(ann, mug, f"zorby {n}", 5)
        rated(ann, mug, f"grumful {n}", 1)
    reading.read()

    own = self_training.train(mug.shop)
    assert own.live
    assert (own.auc or 0) > (own.general_auc or 0)
    reviews(mug, "So grumful today")

    last = ReviewAnalysis.objects.filter(analyser="own", review__product=mug).latest("pk")
    assert (last.sentiment or 0) < -0.3
    assert OwnClassifier.objects.filter(shop=mug.shop).count() == 1
