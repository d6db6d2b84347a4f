"""Sentences become rules; what is not understood is asked back, and a model may invent nothing."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from assistant import rule_writer
from benchmarks import _assistant_rules, _assistant_shop
from llm.providers.canned import Canned
from tests import make


def a_shop():
    shop = make.shop(currency="EUR")
    for number in range(12):
        make.profile(
            make.customer(shop, attributes={"gender": "female" if number < 10 else "male"}),
            order_count=number,
            opinions={"complained": {"size": make.days_ago(3).isoformat()}} if number > 8 else {},
        )
    return shop


@pytest.mark.django_db
def test_every_sentence_finds_the_members_of_its_rule_or_is_asked_back():
    shop = _assistant_shop.make()

    wrong = [c.text for c in _assistant_rules.cases() if not _assistant_rules.right(shop, c)]

    assert wrong == []


@pytest.mark.django_db
def test_a_model_that_answers_nothing_takes_no_sentence_and_no_question_away():
    shop, dead = _assistant_shop.make(), Canned()

    wrong = [c.text for c in _assistant_rules.cases() if not _assistant_rules.right(shop, c, dead)]

    assert wrong == []


def told(*conditions, asked=()):
    return json.dumps({"all": list(conditions), "asked": list(asked)})


BLUE = "women whose last thing was blue, twice"
FEMALE = {"field": "attributes.gender", "op": "is", "value": "female"}


@pytest.mark.django_db
def test_a_model_is_asked_only_about_what_is_left_over():
    shop = a_shop()
    provider = Canned([told(FEMALE, asked=["What is blue?"])])

    plain = rule_writer.write(shop, "women who bought twice", provider=provider)
    assert (plain.author, plain.complete, provider.asked) == ("phrases", True, [])

    found = rule_writer.by_model(shop, BLUE, rule_writer.Words(shop), provider)
    assert (found.rule, found.asked) == (FEMALE, ["What is blue?"])
    sent = provider.asked[0].turns[1].text
    assert "attributes.gender" in sent
    assert "one of: female" in sent  # ten share it; "male" would tell on two
    assert "male, " not in sent
    assert "customer.email" not in sent


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ({"field": "facts.order_count", "op": ">=", "value": 17}, "17"),
        ({"field": "attributes.gender", "op": "is", "value": "hidden"}, "hidden"),
        ({"field": "opinions.complained", "op": "has", "value": "colour"}, "colour"),
        ({"field": "facts.order_count", "op": "resembles", "value": 2}, "op"),
    ],
)
def test_what_a_model_invents_is_not_used(condition, why):
    shop = a_shop()
    provider = Canned([told(condition), told(condition)])

    written = rule_writer.by_model(shop, BLUE, rule_writer.Words(shop), provider)

    assert written.rule is None
    assert why in " ".join(written.asked)


@pytest.mark.django_db
def test_a_sentence_is_looked_at_before_it_is_used(client):
    shop = a_shop()
    user = make.user()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_segment", "view_customer"])
    )
    shop.staff.add(user)
    client.force_login(user)
    address = reverse("admin:assistant_rule_write")
    asked = {"shop": shop.pk, "text": "women who bought twice and complained about size"}

    page = client.post(address, asked).content.decode()

    assert '<b data-count="1">1</b>' in page
    assert "customer" in page
    assert "data-use=" in page
    page = client.post(address, {**asked, "text": "women with a dog"}).content.decode()
    assert "“dog” is not understood" in page
    assert client.post(address, {**asked, "shop": make.shop().pk}).status_code == 404
