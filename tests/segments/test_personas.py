"""Personas are segments whose keys and members stay from run to run."""

import pytest
from django.urls import reverse

from customers.models import Profile
from segments import persona_page, personas
from segments.models import Clustering, Membership, PersonaFit, Segment
from tests import make

pytestmark = pytest.mark.django_db


def buyers(shop, count, **facts):
    for number in range(count):
        make.profile(
            make.customer(shop),
            **{
                "order_count": facts["orders"] + number % 2,
                "revenue_cents": facts["revenue"] * (100 + number % 7),
                "product_count": facts["orders"] * 3,
                "last_order_at": make.days_ago(facts["days"] + number % 5),
            },
        )


@pytest.fixture
def shop():
    shop = make.shop()
    buyers(shop, 30, orders=1, revenue=20, days=200)
    buyers(shop, 30, orders=12, revenue=3000, days=5)
    buyers(shop, 30, orders=4, revenue=100, days=40)
    return shop


def members(shop):
    rows = Membership.objects.filter(shop=shop, left_at=None)
    return sorted(rows.values_list("segment__key", "customer_id"))


def test_every_buyer_is_in_exactly_one_persona_with_a_name_of_its_own(shop):
    clustering = personas.refresh(shop)
    assert clustering is not None

    segments = Segment.objects.filter(shop=shop, kind="persona")
    assert clustering.cluster_count == segments.count() >= 3
    assert len({segment.name for segment in segments}) == segments.count()
    assert "Best customers, recently here" in {segment.name for segment in segments}
    assert len(members(shop)) == len({customer for _, customer in members(shop)}) == 90
    assert sum(segment.member_count for segment in segments) == 90


def test_a_second_run_changes_nothing(shop):
    personas.refresh(shop)
    before = members(shop)

    personas.refresh(shop)

    assert members(shop) == before
    assert not Membership.objects.exclude(left_at=None).exists()
    assert Clustering.objects.filter(shop=shop).count() == 2


def test_keys_stay_when_buyers_are_added(shop):
    personas.refresh(shop)
    before = {customer: key for key, customer in members(shop)}
    buyers(shop, 10, orders=12, revenue=3000, days=5)

    personas.refresh(shop)

    after = {customer: key for key, customer in members(shop)}
    kept = sum(after[customer] == key for customer, key in before.items())
    assert kept / len(before) > 0.9


def test_too_few_buyers_make_no_personas():
    shop = make.shop()
    buyers(shop, personas.MINIMUM_BUYERS - 1, orders=1, revenue=20, days=3)

    assert personas.refresh(shop) is None
    assert not Segment.objects.filter(shop=shop).exists()


def test_buyers_who_are_all_alike_make_no_personas():
    shop = make.shop()
    moment = make.days_ago(3)
    for _ in range(personas.MINIMUM_BUYERS):
        make.profile(make.customer(shop), order_count=1, revenue_cents=999, last_order_at=moment)

    assert personas.refresh(shop) is None


def test_distance_and_second_best_persona_are_kept_with_what_sets_each_apart(shop):
    mug = {"product_id": make.product(shop).pk, "title": "Mug", "times": 3}
    postage = make.product(shop, available=False)  # with every order, and nobody can buy it
    fee = {"product_id": postage.pk, "title": "Postage", "times": 9}
    Profile.objects.filter(order_count__gte=12).update(favourites=[fee, mug])

    clustering = personas.refresh(shop)

    assert clustering is not None
    fits = PersonaFit.objects.filter(shop=shop)
    assert fits.count() == 90
    for fit in fits:
        assert fit.second is not None
        assert fit.distance <= fit.second_distance
        assert fit.segment_id != fit.second_id
    best = next(c for c in clustering.centres if c["name"] == "Best customers, recently here")
    assert best["products"] == ["Mug"]
    assert best["size"] == 30
    assert set(clustering.stabilities) == set(clustering.silhouettes)
    assert clustering.drift is None
    again = personas.refresh(shop)
    assert again is not None
    assert again.drift == 0


def test_personas_may_be_made_of_other_features_and_keep_to_them(shop):
    features = ("orders", "mean_gap_days", "view_count")

    first = personas.refresh(shop, features)
    second = personas.refresh(shop)

    assert first is not None
    assert second is not None
    assert second.features == list(features) == first.features
    with pytest.raises(ValueError, match="no feature shoe_size"):
        personas.refresh(shop, ["shoe_size"])


def test_the_page_shows_the_personas_and_why_that_many(shop, client):
    client.force_login(make.user(is_superuser=True))
    url = reverse("admin:segments_clustering_changelist")
    assert "No personas yet" in client.get(url).content.decode()

    personas.refresh(shop)

    page = client.get(url).content.decode()
    assert "Best customers, recently here" in page
    assert "Stability" in page
    assert page.count("wm-trait-more") >= 3  # orders, revenue and products of the best


def test_what_sets_a_persona_apart_stands_first(shop):
    run = personas.refresh(shop)
    assert run is not None
    best = next(each for each in run.centres if each["name"].startswith("Best"))

    first, *_, last = persona_page.traits(run, best)

    assert (first["label"], first["side"]) == ("Days since the last order", "less")
    assert abs(first["doublings"]) > abs(last["doublings"])
    assert last["label"] == "Share of value returned"  # nobody sent anything back


def test_products_of_one_name_are_told_apart(shop):
    for number, profile in enumerate(Profile.objects.filter(shop=shop)):
        title = "Tea" if number < 30 else f"Cup {number % 2}"
        key = 1 if number < 30 else 100 + number  # every cup is a product of its own
        Profile.objects.filter(pk=profile.pk).update(
            favourites=[{"product_id": key, "title": title, "times": 2}]
        )

    run = personas.refresh(shop)

    assert run is not None
    assert [each["products"] for each in run.centres if each["products"][0] == "Tea"] == [["Tea"]]


def test_a_persona_has_a_page_of_figures_and_nothing_to_type(shop, client):
    personas.refresh(shop)
    persona = Segment.objects.filter(shop=shop, kind="persona").earliest("pk")
    marketer = make.signed_in(client, shop, "marketer")
    address = reverse("admin:segments_segment_change", args=[persona.pk])

    page = marketer.get(address).content.decode()

    assert "What sets them apart" in page
    assert "wm-traits" in page
    assert 'name="_save"' not in page
    marketer.post(address, {"name": "Mine", "key": "mine", "shop": shop.pk})
    assert Segment.objects.get(pk=persona.pk).key == persona.key
    listed = marketer.get(reverse("admin:segments_segment_changelist")).content.decode()
    assert "(average " in listed
