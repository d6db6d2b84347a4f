"""Addresses that harm, by kind; a segment or a bar by one click, and of this shop only."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from campaigns import address_kinds, hygiene
from campaigns.hygiene_models import ListHygiene
from customers import consent
from customers.models import Suppression
from segments.models import Membership, Segment
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
UNREAD = {"message_sent_count": 5, "message_opened_count": 0, "message_clicked_count": 0}


@pytest.fixture
def shop():
    made = build.shop()
    people = {
        "typo": "a@gmial.com", "disposable": "b@MAILINATOR.com", "role": "info+x@tea.example",
        "bounced": "c@tea.example", "complained": "d@tea.example", "unread": "e@tea.example",
        "machine": "f@tea.example", "sleeper": "g@tea.example", "sound": "h@gmail.com",
    }  # fmt: skip
    for kind, email in people.items():
        joined = make.days_ago(400 if kind == "sleeper" else 5)
        customer = make.customer(
            made, external_id=kind, email=email, consents=("email",), created_at=joined
        )
        make.profile(customer, **(UNREAD if kind in {"unread", "machine"} else {}),
                     machine_open_count=3 if kind == "machine" else 0)  # fmt: skip
        if kind in {"bounced", "complained"}:
            consent.suppress(made, channel="email", address=email, reason=kind)
    make.customer(made, email="")
    make.customer(build.shop(), email="x@gmial.com")
    return made


def test_each_kind_is_counted_once(shop):
    counts = hygiene.count(shop).counts

    assert counts == {kind.key: 1 for kind in hygiene.KINDS} | {"all": 9, "sound": 1}


def test_slips_are_none_of_the_real_domains():
    assert address_kinds.SLIPS["gmial.com"] == address_kinds.SLIPS["gmail.con"] == "gmail.com"
    assert address_kinds.SLIPS["hotmial.com"] == "hotmail.com"
    wrong = {"mail.com", "gmail.com", "yahoo.com", "live.com", "gmx.net", "outlook.com"}
    assert not wrong & address_kinds.SLIPS.keys()


def test_a_segment_and_a_bar_by_one_click_twice_is_once(admin_client, shop):
    page = reverse("admin:campaigns_listhygiene_change", args=[hygiene.count(shop).pk])
    assert "gmial.com is not gmail.com" in admin_client.get(page).content.decode()

    for _ in range(2):
        made = admin_client.post(page, {"do": "segment", "kind": "sleeper"})
        admin_client.post(page, {"do": "bar", "kind": "typo"})

    segment = Segment.objects.get(shop=shop, key="hygiene-sleeper")
    assert made.url == reverse("admin:segments_segment_change", args=[segment.pk])
    assert Membership.objects.get(segment=segment).customer.external_id == "sleeper"
    barred = Suppression.objects.get(reason="list hygiene: typo")
    assert (barred.shop, barred.address) == (shop, "a@gmial.com")
    assert ListHygiene.objects.get(shop=shop).counts["typo"] == 0
    assert admin_client.post(page, {"do": "bar", "kind": "bounced"}).status_code == 403


def test_who_may_only_look_bars_nobody(client, shop):
    user = make.user()
    user.shops.add(shop)
    user.user_permissions.set(Permission.objects.filter(codename="view_listhygiene"))
    client.force_login(user)
    page = reverse("admin:campaigns_listhygiene_change", args=[hygiene.count(shop).pk])
    foreign = reverse("admin:campaigns_listhygiene_change", args=[hygiene.count(build.shop()).pk])

    assert client.get(page).status_code == 200
    assert client.post(page, {"do": "bar", "kind": "typo"}).status_code == 403
    assert client.get(foreign).status_code != 200
    assert Suppression.objects.filter(shop=shop).count() == 2
