"""The preference page: by signed link, and what it says is obeyed by the gate."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from campaigns import letters, preferences, sending, why
from campaigns.models import Message, Preference, Topic
from customers.models import Consent, Customer, Touchpoint
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    shop = build.shop(name="Tea & Co")
    Topic.objects.create(shop=shop, key="news", name="News", description="Once a month")
    Topic.objects.create(shop=shop, key="offers", name="Offers <b>")
    return make.customer(shop, consents=("email", "sms"), phone="+33123", email="ann@example.com")


def page(customer):
    return preferences.url(customer.pk).removeprefix(settings.PUBLIC_URL)


def save(customer, **said):
    form = {
        "topic": ["news", "offers"],
        "channel": ["email", "sms"],
        "most_per_week": "",
        "language": "en",
        "measured": "on",
    }
    return Client(enforce_csrf_checks=True).post(page(customer), {**form, **said})


def open_channels():
    return set(Consent.objects.filter(ended_at=None).values_list("channel", flat=True))


def test_the_page_says_what_holds_and_looking_changes_nothing(ann):
    answer = Client().get(page(ann))

    text = answer.content.decode()
    for words in ("Tea &amp; Co", "Offers &lt;b&gt;", "ann@example.com"):
        assert words in text
    assert text.count(" checked") == 5
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Preference.objects.exists()


def test_what_is_saved_is_shown_and_may_be_saved_again(ann):
    for _ in range(2):
        answer = save(ann, topic=["news"], channel=["sms"], most_per_week="2", language="zh-hans")

    assert answer.status_code == 200
    said = Preference.objects.get()
    assert (said.refused_topics, said.most_per_week) == (["offers"], 2)
    assert open_channels() == {"sms"}
    assert Consent.objects.get(channel="email").ended_how == "preference page"
    assert Touchpoint.objects.filter(kind="preferences.changed").count() == 1
    ann.refresh_from_db()
    assert ann.language == "zh-hans"
    assert ann.versions["language"]

    save(ann)
    assert open_channels() == {"email", "sms"}


def test_one_button_stops_everything(ann):
    for _ in range(2):
        answer = Client().post(page(ann), {"do": "stop"})

    assert "You are unsubscribed from everything" in answer.content.decode()
    assert open_channels() == set()


def test_nonsense_is_ignored(ann):
    save(
        ann, topic=["news", "x"], channel=["email", "sms", "fax"], most_per_week="99", language="x"
    )

    said = Preference.objects.get()
    assert (said.refused_topics, said.most_per_week) == (["offers"], None)
    assert open_channels() == {"email", "sms"}


def test_nobody_gets_at_anothers_page(ann):
    other = make.customer(ann.shop)
    mine, theirs = page(ann).split("/")[2], page(other).split("/")[2]
    crossed = f"{theirs.split('.')[0]}.{mine.split('.')[1]}"

    for bad in (crossed, mine[:-1], str(ann.pk), "x", "."):
        assert Client().get(reverse("preferences", args=[bad])).status_code == 404


def test_a_refused_topic_is_not_written_about(ann):
    topic = Topic.objects.get(key="offers")
    about, other = build.campaign(ann.shop, topic=topic), build.campaign(ann.shop)
    save(ann, topic=["news"])
    refused, sent = build.message(ann, about), build.message(ann, other)

    cleared, _taken = sending.gate.claim(limit=9)

    assert cleared == [sent.pk]
    refused.refresh_from_db()
    assert (refused.status, refused.reason) == ("refused", "topic refused")
    assert "Its topic: Offers <b>." in why.of_message(refused)


def test_a_customer_who_wants_two_a_week_gets_two(ann):
    campaign = build.campaign(ann.shop)
    save(ann, most_per_week="2")
    messages = [build.message(ann, campaign, step=str(number)) for number in range(3)]
    bob = build.message(make.customer(ann.shop, consents=("email",)), campaign)

    for _ in range(4):
        sending.gate.claim(limit=1)

    fates = [(m.status, m.reason) for m in Message.objects.filter(customer=ann).order_by("id")]
    assert sorted(status for status, _ in fates) == ["refused", "sending", "sending"]
    refused = Message.objects.get(customer=ann, status="refused")
    assert refused.reason == "the customer asked for fewer"
    assert any("wants at most 2 messages a week" in line for line in why.of_message(refused))
    bob.refresh_from_db()
    assert bob.status == "sending"
    assert len(messages) == 3


def test_who_does_not_want_to_be_counted_gets_plain_links(ann):
    template = build.template(ann.shop, html='<a href="https://s.example/">x</a>')
    build.campaign(ann.shop, plan={"steps": [{"send": template.key}]})
    message = build.message(ann, template=template)
    assert letters.read([message.pk])[0].wanted.clicks

    Client().post(page(ann), {"channel": ["email"], "topic": ["news"]})

    assert not letters.read([message.pk])[0].wanted.clicks


def test_the_page_speaks_the_customers_language_and_the_unsubscribe_page_leads_to_it(ann):
    Customer.objects.update(language="zh-hans")
    build.campaign(ann.shop)
    message = build.message(ann)

    assert '<html lang="zh-hans">' in Client().get(page(ann)).content.decode()
    stop = sending.letters.unsubscribing.url(message.pk).removeprefix(settings.PUBLIC_URL)
    assert page(ann) in Client().get(stop).content.decode()


def test_a_campaign_takes_no_topic_of_another_shop(admin_client, ann):
    campaign = build.campaign(ann.shop)
    foreign = Topic.objects.create(shop=make.shop(), key="news", name="News")
    plan = '{"entry": {"api": true}, "steps": [{"stop": "x"}]}'
    form = {"shop": campaign.shop_id, "name": "C", "key": campaign.key, "plan": plan,
        "holdout_percent": 5, "priority": 50, "topic": foreign.pk}  # fmt: skip

    answer = admin_client.post(reverse("admin:campaigns_campaign_change", args=[campaign.pk]), form)

    assert "belongs to another shop" in answer.content.decode()
