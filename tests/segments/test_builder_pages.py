"""What the builder asks the server: offers, words and counts, people; and who may ask."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from segments import membership, rules, starter
from segments.models import Segment
from tests import make

pytestmark = pytest.mark.django_db
TWICE = {"field": "facts.order_count", "op": ">=", "value": 2}


@pytest.fixture
def shop():
    return make.shop(currency="EUR")


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def ask(client, page, shop, rule, **more):
    text = rule if isinstance(rule, str) else json.dumps(rule)
    url = reverse(f"admin:segments_rule_{page}")
    return client.post(url, {"shop": shop.pk, "rule": text, **more})


def test_the_answer_has_the_words_and_the_count(owner, shop):
    make.profile(make.customer(shop), order_count=3)
    make.customer(shop)

    page = ask(owner, "look", shop, TWICE).content.decode()

    assert "Ordered at least twice." in page
    assert 'data-count="1"' in page
    assert "50" in page
    assert "Counted, not estimated" in page


@pytest.mark.parametrize(
    ("rule", "path", "says"),
    [
        ({"all": [TWICE, {"field": "facts.gone", "op": "="}]}, "all[1].field", "no field"),
        ({"all": [{**TWICE, "value": "two"}]}, "all[0].value", "number"),
        ({"field": "customer.email", "op": "in", "value": ["a"] * 5000}, "value", "5000 values"),
        (
            {"field": "customer.email", "op": "matches", "value": "(a+)+$"},
            "value",
            "can take for ever",
        ),
        ({"any": [{"segment": "own"}]}, "any[0].segment", "circle"),
        ("{", "", "no JSON"),
        ("[" * 50_000, "", "no JSON"),
        ("1" * 5_000, "", "no JSON"),
        ("null", "", "must be an object"),
    ],
)
def test_bad_input_is_refused_with_the_path_and_a_sentence(owner, shop, rule, path, says):
    Segment.objects.create(shop=shop, name="Own", key="own", rule=TWICE)

    page = ask(owner, "look", shop, rule, of="own")

    assert page.status_code == 200
    assert page.context["fault"].path == path
    assert says in page.context["fault"].message
    assert f'data-fault="{path}"' in page.content.decode()


def test_a_rule_that_is_too_deep_is_refused(owner, shop):
    rule = TWICE
    for _ in range(11):
        rule = {"all": [rule]}

    fault = ask(owner, "look", shop, rule).context["fault"]

    assert fault.path.startswith("all[0].all[0]")
    assert "10 levels" in fault.message


def test_five_customers_are_shown_with_why_whom_they_reach_and_what_else_they_are_in(owner, shop):
    for number in range(7):
        consents = ("email",) if number < 4 else ()
        ann = make.customer(shop, consents=consents, first_name="Ann", last_name=f"No{number}")
        make.profile(ann, order_count=2, revenue_cents=12_345)
    Segment.objects.create(
        shop=shop, name="Spenders", key="spenders",
        rule={"field": "facts.revenue_cents", "op": ">", "value": 1},
    )  # fmt: skip
    membership.refresh(shop)
    rule = {"all": [TWICE, {"field": "facts.revenue_cents", "op": ">", "value": 5000}]}

    answer = ask(owner, "people", shop, rule)
    page, glimpse = answer.content.decode(), answer.context["glimpse"]

    assert page.count("ordered twice") == page.count("spent €123.45") == len(glimpse.people) == 5
    assert {str(one.label): one.count for one in glimpse.reach} == {
        "e-mail": 4,
        "browser notification": 0,
        "text message": 0,
        "webhook": 0,
    }
    assert [(one.segment.name, one.share) for one in glimpse.overlap] == [("Spenders", 1.0)]


def test_who_may_not_see_customers_sees_none(client, shop):
    user = make.user()
    user.user_permissions.add(Permission.objects.get(codename="view_segment"))
    shop.staff.add(user)
    client.force_login(user)
    make.profile(make.customer(shop, first_name="Zoe"), order_count=2)

    page = ask(client, "people", shop, TWICE)

    assert page.status_code == 200
    assert "Zoe" not in page.content.decode()


@pytest.mark.parametrize("page", ["look", "people"])
def test_nobody_asks_about_the_shop_of_another(client, shop, page):
    user = make.user()
    user.user_permissions.set(Permission.objects.all())
    make.shop().staff.add(user)
    client.force_login(user)

    assert ask(client, page, shop, TWICE).status_code == 404
    for name in ("offer", "values"):
        asked = {"shop": shop.pk, "field": "customer.country"}
        assert client.get(reverse(f"admin:segments_rule_{name}"), asked).status_code == 404


@pytest.mark.parametrize("page", ["look", "people"])
def test_who_may_not_see_segments_may_not_ask(client, shop, page):
    user = make.user()
    shop.staff.add(user)
    client.force_login(user)

    assert ask(client, page, shop, TWICE).status_code == 403


def test_the_offer_has_every_field_every_operator_and_every_value(owner, shop):
    make.customer(shop, country="France", attributes={"tier": "gold"})
    url = reverse("admin:segments_rule_offer")

    offer = owner.get(url, {"shop": shop.pk}).json()

    paths = {field["path"]: field for field in offer["fields"]}
    assert paths["facts.revenue_cents"]["format"] == "money"
    assert {"attributes.tier", "consent.email", "reachable.sms", "rfm.group"} <= set(paths)
    assert {field["theme"] for field in offer["fields"]} <= {t["key"] for t in offer["themes"]}
    assert offer["currency"] == {"symbol": "€", "places": 2}
    url = reverse("admin:segments_rule_values")
    for name, value in (("customer.country", "France"), ("rfm.group", "Champions")):
        values = owner.get(url, {"shop": shop.pk, "field": name}).json()["values"]
        assert value in [label for _, label in values]


@pytest.mark.parametrize("key", starter.SEGMENTS)
def test_a_ready_made_segment_is_one_click_away(owner, shop, key):
    made = starter.SEGMENTS[key]
    Segment.objects.create(shop=shop, name="Taken", key=key, rule=TWICE)
    url = reverse("admin:segments_segment_add")

    page = owner.get(url, {"ready": key, "shop": shop.key})
    form = page.context["adminform"].form
    sent = {name: form.initial[name] for name in ("name", "key", "description")}
    sent |= {"shop": shop.pk, "rule": json.dumps(form.initial["rule"])}
    assert str(made.name) in page.content.decode()
    owner.post(url, sent)

    saved = Segment.objects.get(shop=shop, key=f"{key}-2")
    assert saved.rule == made.rule
    assert rules.describe(saved.rule)


def test_a_key_that_the_picked_shop_has_already_gets_a_number(owner, shop):
    other = make.shop()
    rule = {"field": "facts.order_count", "op": ">=", "value": 1}
    for _twice in range(2):
        said = {"shop": other.pk, "name": "Buyers", "key": "buyers", "rule": json.dumps(rule)}
        owner.post(reverse("admin:segments_segment_add"), said)

    assert set(Segment.objects.values_list("shop", "key")) == {
        (other.pk, "buyers"), (other.pk, "buyers-2"),
    }  # fmt: skip
