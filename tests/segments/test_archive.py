"""An archived segment is out of lists, pickers and evaluation, and comes back as of today."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign
from segments import membership, rules
from segments.models import Segment
from tests import make

pytestmark = pytest.mark.django_db
LIST = "admin:segments_segment_changelist"
BUYERS = {"field": "facts.order_count", "op": ">=", "value": 1}


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def marketer(client, shop):
    return make.signed_in(client, shop, "marketer")


@pytest.fixture
def segment(shop):
    make.profile(make.customer(shop), order_count=1)
    made = Segment.objects.create(shop=shop, name="Buyers", key="buyers", rule=BUYERS)
    membership.fill(made)
    return made


def act(client, action, segment, query=""):
    said = {"action": action, "_selected_action": [segment.pk]}
    return client.post(reverse(LIST) + query, said, follow=True).content.decode()


def test_an_archived_segment_is_out_of_the_way_and_comes_back(marketer, shop, segment):
    assert "1 segment was archived" in act(marketer, "archive", segment)

    assert "Buyers" not in marketer.get(reverse(LIST)).content.decode()
    assert "Buyers" in marketer.get(reverse(LIST) + "?archived=yes").content.decode()
    page = marketer.get(reverse("admin:segments_segment_change", args=[segment.pk]))
    assert "Bring it back" in page.content.decode()
    make.profile(make.customer(shop), order_count=2)
    membership.refresh(shop)
    membership.fill(segment)
    segment.refresh_from_db()
    assert segment.member_count == 1
    with pytest.raises(rules.RuleError):
        rules.compile({"segment": "buyers"}, shop=shop)

    assert "in use again" in act(marketer, "bring_back", segment, "?archived=yes")
    segment.refresh_from_db()
    assert (segment.archived_at, segment.member_count) == (None, 2)


def test_what_is_used_elsewhere_is_refused_with_the_place(marketer, shop, segment):
    Campaign.objects.create(shop=shop, name="Spring", key="spring",
                            plan={"entry": {"segment": "buyers"}, "steps": []})  # fmt: skip

    told = act(marketer, "archive", segment)

    assert "Spring" in told
    segment.refresh_from_db()
    assert segment.archived_at is None


def test_a_persona_is_not_archived(marketer, shop):
    persona = Segment.objects.create(shop=shop, name="P", key="p", kind="persona")

    assert "is a persona" in act(marketer, "archive", persona)


def test_who_may_only_read_archives_nothing(client, shop, segment):
    act(make.signed_in(client, shop, "analyst"), "archive", segment)

    segment.refresh_from_db()
    assert segment.archived_at is None
