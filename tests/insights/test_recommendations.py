"""From orders to the offers on the customer page: learned, stored, read."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from campaigns import letters, rendering
from campaigns.models import Template
from customers import profiles
from insights import artefact, buying, recommendation_runs, recommending
from insights.recommendation_models import ProductRule, RecommendationList, RecommendationRun
from tests import make
from tests.api.calling import Caller
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Forty customers, half of whom buy cups and plates, half spades and hoses, again and again."""
    shop = make.shop()
    names = ["Cup", "Plate", "Tray", "Spade", "Hose", "Rake"]
    things = [make.product(shop, title=name, external_id=name.lower()) for name in names]
    for number in range(40):
        buyer = make.customer(shop)
        mine = things[:3] if number % 2 == 0 else things[3:]
        for order, days in enumerate((90, 60, 35, 5)):
            bought = mine[: 2 if number >= 36 else 3] if order else mine[:1]
            lines = tuple((thing, 1, 500) for thing in bought)
            make.order(buyer, lines=lines, placed_at=make.days_ago(days + number % 3))
    profiles.refresh(shop)
    return shop


def buyers(shop):
    return list(shop.customer_set.order_by("pk"))


def offered(shop, customer, **how):
    return [r.product for r in recommending.recommend(shop, customer, **how)]


def test_a_customer_is_offered_what_is_missing_with_the_reason(shop):
    recommendation_runs.learn(shop)
    last = buyers(shop)[-2:]  # one of cups and plates, one of spades and hoses

    first = [recommending.recommend(shop, customer, kind="new")[0] for customer in last]

    assert [offer.product for offer in first] == ["tray", "rake"]
    assert first[0].reason in {"because you bought Cup", "because you bought Plate"}


def test_what_is_bought_regularly_is_offered_again_with_its_rhythm(shop):
    recommendation_runs.learn(shop)

    again = recommending.recommend(shop, buyers(shop)[0], kind="again")

    assert {offer.product for offer in again} == {"cup", "plate", "tray"}
    assert "you buy this about every 28 days" in {offer.reason for offer in again}


def test_reasons_are_given_in_the_active_language(shop):
    with translation.override("en"):
        assert recommending.in_words("again", None, "9") == "you buy this about every 9 days"


def test_what_sold_out_or_is_in_the_basket_is_left_out_at_once(shop):
    recommendation_runs.learn(shop)
    customer = buyers(shop)[0]

    assert "cup" in offered(shop, customer)
    assert "cup" not in offered(shop, customer, without=["cup"])
    shop.product_set.filter(external_id="cup").update(available=False)
    assert "cup" not in offered(shop, customer)


def test_what_was_bought_since_is_not_called_new(shop):
    recommendation_runs.learn(shop)
    customer = buyers(shop)[-2]
    tray = shop.product_set.get(external_id="tray")

    make.order(customer, lines=((tray, 1, 500),))

    assert "tray" not in offered(shop, customer, kind="new")


def test_a_stranger_is_offered_what_sells(shop):
    recommendation_runs.learn(shop)

    for nobody in (None, make.customer(shop)):
        offers = recommending.recommend(shop, nobody, kind="new")
        assert len(offers) == 6
        assert {offer.reason for offer in offers} == {"others buy this now"}


def test_only_changed_customers_lists_are_written_anew(shop):
    recommendation_runs.learn(shop)
    RecommendationList.objects.update(computed_at=make.days_ago(1))
    shop.profile_set.update(refreshed_at=make.days_ago(2))
    before = dict(RecommendationList.objects.values_list("pk", "computed_at"))
    customer = buyers(shop)[-2]
    make.order(customer, lines=((shop.product_set.get(external_id="tray"), 1, 500),))
    profiles.refresh(shop, [customer.pk])

    recommendation_runs.refresh_changed()

    after = dict(RecommendationList.objects.values_list("pk", "computed_at"))
    changed = RecommendationList.objects.filter(pk__in=[k for k in after if after[k] != before[k]])
    assert set(changed.values_list("customer", flat=True)) == {customer.pk}
    assert "tray" in offered(shop, customer, kind="again")


def test_learning_twice_keeps_one_list_a_kind(shop):
    recommendation_runs.learn(shop)
    count = RecommendationList.objects.count()

    recommendation_runs.learn(shop)

    assert RecommendationList.objects.count() == count == 40 * 3 + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RecommendationList.objects.create(shop=shop, customer=None, kind="all")


def test_the_run_says_how_good_it_is(shop):
    run = recommendation_runs.learn(shop)

    assert run.live == "blend"
    assert run.metrics["blend"] > run.metrics["popularity"]
    assert f"{run.metrics['blend']:.1%}" in run.reason


@pytest.mark.parametrize(
    ("blend", "live"), [(0.30, "blend"), (0.28, "blend"), (0.2, "popularity"), (0.09, "popularity")]
)
def test_a_blend_that_is_clearly_worse_than_a_simple_list_is_switched_off(blend, live):
    metrics = {"blend": blend, "popularity": 0.1, "own_frequencies": 0.3, "noise": 0.02}

    assert recommendation_runs.verdict(metrics)[0] == live


def test_too_few_buyers_get_what_sells_and_the_card_says_why():
    shop = make.shop()
    make.order(make.customer(shop), lines=((make.product(shop), 1, 100),))

    run = recommendation_runs.learn(shop)

    assert (run.live, run.reason) == ("popularity", "1 of 20 buyers so far")
    with translation.override("zh-hans"):
        assert run.why == "目前 1 位购买客户，需要 20 位"
    assert len(recommending.recommend(shop, None)) == 1


