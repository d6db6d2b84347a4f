"""The chat on a shop's pages is answered from the shop's texts, or by a person."""

import pytest
from django.urls import reverse

from assistant import answers, chat_pages, knowledge
from assistant.models import Question, Source
from shops import site_script
from shops.limits import Limits
from tests import make

FAQ = "# Returns\n\nYou can send anything back within 30 days, free of charge.\n"


def a_shop(text=FAQ):
    made = make.shop(name="Tea & Co")
    Source.objects.create(shop=made, name="FAQ", text=text)
    knowledge.read_due()
    return made


@pytest.fixture
def shop(monkeypatch):
    for name in ("ADDRESSES", "SHOPS"):
        monkeypatch.setattr(chat_pages, name, Limits())
    return a_shop()


def address(shop):
    return reverse("chat", args=[site_script.of(shop).public_key])


@pytest.mark.django_db
def test_a_visitor_is_answered_or_waits_for_a_person_and_looks_again_by_ticket(client, shop):
    at = address(shop)
    told = client.post(at, {"text": "How many days do I have to send it back?"}).json()
    assert (told["state"], told["sources"]) == ("answered", ["Returns"])
    assert "30 days" in told["answer"]

    chat_pages.ADDRESSES.buckets.clear()
    asked = client.post(at, {"text": "Where is my order 1001?"}).json()
    assert (asked["state"], asked["answer"]) == ("waits", "")
    answers.correct(Question.objects.latest("pk"), "It left today.", None, by=make.user())
    looked = client.get(at, {"ticket": asked["ticket"]}).json()
    assert (looked["state"], looked["answer"]) == ("answered", "It left today.")

    elsewhere = client.get(address(make.shop()), {"ticket": asked["ticket"]})
    assert elsewhere.status_code == 404
    assert client.get(at, {"ticket": "1"}).status_code == 404


@pytest.mark.django_db
def test_hurried_empty_and_foreign_questions_are_turned_away_and_kept_nowhere(client, shop):
    at = address(shop)
    codes = [client.post(at, {"text": text}).status_code for text in ("Returns?", "Returns?")]
    chat_pages.ADDRESSES.buckets.clear()
    codes.append(client.post(at, {"text": " "}).status_code)
    codes.append(client.post("/chat/pub_unknown/", {"text": "Returns?"}).status_code)
    chat_pages.ADDRESSES.buckets.clear()
    site = site_script.of(shop)
    site.origins = "https://tea.example"
    site.save()
    foreign = {"HTTP_ORIGIN": "https://evil.example"}
    codes.append(client.post(at, {"text": "Returns?"}, **foreign).status_code)

    assert codes == [200, 429, 400, 404, 403]
    assert Question.objects.count() == 1
