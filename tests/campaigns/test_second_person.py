"""Where an owner says so, a campaign is started by somebody else than who changed it last."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Template
from shops.models import AuditEntry, Seat
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop(demands_approval=True)


@pytest.fixture
def people(shop, client):
    """Two marketers, signed in side by side."""
    both = [client, client.__class__()]
    for number, each in enumerate(both):
        user = make.user(username=f"person{number}")
        Seat.objects.create(shop=shop, user=user, role="marketer")
        each.force_login(user)
    return both


def act(who, action):
    """Do something with the only campaign; how it stands then."""
    page = reverse("admin:campaigns_campaign_changelist")
    chosen = Campaign.objects.get().pk
    who.post(page, {"action": action, "_selected_action": [chosen]})
    return Campaign.objects.get().status


def test_who_changed_a_campaign_last_does_not_start_it(people, shop):
    ann, bob = people
    ann.post(reverse("admin:campaigns_campaign_begin"), {"shop": shop.key, "key": "birthday"})
    assert act(ann, "submit") == "review"
    assert act(ann, "launch") == "review"
    assert act(bob, "launch") == "running"
    assert AuditEntry.objects.filter(shop=shop, who="person1", action="launch").exists()

    template = Template.objects.earliest("pk")  # Bob writes in one of its mails
    page = reverse("admin:campaigns_template_change", args=[template.pk])
    form = bob.get(page).context["form"]
    told = {name: form[name].value() or "" for name in form.fields}
    bob.post(page, {**told, "html": "", "subject": "Another subject"})  # made of its MJML
    assert Campaign.objects.get().status == "paused"
    assert act(bob, "resume") == "paused"
    assert act(ann, "resume") == "running"


def test_it_is_switched_per_shop(people, shop):
    shop.demands_approval = False
    shop.save()
    ann, _bob = people
    ann.post(reverse("admin:campaigns_campaign_begin"), {"shop": shop.key, "key": "birthday"})
    assert act(ann, "launch") == "running"
