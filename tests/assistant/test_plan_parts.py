"""A plan's parts: stages as differences, limits, replays of the drafts, and what came of them."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assistant import approval, discounts, plan_page, planner, scoring
from assistant.models import Decision, MeasuredLift, Plan
from assistant.stage_changes import Change
from campaigns import plan_check, replay_queue
from campaigns.models import Campaign
from customers import profiles
from customers.models import Customer
from journeys import backfill
from journeys.models import Stage, StageVisit
from llm.providers.canned import Canned
from segments.models import Membership, Segment
from tests import make
from tests.assistant.test_planner import a_shop, answer, by_model, staff
from tests.campaigns import build
from tests.journeys.test_backfill import bought


@pytest.fixture
def plan(db):
    return planner.make(a_shop(), "more second orders")


def test_the_measured_days_suggest_a_new_and_a_changed_stage(plan):
    late, slow = plan_page.Page(plan).stages

    assert late["before"] is None
    assert (late["text"]["name"], late["text"]["priority"]) == ("New, late", 39)
    said = {change.label: change.becomes for change in late["changes"]}
    assert "more than 21 days ago" in said["Who is here"]
    assert "How long a stay may take" not in said
    assert slow["changes"] == [Change("How long a stay may take", "60 days", "21 days")]
    changed = [line for line in slow["diff"] if line[:1] in "+-"]
    assert changed == ["-expected_days: 60", "+expected_days: 21"]


def a_segment(shop, name, customers):
    made = Segment.objects.create(
        shop=shop, key=name.lower(), name=name, kind="static", member_count=len(customers)
    )
    Membership.objects.bulk_create(
        Membership(shop=shop, segment=made, customer=ann) for ann in customers
    )


@pytest.mark.django_db
def test_a_model_may_plan_for_a_segment_and_its_forecast_is_of_that_segment():
    shop = a_shop()
    everybody = list(Customer.objects.filter(shop=shop).order_by("pk"))
    a_segment(shop, "Hosts", everybody[10:60])  # of 50 twenty went on, thirty of a hundred did
    a_segment(shop, "Guests", everybody[70:90])  # nobody did
    a_segment(shop, "Few", everybody[:9])
    (play,) = json.loads(answer())["plays"]
    wanted = [play, play | {"segment": "s1"}, play | {"segment": "s2"}]
    provider = Canned([answer(plays=wanted)])

    plan = planner.make(shop, "more second orders", planner.Limits(9_900), provider=provider)

    sent = " ".join(provider.asked[0].turns[1].text.split())
    assert "s1 ; Hosts ; 50" in sent
    assert "Few" not in sent
    assert all(words in sent for words in ("budget: €99.00", "channels: email"))
    assert plan_page.Page(plan).refused == [
        "campaigns[2].text.plan.audience: too few of “Guests” went that way to say what it"
        " would bring"
    ]
    whole, hosts = plan_page.Page(plan).parts
    assert (whole["part"], hosts["part"]) == ("campaign:second-order", "campaign:second-order-2")
    assert hosts["forecast"]["more_reached"]["value"] > 0
    assert hosts["forecast"]["more_reached"] != whole["forecast"]["more_reached"]
    assert hosts["whose"] == "Hosts"
    for part in (whole, hosts):
        approval.decide(plan, part["part"], "approved", by=make.user())
    drafts = Campaign.objects.filter(shop=shop).order_by("pk")
    assert [{"segment": "hosts"} in each.plan["audience"].get("all", []) for each in drafts] == [
        False, True,
    ]  # fmt: skip
    for draft in drafts:
        plan_check.check_campaign(draft)


@pytest.mark.django_db
def test_the_marketer_says_which_channels_and_hears_when_no_play_goes_by_them(client):
    shop = a_shop()
    staff(client, shop, "view_plan", "add_plan")
    told = {"goal": "more second orders", "discount": "0"}

    for channels, campaigns in (([], 1), (["email", "sms"], 1), (["push"], 0)):
        asked = client.post(
            reverse("admin:assistant_plan_propose"), told | {"channels": channels}, follow=True
        )
        plan = Plan.objects.latest("pk")
        assert plan.limits["channels"] == (channels or ["email"])
        assert len(plan.proposal["campaigns"]) >= campaigns
        assert ("no play of the library goes by" in asked.content.decode()) is (campaigns == 0)
    assert plan.proposal["campaigns"] == []


@pytest.mark.parametrize(("made_in", "read_in"), [("en", "zh-hans"), ("zh-hans", "en")])
def test_what_rules_say_is_read_in_the_readers_language(db, made_in, read_in):
    shop = a_shop()
    shop.language = "zh-CN"
    shop.save()
    with translation.override(made_in):
        plan = planner.make(shop, "more second orders")
    claims = {
        "en": ["Of 100 stays at New 30 went on to Active: 30.0 %.",
               "The forecast assumes that more customers move"],
        "zh-hans": ["在 New 的 100 次停留中", "预测假设有更多客户移动"],
    }  # fmt: skip
    with translation.override(read_in):
        page = plan_page.Page(Plan.objects.get(pk=plan.pk))
        read = [*(claim["text"] for claim in page.claims), *page.risks]
        why = {part["why"] for part in (*page.parts, *page.stages)}
    assert all(any(text.startswith(said) for text in read) for said in claims[read_in])
    assert any("new customers" in each for each in why) is (read_in == "en")
    assert any("趁首单还新鲜" in each for each in why) is (read_in == "zh-hans")
    # Customers read these, whoever asked for the plan.
    (campaign,) = [p for p in page.parts if p["part"] == "campaign:second-order"]
    assert campaign["templates"][0]["subject"] == "与您的首单搭配的好物"


def test_an_approved_stage_is_on_the_map_once_and_only_as_it_was_proposed(plan):
    ann = make.user()
    first = approval.decide(plan, "stage:new-late", "approved", by=ann)
    again = approval.decide(plan, "stage:new-late", "rejected", by=ann)

    assert first == again
    places = dict(plan.journey.stages.values_list("key", "position"))
    assert places["new"] < places["new-late"] < places["active"]

    Stage.objects.filter(key="new").update(expected_days=33)
    with pytest.raises(approval.NotDecided, match="changed since"):
        approval.decide(plan, "stage:new", "approved", by=ann)


def test_an_approved_new_stage_gets_its_past_and_a_changed_length_asks_for_none(plan):
    bought(plan.shop, 40)
    profiles.refresh(plan.shop)

    approval.decide(plan, "stage:new", "approved", by=make.user())
    assert backfill.fill_asked() == 0
    approval.decide(plan, "stage:new-late", "approved", by=make.user())
    assert backfill.fill_asked() == 1

    (stay,) = StageVisit.objects.filter(stage__key="new-late")
    assert (timezone.now() - stay.entered_at).days == 19  # since 21 days after the order
    assert stay.came_from == plan.journey.stages.get(key="new")


def test_a_part_is_edited_before_it_is_approved_and_the_limits_hold_for_it_too(plan):
    part = "campaign:second-order"
    written = approval.written(approval.part_of(plan, part)["text"])
    shop_key = "templates.plan-second-order.subject"

    def edit(was, now):
        assert was in written
        return approval.decide(
            plan, part, "approved", by=make.user(), text=written.replace(was, now)
        )

    for was, now, fault in (
        ("What goes well", "20 % off what goes well", f"text.{shop_key}: “20 %” promises"),
        ("stage: new\n", "stage: moon\n", "plan.entry.stage: this shop has no stage 'moon'"),
        ("name: Second order", "nome: Second order", "name"),
    ):
        with pytest.raises(approval.NotDecided, match=fault):
            edit(was, now)
    assert not Decision.objects.exists()

    decision = edit("wait_days: 14", "wait_days: 7")

    assert decision.verdict == "edited"
    (campaign,) = Campaign.objects.all()
    assert campaign.plan["steps"][0]["wait_days"] == 7
    shown = next(p for p in plan_page.Page(plan).parts if p["part"] == part)
    assert [line for line in shown["diff"] if line[:1] in "+-"] == [
        "-    - wait_days: 14", "+    - wait_days: 7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "most", "is_fault"),
    [
        ("20 % off", 10, True), ("10 % off", 10, False), ("twenty percent off", 10, True),
        ("<b>3</b>0&#37; weniger", 20, True), ("打八折", 20, False), ("打7折", 20, True),
        ("半价", 40, True), ("€5 off", 90, True), ("满100减20", 50, True),
        ("Buy one get one", 0, True),
        ("{% if x == 50 %}Hello{% endif %}", 0, False), ('<table width="100%">Hello', 0, False),
        ('<img alt="30% off">', 20, True), ("with SAVE30", 20, True), ("with SAVE30", 30, False),
        ("２０％ off", 10, True), ("Free shipping", 0, True), ("Free from plastic", 0, False),
    ],
)  # fmt: skip
def test_a_promise_beyond_the_cap_is_found_in_whatever_way_it_is_written(text, most, is_fault):
    assert bool(discounts.faults(text, most, {"SAVE30": 30.0})) is is_fault


@pytest.mark.django_db
@pytest.mark.parametrize(("made_in", "read_in"), [("en", "zh-hans"), ("zh-hans", "en")])
def test_what_was_refused_is_said_in_the_language_of_who_reads_it(made_in, read_in, client):
    shop = a_shop()
    invented = {"text": "Only {0} stay.", "cites": [{"figure": "edge:moon.rate", "value": 1}]}
    said = json.loads(answer())
    cheap = {**said["plays"][0], "subject": "Half price"}
    with translation.override(made_in):
        plan = by_model(
            shop,
            answer(
                diagnosis=[*said["diagnosis"], invented],
                plays=[*said["plays"], cheap],
                risks=["Half may leave."],
            ),
        )
    staff(client, shop, "view_plan")

    with translation.override(read_in):
        refused = plan_page.Page(plan).refused

    expected = {
        "en": [
            "“Only {0} stay.”: there is no figure edge:moon.rate",
            "plays[1]: second-order: it says 'Half' by itself",
            "“Half may leave.”: it says 'Half' by itself",
        ],
        "zh-hans": [
            "“Only {0} stay.”: 没有数字 edge:moon.rate",
            "plays[1]: second-order: 它自行写出了“Half”",
            "“Half may leave.”: 它自行写出了“Half”",
        ],
    }
    assert refused == expected[read_in]
    address = reverse("admin:assistant_plan_change", args=[plan.pk])
    shown = client.get(address, headers={"Accept-Language": read_in}).content.decode()
    assert refused[0] in shown
    plan.refused = ["as plans of old kept it"]
    assert plan_page.Page(plan).refused == plan.refused


@pytest.mark.django_db
def test_a_campaign_that_costs_more_than_the_budget_is_refused_with_its_path():
    shop = a_shop()
    # 30 stand at new and 100 came in 180 days: 80 messages in the 90 days to come.
    dear = planner.Limits(budget_cents=700, thousand_cents=10_000)

    refused = planner.make(shop, "more second orders", dear)
    kept = planner.make(shop, "more second orders", planner.Limits(900, thousand_cents=10_000))

    said = plan_page.Page(refused).refused[0]
    assert said.startswith("campaigns[0].text.plan.steps: about 80 messages")
    assert "campaign:second-order" not in json.dumps(refused.proposal)
    assert "edge:new..active" not in json.dumps(refused.proposal["forecast"])
    assert kept.proposal["campaigns"][0]["part"] == "campaign:second-order"


@pytest.mark.django_db
def test_a_models_stage_is_kept_where_the_journey_can_have_it():
    def stage(**changes):
        condition = {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": 30}
        said = {"origin": "active", "name": "Cooling", "why": "They wait.", "all": [condition]}
        return said | changes

    wrong = {"field": "facts.order_count", "op": "more_than_days_ago", "value": 3}

    plan = by_model(a_shop(), answer(stages=[stage(), stage(origin="new", all=[wrong])]))

    assert plan.author == "canned"
    (kept,) = plan.proposal["stages"]
    assert (kept["text"]["key"], kept["text"]["priority"]) == ("active-late", 29)
    (refused,) = plan_page.Page(plan).refused
    assert refused.startswith("stages[1]: rule.all[1]")


def test_each_draft_is_replayed_and_shown_beside_the_plan(plan, client):
    mug = make.product(plan.shop)
    for _ in range(3):
        ann = make.customer(plan.shop, created_at=make.days_ago(40), consents=("email",))
        make.order(ann, lines=((mug, 1, 900),), placed_at=make.days_ago(20))
        make.touchpoint(ann, kind="order.placed", occurred_at=make.days_ago(20))
    staff(client, plan.shop, "view_plan")
    follow = reverse("admin:assistant_plan_progress", args=[plan.pk])
    drafts = len(plan.proposal["campaigns"])
    assert client.get(follow).json() == {"status": "waiting", "progress": 0}

    assert [replay_queue.run_waiting() for _ in range(drafts + 1)] == [*[1] * drafts, 0]

    assert client.get(follow).json() == {"status": "done", "progress": 1}
    assert not [each.replay.fault for each in plan.rehearsals.all() if each.replay.fault]
    shown = plan_page.Page(plan).parts[0]["replayed"]
    assert shown["figures"][0][:2] == ("Would have entered", "3")
    assert not Campaign.objects.exists()
    page = client.get(reverse("admin:assistant_plan_change", args=[plan.pk])).content.decode()
    assert "Would have entered" in page
    assert "New, late" in page


def test_the_forecast_meets_what_the_holdout_measured_and_the_next_plan_shows_it(plan, client):
    part = plan.proposal["campaigns"][0]["part"]
    campaign = approval.decide(plan, part, "approved", by=make.user()).campaign
    assert campaign
    assert scoring.measure_due() == 0
    Campaign.objects.update(status="running", launched_at=make.days_ago(91))
    for number in range(400):
        held_out, ann = number % 2 == 0, make.customer(plan.shop)
        build.enrolment(ann, campaign, held_out=held_out, entered_at=make.days_ago(80))
        if number % (10 if held_out else 2) < (1 if held_out else 2):
            build.visit(ann, "active", entered_at=make.days_ago(70))

    assert [scoring.measure_due() for _ in range(2)] == [1, 0]

    lift = MeasuredLift.objects.get()
    assert (lift.treated_count, lift.held_out_count, lift.is_enough) == (200, 200, True)
    assert lift.low > 0.1
    plan.score, plan.scored_at = [], make.days_ago(1)
    plan.save()
    after = planner.make(plan.shop, "more loyal ones")
    (shown,) = plan_page.Page(after).lifts
    assert (shown["name"], shown["verdict"]) == ("Second order", "more")
    staff(client, plan.shop, "view_plan")
    page = client.get(reverse("admin:assistant_plan_change", args=[after.pk])).content.decode()
    assert "Measured beside the holdout" in page
