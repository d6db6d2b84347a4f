"""The ready-made campaign can be launched as it is, and reads well for everybody."""

import re

import pytest

from campaigns import launching, letters, plan_check, rendering, winback
from campaigns.models import Campaign, Template
from customers.models import Profile
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
LINK = "/u/"


def mail_to(customer):
    campaign = winback.create(customer.shop)
    template = Template.objects.get(shop=customer.shop)
    message = build.message(customer, campaign, template=template)
    return rendering.render(template, letters.read([message.pk])[0].context)


def test_it_is_made_once_as_a_draft_that_can_be_launched():
    shop = build.shop()
    build.visit(make.customer(shop))

    first, second = winback.create(shop), winback.create(shop)

    assert first == second
    assert (first.status, first.holdout_percent) == ("draft", 5)
    plan_check.check(first.plan, shop)
    assert launching.launch(Campaign.objects.get())
    assert first.enrolments.count() == 1


def test_the_templates_have_no_faults():
    winback.create(build.shop())
    template = Template.objects.get()

    assert rendering.check(template.subject, template.html, template.text) == {}


def test_favourites_are_named_escaped_with_a_link_to_unsubscribe():
    ann = make.customer(build.shop(name="Tea & Co"), first_name="Ann")
    titles = ["Mug <blue>", "Tea", "Towel", "Fourth"]
    make.profile(ann, favourites=[{"title": title, "times": 2} for title in titles])

    mail = mail_to(ann)

    assert mail.subject == "Ann, we kept your favourites for you"
    assert "Mug &lt;blue&gt;" in mail.html
    assert "Mug <blue>" in mail.text
    assert "Fourth" not in mail.html + mail.text
    assert "Tea &amp; Co" in mail.html
    assert re.search(f'href="[^"]+{LINK}', mail.html)
    assert LINK in mail.text


def test_somebody_we_know_nothing_of_gets_a_whole_mail_too():
    stranger = make.customer(build.shop(), first_name="")
    assert not Profile.objects.exists()

    mail = mail_to(stranger)

    assert mail.subject == "Hello, we kept your favourites for you"
    assert "Hello," in mail.text
    assert "more than to anything else" not in mail.html + mail.text
    assert "{" not in mail.text


def test_a_date_that_is_not_known_is_left_empty():
    ann = make.customer(build.shop())
    build.campaign(ann.shop)
    words = "[{{ facts.last_order_at | date: '%Y' }}]"
    message = build.message(ann, template=build.template(ann.shop, text=words))

    mail = rendering.render(message.template, letters.read([message.pk])[0].context)

    assert mail.text == "[]"
