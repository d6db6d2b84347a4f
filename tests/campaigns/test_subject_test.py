"""A mail under another subject: a copy, made once, of the shop's own."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from campaigns import subject_test, writing
from campaigns.models import Template
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    return build.template(build.shop(), key="hello", preheader="Tea", from_local="ann")


def test_a_copy_says_the_same_under_another_subject_and_is_made_once(template):
    made, again = (subject_test.copy(template.shop, "hello", " Come back ") for _ in range(2))

    assert made == again
    assert (made.key, made.subject, made.name) == ("hello-2", "Come back", "Hello: Come back")
    said, held = writing.told(made), writing.told(template)
    assert {part for part in said if said[part] != held[part]} == {"subject", "name"}
    assert subject_test.copy(template.shop, "hello", "Other").key == "hello-3"


@pytest.mark.parametrize("subject", ["", "  ", "{{ a", "x" * 301])
def test_a_subject_that_cannot_be_sent_makes_none(template, subject):
    with pytest.raises(PlanError):
        subject_test.copy(template.shop, "hello", subject)

    assert Template.objects.get() == template


def test_the_mail_of_another_shop_is_not_copied(template):
    with pytest.raises(PlanError):
        subject_test.copy(build.shop(), "hello", "Mine")


def test_who_may_add_no_template_gets_no_copy(client, template):
    campaign = build.campaign(template.shop, status="draft")
    user = make.user()
    user.shops.add(template.shop)
    rights = ("view_campaign", "change_campaign")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    answer = client.post(
        reverse("admin:campaigns_campaign_steps_subject", args=[campaign.pk]),
        {"send": "hello", "subject": "Mine"},
    )

    assert answer.status_code == 403
    assert not Template.objects.filter(subject="Mine").exists()
