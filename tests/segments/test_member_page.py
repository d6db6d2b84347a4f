"""The members of a segment, page by page, with why each is in; and the list of segments."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segments import member_page, membership
from segments.models import Segment
from tests import make

pytestmark = pytest.mark.django_db
TWICE = {"field": "facts.order_count", "op": ">=", "value": 2}


@pytest.fixture
def segment(monkeypatch):
    monkeypatch.setattr(member_page, "PAGE", 2)
    shop = make.shop()
    for _ in range(5):
        make.profile(make.customer(shop), order_count=3)
    made = Segment.objects.create(shop=shop, name="Twice", key="twice", rule=TWICE)
    membership.refresh(shop)
    return made


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def test_the_pages_hold_every_member_once(segment):
    seen, after = [], 0
    while True:
        page = member_page.show(segment, after=after)
        seen += [member.membership.customer_id for member in page.members]
        if not page.after:
            break
        after = page.after

    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)


def test_a_member_is_shown_with_why_and_no_table_is_counted(owner, segment):
    url = reverse("admin:segments_segment_members", args=[segment.pk])
    with CaptureQueriesContext(connection) as queries:
        page = owner.get(url).content.decode()

    assert page.count("ordered 3 times") == 2
    assert "?after=" in page
    assert not [q for q in queries if "COUNT(" in q["sql"] or "OFFSET" in q["sql"]]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_place_that_is_none_shows_the_first_page_or_none(owner, segment, after):
    url = reverse("admin:segments_segment_members", args=[segment.pk])

    assert owner.get(url, {"after": after}).status_code == 200


def test_members_of_another_shop_are_not_shown(client, segment):
    user = make.user()
    user.user_permissions.set(Permission.objects.all())
    make.shop().staff.add(user)
    client.force_login(user)

    url = reverse("admin:segments_segment_members", args=[segment.pk])
    assert client.get(url).status_code == 404


def test_who_may_not_see_customers_does_not_see_members(client, segment):
    user = make.user()
    user.user_permissions.add(Permission.objects.get(codename="view_segment"))
    segment.shop.staff.add(user)
    client.force_login(user)

    url = reverse("admin:segments_segment_members", args=[segment.pk])
    assert client.get(url).status_code == 403


def test_an_empty_list_offers_the_ready_made_segments(owner):
    make.shop()
    page = owner.get(reverse("admin:segments_segment_changelist")).content.decode()

    assert "?ready=lapsed-vips" in page


def test_the_list_asks_no_more_for_more_segments(owner, segment):
    url = reverse("admin:segments_segment_changelist")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            page = owner.get(url).content.decode()
        assert "?ready=" not in page
        return len(captured)

    owner.get(url)
    before = queries()
    for number in range(4):
        Segment.objects.create(
            shop=segment.shop, name=f"S{number}", key=f"s{number}", rule={"segment": "twice"}
        )
    assert queries() <= before + 1


def test_chosen_segments_are_counted_again_at_once(owner, segment):
    make.profile(make.customer(segment.shop), order_count=3)
    fixed = Segment.objects.create(shop=segment.shop, name="F", key="f", kind="static")
    action = {"action": "recount", "_selected_action": [segment.pk, fixed.pk]}

    said = owner.post(reverse("admin:segments_segment_changelist"), action, follow=True)

    assert Segment.objects.get(pk=segment.pk).member_count == 6
    assert "1 segment was counted again" in said.content.decode()
    assert "not made by a rule: 1" in said.content.decode()
