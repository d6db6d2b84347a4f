"""From a holdout to the customers whom a message changes, and to a segment of them."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from campaigns import targeting
from campaigns.models import Enrolment, Targeting
from customers.models import Customer, Order, Profile
from insights import scoring
from insights.models import TrainedModel
from segments import membership
from segments.models import Segment
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
PEOPLE = 1_600


@pytest.fixture
def campaign():
    """Half held out. Who ordered once buys anyway; who ordered four times, if written to."""
    random, shop, entered = np.random.default_rng(0), build.shop(), make.days_ago(30)
    people = Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(PEOPLE)
    )
    Profile.objects.bulk_create(Profile(shop=shop, customer=one) for one in people)
    campaign = build.campaign(
        shop, name="Spring", holdout_percent=50, launched_at=make.days_ago(40)
    )
    orders: list[Order] = []
    enrolments: list[Enrolment] = []
    for n, person in enumerate(people):
        held_out, often = bool(random.integers(0, 2)), n % 2 == 0
        enrolments.append(
            Enrolment(shop=shop, campaign=campaign, customer=person, entry_key="x",
                      held_out=held_out, entered_at=entered, due_at=None)
        )  # fmt: skip
        days = [int(day) for day in random.integers(60, 400, 4 if often else 1)]
        chance = (0.1 if held_out else 0.35) if often else 0.5
        days += [25] if random.random() < chance else []
        orders += [
            Order(shop=shop, customer=person, external_id=f"{n}-{place}", currency="EUR",
                  placed_at=make.days_ago(day), total_cents=5000)
            for place, day in enumerate(days)
        ]  # fmt: skip
    Enrolment.objects.bulk_create(enrolments)
    Order.objects.bulk_create(orders)
    return campaign


def test_those_whom_the_message_changes_become_a_segment_with_a_share_of_the_others(
    campaign, client
):
    said = Targeting.objects.create(shop=campaign.shop, campaign=campaign, discount_cents=600)
    client.force_login(make.user(is_superuser=True))

    targeting.learn_all()
    address = reverse("admin:campaigns_targeting_changelist")
    client.post(address, {"action": "make_segment", "_selected_action": said.pk})
    segment = Segment.objects.get(key=f"persuadable-{campaign.pk}")
    membership.refresh(campaign.shop)

    card = TrainedModel.objects.get(predictor=f"uplift_{campaign.pk}")
    assert (card.status, card.window["method"]) == ("live", "uplift"), card.reason
    assert card.metrics["policy"] > card.metrics["random"] > card.metrics["nobody"]
    assert card.metrics["net_cents"] > card.metrics["everybody_net_cents"]
    members = set(segment.memberships.values_list("customer__external_id", flat=True))
    often = sum(int(n) % 2 == 0 for n in members)
    assert often > 0.9 * PEOPLE / 2
    assert 0.02 < (len(members) - often) / (PEOPLE / 2) < 0.5  # who explore, and who came close
    page = client.get(reverse("admin:insights_trainedmodel_change", args=[card.pk]))
    assert "Doubly robust" in page.content.decode()
    assert "effect" in client.get(address).content.decode()


def test_the_score_is_explained_and_goes_when_nothing_can_be_told_any_more(campaign):
    targeting.learn(campaign)
    often = Customer.objects.get(external_id="0")

    (told,) = scoring.told(often)
    Enrolment.objects.update(entered_at=now() - timedelta(days=3))
    card = targeting.learn(campaign)

    assert told.value > 1
    assert told.higher
    assert (card.status, card.reason) == (
        "off",
        "Left to rules: 0 of 50 outcomes in the smaller arm",
    )
    with translation.override("zh-hans"):
        assert card.why == "交由规则：较小的一组只有 0 个结果，需要 50 个"
        assert str(getattr(scoring.scorer_of(card), "question", "")).startswith("联系此客户")
    assert Customer.objects.get(external_id="0").profile.scores == {}
    assert not TrainedModel.objects.filter(status="live").exists()
