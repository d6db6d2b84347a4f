"""Mailed links cannot be hammered, and one click works for whoever clicks for thousands."""

from types import SimpleNamespace

import pytest
from django.utils.timezone import now

from campaigns import page_limits, preferences, tracking, unsubscribing
from campaigns.models import MailSettings, Signal
from shops import limits
from shops.limits import Limits
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def still_clock(monkeypatch, settings):
    settings.WEB_PROCESSES = 1
    monkeypatch.setattr(page_limits, "LINKS", Limits())
    monkeypatch.setattr(page_limits, "STRANGERS", Limits())
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1.0))


def path(url):
    return "/" + url.split("/", 3)[3]


def sent():
    shop = build.shop()
    said = build.template(shop, html='<a href="https://shop.example/">x</a>')
    build.campaign(shop, plan={"steps": [{"send": said.key}]})
    MailSettings.objects.create(shop=shop, tracks_clicks=True, tracks_opens=True)
    at = make.days_ago(0.1)
    ann = make.customer(shop, consents=("email",))
    return build.message(ann, template=said, status="sent", claimed_at=at, handed_over_at=at)


def test_one_address_unsubscribes_as_many_people_as_it_likes(client):
    first = sent()
    people = [first, *(build.message(make.customer(first.shop, consents=("email",)),
        template=first.template, step=str(n)) for n in range(9))]  # fmt: skip

    answers = [client.post(path(unsubscribing.url(each.pk)), ONE_CLICK) for each in people]

    assert {answer.status_code for answer in answers} == {200}
    assert not any(each.customer.consents.filter(ended_at=None).exists() for each in people)


@pytest.mark.parametrize("page", ["unsubscribe", "wishes"])
def test_one_link_is_answered_five_times_a_second(client, page):
    message = sent()
    url = {"unsubscribe": unsubscribing.url(message.pk), "wishes":
        preferences.url(message.customer_id)}[page]  # fmt: skip

    answers = [client.get(path(url)) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1]["Retry-After"] == "5"


def test_a_hammered_click_leads_on_and_is_not_counted(client):
    message = sent()
    marks = tracking.marks_of(message.shop, {message.template_id: message.template})
    names = marks[message.template_id].addresses(message.pk)

    for calls, counted in ((5, 2), (3, 0)):
        answers = [client.get(path(names["click_url"]) + "1/") for _ in range(calls)]
        pictures = [client.get(path(names["open_url"])) for _ in range(calls)]

        assert {answer.status_code for answer in answers} == {302}
        assert {answer["Content-Type"] for answer in pictures} == {"image/gif"}
        assert Signal.objects.filter(read_on=None).update(read_on=now().date()) == counted


def test_whoever_tries_links_is_made_to_wait_and_nobody_else(client):
    tried = [client.get(f"/u/{n}.forged/").status_code for n in range(22)]

    assert tried == [404] * 20 + [429] * 2
    assert client.get("/w/1.forged/").status_code == 429
    assert client.get("/u/1.forged/", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get(path(unsubscribing.url(sent().pk))).status_code == 200


def test_strangers_are_forgotten_before_they_fill_the_memory():
    known = Limits(most=3)

    assert [known.wait(name, 1) > 0 for name in "aabbccddee"] == [False, True] * 5

    assert len(known.buckets) <= 3
