"""A new domain sends few mails, more each day that went well, and none once too many come back."""

import pytest

from campaigns import gate, warm_up
from campaigns.models import DomainLimit, Message
from campaigns.warm_up_models import WarmUp
from customers import consent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    made = WarmUp(shop=build.shop(from_email="hi@new.example"), first_per_day=100, most_per_day=180)
    warm_up.begin(made)
    build.campaign(made.shop)
    return made


def sent(plan, count, **fields):
    """Mails that left today."""
    for _ in range(count):
        customer = make.customer(plan.shop)
        build.message(customer, status="sent", sent_at=make.days_ago(0.1), **fields)


def a_day_later(plan):
    WarmUp.objects.update(stepped_at=make.days_ago(1.1))
    warm_up.look_all()
    plan.refresh_from_db()


def test_the_days_limit_holds_for_all_domains_and_for_no_other_shop(plan):
    for shop in (plan.shop, build.shop()):
        if shop != plan.shop:
            build.campaign(shop)
        for domain in ("a.example", "b.example", "c.example"):
            build.message(make.customer(shop, consents=("email",), email=f"x@{domain}"))

    cleared, taken = gate.claim(limit=20)

    assert taken == 6
    assert Message.objects.filter(pk__in=cleared, shop=plan.shop).count() == 1
    assert len(cleared) == 4
    line = DomainLimit.objects.get(shop=plan.shop)
    assert line.per_second * 86_400 == pytest.approx(100)
    waits = Message.objects.filter(shop=plan.shop, status="planned")
    assert waits.count() == waits.filter(reason="paced").count() == 2


def test_a_good_day_raises_the_limit_and_the_last_one_lifts_it(plan):
    assert list(warm_up.schedule(plan)) == [100, 140, 180]
    for limit in (140, 180, 180):
        sent(plan, 100)
        a_day_later(plan)
        assert plan.per_day == limit

    assert plan.status == "done"
    assert [day["limit"] for day in plan.days] == [100, 140, 180]
    assert not DomainLimit.objects.exists()


def test_a_quiet_day_is_repeated(plan):
    sent(plan, 49)
    a_day_later(plan)

    assert (plan.per_day, plan.status) == (100, "running")


def test_too_many_bounces_let_everything_wait_until_somebody_goes_on(plan, admin_client):
    sent(plan, 50)
    for number in range(3):
        consent.suppress(
            plan.shop, channel="email", address=f"{number}@x.example", reason="bounced"
        )
    letter = build.message(make.customer(plan.shop, consents=("email",)))
    WarmUp.objects.update(stepped_at=make.days_ago(0.5))

    warm_up.look_all()

    plan.refresh_from_db()
    assert plan.status == "paused"
    assert "5.7%" in plan.reason
    assert gate.claim(limit=5)[0] == []
    assert plan.reason in admin_client.get(f"/admin/?shop={plan.shop.key}").content.decode()
    page = f"/admin/campaigns/warmup/{plan.pk}/change/"
    assert plan.reason in admin_client.get(page).content.decode()
    for _ in range(2):
        admin_client.post(page, {"do": "resume"})
    warm_up.look_all()  # what was before is not held against it
    Message.objects.filter(pk=letter.pk).update(due_at=make.days_ago(0.001))
    assert gate.claim(limit=5)[0] == [letter.pk]
