"""Plans: every figure is a query's result, inventions are refused, nothing goes live by itself."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from assistant import approval, checking, plan_page, planner, scoring
from assistant.figures import Figure
from assistant.models import Decision, Plan
from campaigns import plan_check
from campaigns.models import Campaign
from journeys import counting, lifecycle
from llm.models import Call
from llm.providers.canned import Canned
from tests import make
from tests.journeys.going import went


def a_shop(**fields):
    """A hundred became new: thirty active, of them twelve loyal; forty at risk."""
    shop = make.shop(timezone="UTC", currency="EUR", **fields)
    lifecycle.create(shop)
    for number in range(100):
        ann = make.customer(shop)
        then = [("active", 40)] if number < 30 else [("at_risk", 20)] if number < 70 else []
        more = [("loyal", 10)] if number < 12 else []
        journey = went(ann, ("new", 60), *then, *more)
    counting.count(journey)
    return shop


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_every_cited_figure_equals_a_query():
    shop = a_shop()

    plan = planner.make(shop, "more second orders")

    cited = {c["figure"]: c["value"] for d in plan.proposal["diagnosis"] for c in d["cites"]}
    moves = """SELECT count(*) FROM journeys_stagevisit v JOIN journeys_stage s ON s.id = v.stage_id
        JOIN journeys_stage t ON t.id = v.left_to_id
        WHERE v.shop_id = %s AND s.key = %s AND t.key = %s"""
    stays = """SELECT count(*) FROM journeys_stagevisit v JOIN journeys_stage s
        ON s.id = v.stage_id WHERE v.shop_id = %s AND s.key = %s"""
    assert cited["edge:new..active.moves"] == sql(moves, shop.pk, "new", "active") == 30
    assert cited["edge:new..active.stays"] == sql(stays, shop.pk, "new") == 100
    assert cited["edge:new..active.rate"] == 0.3
    assert cited["edge:new..at_risk.moves"] == sql(moves, shop.pk, "new", "at_risk") == 40
    standing = f"{stays} AND v.left_at IS NULL"
    assert cited["stage:new.customers"] == sql(standing, shop.pk, "new") == 30
    assert all(not claim["faults"] for claim in plan_page.Page(plan).claims)


@pytest.mark.django_db
@pytest.mark.parametrize("goal", ["more second orders", "提高复购率", "win them back", "?"])
def test_rules_plan_for_any_goal_in_the_one_schema(goal):
    shop = a_shop()

    plan = planner.make(shop, goal)

    assert plan.author == "rules"
    assert plan.proposal["campaigns"][0]["edge"] in {"edge:new..active", "edge:active..loyal"}
    assert plan.proposal["forecast"][0]["more_reached"]["low"] > 0
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_channels_that_are_not_allowed_are_not_used():
    shop = a_shop()

    plan = planner.make(shop, "more second orders", planner.Limits(5_000, channels=["sms"]))

    assert plan.proposal["campaigns"] == []


@pytest.mark.django_db
def test_an_approved_part_is_a_draft_that_can_run_and_is_made_once():
    shop = a_shop()
    plan = planner.make(shop, "more second orders")
    ann = make.user()
    part = plan.proposal["campaigns"][0]["part"]

    first = approval.decide(plan, part, "approved", by=ann)
    again = approval.decide(plan, part, "rejected", by=ann)

    assert first == again
    campaign = Campaign.objects.get()
    assert (campaign.status, first.campaign, first.by) == ("draft", campaign, ann)
    plan_check.check_campaign(campaign)
    with pytest.raises(approval.NotDecided):
        approval.decide(plan, "campaign:nonsense", "approved", by=ann)


def answer(**changes):
    said = {
        "diagnosis": [
            {
                "text": "Of {0} new customers only {1} buy again.",
                "cites": [
                    {"figure": "edge:new..active.stays", "value": 100},
                    {"figure": "edge:new..active.rate", "value": 0.3},
                ],
            }
        ],
        "plays": [
            {
                "play": "second-order",
                "edge": "edge:new..active",
                "segment": "everybody",
                "subject": "Something that goes with it",
                "why": "Most stop here.",
            }
        ],
        "stages": [],
        "risks": ["Some may find it too soon."],
    }
    return json.dumps(said | changes)


def by_model(shop, *replies):
    return planner.make(shop, "more second orders", provider=Canned(replies))


@pytest.mark.django_db
def test_a_models_plan_is_kept_where_it_is_true():
    plan = by_model(a_shop(), answer())

    assert (plan.author, plan.refused) == ("canned", [])
    (campaign,) = plan.proposal["campaigns"]
    template = campaign["text"]["templates"]["plan-second-order"]
    assert template["subject"] == "Something that goes with it"
    assert plan_page.Page(plan).claims[0]["text"] == "Of 100 new customers only 30.0 % buy again."


LIES = {
    "a figure that is not so": [{"figure": "edge:new..active.rate", "value": 0.42}],
    "a figure that is not there": [{"figure": "edge:new..moon.rate", "value": 0.3}],
}


@pytest.mark.django_db
@pytest.mark.parametrize("cites", LIES.values(), ids=LIES)
def test_an_invented_figure_is_thrown_away_and_the_rules_plan_is_shown(cites):
    claim = {"text": "Only {0} buy again.", "cites": cites}

    plan = by_model(a_shop(), answer(diagnosis=[claim]))

    assert plan.author == "rules"
    (refused,) = plan_page.Page(plan).refused
    assert refused.startswith("“Only {0} buy again.”: ")


@pytest.mark.parametrize(
    "text",
    [
        "Only {0} of 1000 buy again.", "{0} buy again, half of them soon.", "{0}，一半流失",
        "{0} buy again, which is a third", "{0} buy again: twice the usual", "{0}，超过百分之三十",
        "{0} of ½ of them", "{0}，三百名客户", "{0}，打五折", "{0}: a tenth of all",
        "{0}: ③ do not", "{0} buy again, threefold", "{0} and {1}", "they buy again",
        "{0} buy again, ９ do not", "{0} lose us thousands",
    ],
)  # fmt: skip
def test_a_number_in_words_or_digits_is_refused(text):
    known = {"x": Figure("x", "X", 1, "count", 50)}
    claim = {"text": text, "cites": [{"figure": "x", "value": 1}]}
    assert checking.faults(claim, known) != []
    assert checking.faults({**claim, "text": "{0} buy again, the others do not."}, known) == []


@pytest.mark.django_db
def test_a_play_that_promises_a_discount_is_refused():
    wrong = [
        {"play": "second-order", "edge": "edge:new..active", "subject": "20 % off", "why": "so"},
        {"play": "second-order", "edge": "edge:new..active", "subject": "Half price", "why": "so"},
    ]
    good = json.loads(answer())["plays"]
    wrong = [each | {"segment": "everybody"} for each in wrong]

    plan = by_model(a_shop(), answer(plays=[*wrong, *good]))

    assert len(plan.refused) == 2
    assert len(plan.proposal["campaigns"]) == 1


@pytest.mark.django_db
def test_a_small_model_chooses_and_words_nothing():
    provider = Canned([json.dumps({"sentences": ["2"], "plays": ["second-order"]})])
    provider.small, provider.model = True, "tiny (small model)"

    plan = planner.make(a_shop(), "more second orders", provider=provider)

    assert plan.author == "tiny (small model)"
    (claim,) = plan_page.Page(plan).claims
    assert claim["text"].startswith("40 of them ended at At risk: 40.0 %")
    assert not claim["faults"]
    assert [c["part"] for c in plan.proposal["campaigns"]] == ["campaign:second-order"]


@pytest.mark.django_db
def test_a_broken_model_falls_back_and_says_so():
    shop = a_shop()

    plan = by_model(shop, "no JSON", "still none")

    assert plan.author == "rules"
    assert "The model gave no answer" in plan_page.Page(plan).refused[0]
    assert Call.objects.filter(shop=shop).count() == 2  # one repair turn


@pytest.mark.django_db
def test_what_leaves_names_nobody():
    shop = a_shop()
    provider = Canned([answer()])

    planner.make(shop, "more second orders", provider=provider)

    sent = provider.asked[0].turns[1].text
    assert "edge:new..active.rate ; " in sent
    assert "@example.com" not in sent
    assert "Ann" not in sent
    assert "edge:active..loyal.moves" in sent  # twelve people may be told of


@pytest.mark.django_db
def test_what_fewer_than_ten_did_leaves_neither_as_a_count_nor_as_a_rate():
    shop = a_shop()
    for _ in range(9):
        journey = went(make.customer(shop), ("new", 60), ("lost", 5))
    counting.count(journey)
    provider = Canned([answer()])

    planner.make(shop, "more second orders", provider=provider)

    sent = provider.asked[0].turns[1].text
    assert "edge:new..lost" not in sent
    assert "edge:new..at_risk.rate ; " in sent


@pytest.mark.django_db
def test_the_command_prints_the_plan_and_says_what_is_missing():
    shop = a_shop(key="gifts")
    out = StringIO()
    call_command("plan", "more second orders", "--shop", "demo", "--json", stdout=out)
    assert json.loads(out.getvalue())["plan"] == Plan.objects.get(shop=shop).pk
    call_command("plan", "more second orders", "--shop", "gifts", stdout=out)
    assert "* Of 100 stays at New 30 went on to Active: 30.0 %." in out.getvalue()

    empty = make.shop()
    with pytest.raises(CommandError, match="no lifecycle journey"):
        call_command("plan", "x", "--shop", empty.key)
    lifecycle.create(empty)
    with pytest.raises(CommandError, match="Too few customers"):
        call_command("plan", "x", "--shop", empty.key)
    with pytest.raises(CommandError, match="no shop with the key 'nowhere'"):
        call_command("plan", "x", "--shop", "nowhere")


def staff(client, shop, *codes):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    shop.staff.add(user)
    client.force_login(user)


@pytest.mark.django_db
def test_a_plan_is_made_and_decided_in_the_admin(client):
    shop = a_shop()
    staff(client, shop, "view_plan", "add_plan", "add_campaign")
    address = reverse("admin:assistant_plan_propose")
    assert "Budget (€)" in client.get(address).content.decode()

    said = {"goal": "more second orders", "discount": "0", "budget": "5000.50", "thousand": "12.5"}
    answered = client.post(address, said, follow=True)

    page = answered.content.decode()
    assert "Of 100 stays at New 30 went on to Active: 30.0 %." in page
    plan = Plan.objects.get()
    assert (plan.limits["budget_cents"], plan.limits["thousand_cents"]) == (500_050, 1250)
    part = plan.proposal["campaigns"][0]["part"]
    client.post(
        reverse("admin:assistant_plan_decide", args=[plan.pk]),
        {"part": part, "verdict": "approved"},
    )
    assert Campaign.objects.get().status == "draft"
    assert Decision.objects.get().campaign == Campaign.objects.get()
    page = client.get(reverse("admin:assistant_plan_change", args=[plan.pk])).content.decode()
    assert "Edit the draft" in page


@pytest.mark.django_db
def test_nobody_decides_without_permission_or_for_another_shop(client):
    plan = planner.make(a_shop(), "more second orders")
    asked = {"part": plan.proposal["campaigns"][0]["part"], "verdict": "approved"}
    decide = reverse("admin:assistant_plan_decide", args=[plan.pk])
    staff(client, plan.shop, "view_plan")
    assert client.post(decide, asked).status_code == 403
    staff(client, make.shop(), "view_plan", "add_campaign")
    assert client.post(decide, asked).status_code == 404
    assert client.get(reverse("admin:assistant_plan_change", args=[plan.pk])).status_code == 302
    assert not Decision.objects.exists()


@pytest.mark.django_db
def test_an_approved_plan_is_scored_when_its_window_is_over():
    shop = a_shop()
    plan = planner.make(shop, "more second orders")
    assert scoring.score_due() == 0
    approval.decide(plan, plan.proposal["campaigns"][0]["part"], "approved", by=make.user())
    Plan.objects.update(
        created_at=make.days_ago(91), end=counting.today(shop) - (plan.end - plan.start) / 4
    )

    assert scoring.score_due() == 1
    assert scoring.score_due() == 0

    plan.refresh_from_db()
    (scored,) = plan.score or []
    assert scored["edge"] == "edge:new..active"
    assert scored["after"] > scored["before"] == 0
    assert plan_page.Page(planner.make(shop, "more loyal ones")).before == plan