@pytest.mark.parametrize("sold", [False, True])
def test_a_shop_that_is_empty_or_sold_nothing_does_not_break(sold):
    shop = make.shop()
    if sold:
        make.product(shop)

    assert recommendation_runs.learn(shop).live == "popularity"
    assert len(recommending.recommend(shop, None)) == sold


def test_what_is_held_back_is_offered_to_nobody_even_before_the_night(shop):
    recommendation_runs.learn(shop)
    tray = shop.product_set.get(external_id="tray")

    ProductRule.objects.create(shop=shop, kind="hold_back", product=tray)

    assert "tray" not in offered(shop, None)
    assert "tray" not in offered(shop, buyers(shop)[-2], kind="new")


def test_a_rule_of_a_category_counts_for_its_products(shop):
    rake = shop.product_set.get(external_id="rake")
    shop.product_set.filter(external_id__in=["cup", "plate"]).update(category="Kitchen")
    ProductRule.objects.create(shop=shop, kind="never_with", first_category="Kitchen", product=rake)
    recommendation_runs.learn(shop)

    assert "rake" not in offered(shop, buyers(shop)[0], kind="new", count=3)


@pytest.mark.parametrize(
    "fields", [{"kind": "goes_with"}, {"kind": "prefer", "first_category": "Kitchen"}]
)
def test_a_rule_names_what_it_needs(shop, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductRule.objects.create(shop=shop, product=shop.product_set.first(), **fields)


def test_nothing_later_than_the_moment_is_read(shop):
    moment = make.days_ago(50)
    catalogue = buying.catalogue(shop, moment)
    before = buying.purchases(shop, catalogue, at=moment)
    make.order(buyers(shop)[0], lines=((shop.product_set.first(), 3, 500),))

    after = buying.purchases(shop, catalogue, at=moment)

    assert len(before) == len(after) > 0
    assert (before.age == after.age).all()
    assert before.age.min() >= 0


def test_what_was_learned_is_stored_without_pickle_and_comes_back_the_same(shop):
    recommendation_runs.learn(shop)
    content = bytes(RecommendationRun.objects.get(shop=shop).learned)

    fitted = artefact.unpack(content)

    assert set(fitted) >= {"catalogue", "blend", "part.ease", "part.content"}
    assert fitted["part.content"]["likeness"].shape == (6, 6)
    assert artefact.unpack(artefact.pack(fitted)).keys() == fitted.keys()


def test_an_unknown_kind_is_refused_with_those_there_are(shop):
    with pytest.raises(recommending.UnknownKind, match="new, again, all"):
        recommending.recommend(shop, None, kind="wish")


def test_the_customer_page_shows_the_offers(client, shop):
    recommendation_runs.learn(shop)
    client.force_login(make.user(is_superuser=True))

    page = client.get(reverse("admin:customers_customer_change", args=[buyers(shop)[-2].pk]))

    assert "because you bought" in page.content.decode()


def test_a_mail_offers_products_with_reasons(shop):
    recommendation_runs.learn(shop)
    message = build.message(buyers(shop)[-2])
    text = "{% for p in recommendations.new limit: 1 %}{{ p.title }}: {{ p.reason }}{% endfor %}"
    template = Template(shop=shop, name="Offers", subject="Hi", html="", text=text)

    mail = rendering.render(template, letters.read([message.pk])[0].context)

    assert mail.text.startswith("Tray: because you bought ")


def test_the_marketer_adds_a_rule(client, shop):
    client.force_login(make.user(is_superuser=True))
    cup, plate = shop.product_set.filter(external_id__in=["cup", "plate"])
    form = {"shop": shop.pk, "kind": "goes_with", "first": cup.pk, "product": plate.pk,
            "active": "on"}  # fmt: skip

    client.post(reverse("admin:insights_productrule_add"), form)
    again = client.post(reverse("admin:insights_productrule_add"), form)

    assert ProductRule.objects.get().first == cup
    assert "There is such a rule already." in again.content.decode()
    listed = client.get(reverse("admin:insights_productrule_changelist")).content.decode()
    assert "goes with" in listed


def test_what_comes_back_counts_more_for_who_sends_things_back(shop):
    """Trays come back: who returns much is offered them later, and the API says the risk."""
    for number, buyer in enumerate(buyers(shop)[:36:6]):
        tray = shop.product_set.get(external_id="tray")
        make.order(buyer, lines=((tray, -1, 500),), kind="cancellation",
                   external_id=f"back-{number}", placed_at=make.days_ago(1))  # fmt: skip
    careless, careful = buyers(shop)[-2], buyers(shop)[-4]  # neither has a tray
    profiles.refresh(shop)
    for one, risk in ((careless, 0.6), (careful, 0.05)):
        shop.profile_set.filter(customer=one).update(scores={"return_risk": risk})

    recommendation_runs.learn(shop)

    risks = {
        one.pk: next(
            offer.return_risk or 0.0
            for offer in recommending.recommend(shop, one, kind="new")
            if offer.product == "tray"
        )
        for one in (careless, careful)
    }
    assert risks[careless.pk] > 2 * risks[careful.pk] > 0
    told = Caller(shop).get(f"recommendations/{careless.external_id}").json()["new"]
    assert {p["product_id"]: p["return_risk"] for p in told}["tray"] == risks[careless.pk]
