"""The editor: opening and saving is the identity; a change is a version; people stay or move."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from campaigns import (
    editor,
    editor_entry,
    editor_fields,
    engine,
    enrolment,
    entries,
    launching,
    steps,
    versions,
)
from campaigns.models import Campaign, Enrolment
from campaigns.plan_schema import PlanError
from segments.models import Segment
from tests import make
from tests.campaigns import build
from tests.campaigns.plans import fault_of, plans

pytestmark = pytest.mark.django_db
NODE = str(Path(sys.executable).with_name("node"))
DEEP = '{"split": [{"name": "a", "percent": 100, "steps": ['
SCRIPT = Path(__file__).with_name("open_and_save.mjs")


@pytest.fixture
def shop():
    made = build.shop()
    build.template(made, key="hello", name="Hello")
    Segment.objects.create(shop=made, key="fixed", name="Fixed", kind="static")
    return made


def node(said):
    done = subprocess.run(
        [
            NODE,
            str(SCRIPT),
            str(settings.BASE_DIR / "static/campaigns/plan_tree.js"),
        ],
        input=json.dumps(said),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_opening_and_saving_is_the_identity(shop):
    """Three hundred plans through the browser's own tree, and back through the server."""
    given = list(plans(300))
    assert [fault_of(plan, shop) for plan in given] == [None] * 300

    back = node(given)

    for plan, told in zip(given, back, strict=True):
        assert editor.is_same(told["saved"], plan)
        assert editor.is_same(told["after_undone_changes"], plan)
        assert told["steps"] == len(editor.described(plan, shop)["steps"])
    campaign = build.campaign(shop, plan=given[0], status="draft")
    editor.save(campaign, given[0])
    named = Campaign.objects.get().plan
    for plan in (named, node([named])[0]["saved"]):
        editor.save(campaign, plan)
    assert Campaign.objects.get().plan == named


def test_the_drawing_has_every_step_once_and_no_two_in_one_place(shop):
    drawn = node(list(plans(100, seed=2)))

    assert len(drawn) == 100
    for told in drawn:
        assert told["drawn"] == told["steps"] + 2
        assert told["places"] == told["all"]
        assert told["loose"] == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [({"a": 2}, {"a": 2.0}, True), ({"a": 1}, {"a": True}, False), ([1], [1, 2], False),
     ({"a": None}, {}, False), ("1", 1, False), ({"a": [1], "b": 2}, {"b": 2, "a": [1]}, True)],
)  # fmt: skip
def test_what_is_the_same(one, other, same):
    assert editor.is_same(one, other) is same


def test_every_kind_of_step_is_offered_and_a_new_one_fits(shop):
    offered = {kind["name"]: kind["first"] for kind in editor_fields.kinds(shop)}

    assert offered.keys() == steps.KINDS.keys()
    assert {
        name: fault_of({"entry": {"api": True}, "steps": [first]}, shop)
        for name, first in offered.items()
    } == dict.fromkeys(offered)


def test_every_kind_of_entry_is_offered_and_a_new_one_lacks_only_what_the_shop_lacks(shop):
    def faults(of):
        return {
            shape["name"]: fault_of({"entry": shape["first"], "steps": [{"stop": "x"}]}, of)
            for shape in editor_entry.form(of)["shapes"]
        }

    offered = {*entries.KINDS, "api"}
    assert faults(shop) == dict.fromkeys(offered)
    bare = {"stage": "entry.stage", "segment": "entry.segment"}
    assert faults(make.shop()) == {**dict.fromkeys(offered), **bare}


def test_words_and_the_first_fault_are_told_by_path(shop):
    inner = [{"send": "hello"}, {"send": "nobody"}]
    plan = {
        "entry": {"api": True},
        "steps": [
            {"stop": "x"},
            {
                "branch": [
                    {"if": {"field": "facts.order_count", "op": ">=", "value": 2}, "steps": inner}
                ]
            },
        ],
    }

    told = editor.described(plan, shop)

    assert told["fault"]["step"] == "steps[1].branch[0].steps[1]"
    assert told["steps"]["steps[1].branch[0].steps[0]"] == "Send “Hello”"
    assert "twice" in told["ways"]["steps[1].branch[0].steps"]


@pytest.mark.parametrize("plan", [None, 5, [], {}, {"steps": 1}, {"steps": [1, {"branch": 3}]},
                                  {"entry": 1, "steps": [{"send": {}}, {"wait": 1}]}])  # fmt: skip
def test_nonsense_is_a_fault_and_no_crash(shop, plan):
    assert editor.described(plan, shop)["fault"]
    with pytest.raises(PlanError):
        editor.save(build.campaign(shop), plan)


def number(entered):
    return entered.version.number


def running(shop):
    steps = [{"id": "a", "wait_days": 1}, {"id": "b", "send": "hello"}]
    plan = {"entry": {"segment": "fixed"}, "steps": steps}
    campaign = build.campaign(shop, plan=plan, status="draft")
    build.membership(make.customer(shop), "fixed")
    launching.launch(campaign)
    engine.run_due()
    return campaign


def test_editing_a_live_campaign_lets_people_finish_on_theirs(shop, client):
    campaign = running(shop)
    client.force_login(make.user(is_superuser=True))
    new = {**campaign.plan, "steps": [{"id": "c", "stop": "new"}]}
    url = reverse("admin:campaigns_campaign_steps", args=[campaign.pk])
    assert "1 person is on the way" in client.get(url).content.decode()

    client.post(url, {"plan": json.dumps(new), "people": "stay"})

    inside = Enrolment.objects.get()
    assert (inside.step, number(inside)) == ("b", 1)
    build.membership(make.customer(shop), "fixed")
    enrolment.enrol(shop)
    assert number(Enrolment.objects.order_by("-pk")[0]) == 2


def test_or_moves_them_as_stated(shop, client):
    campaign = running(shop)
    client.force_login(make.user(is_superuser=True))
    new = {**campaign.plan, "steps": [{"id": "b", "send": "hello"}, {"id": "a", "wait_days": 1}]}

    client.post(
        reverse("admin:campaigns_campaign_steps", args=[campaign.pk]),
        {"plan": json.dumps(new), "people": "move", "go:b": "a"},
    )

    inside = Enrolment.objects.get()
    assert (inside.step, number(inside)) == ("a", 2)
    assert versions.inside(campaign) == {2: 1}


def test_a_move_to_a_step_that_is_not_there_keeps_nothing(shop, client):
    campaign = running(shop)
    client.force_login(make.user(is_superuser=True))
    new = {**campaign.plan, "steps": [{"id": "z", "stop": "x"}]}

    page = client.post(
        reverse("admin:campaigns_campaign_steps", args=[campaign.pk]),
        {"plan": json.dumps(new), "people": "move", "go:b": "b"},
    )

    assert "no step" in page.content.decode()
    assert Campaign.objects.get().plan == campaign.plan


def test_a_campaign_that_is_over_keeps_its_steps(shop):
    campaign = build.campaign(shop, status="finished")

    with pytest.raises(PlanError, match="over"):
        editor.save(campaign, {**campaign.plan, "late_hours": 5})


def test_only_who_may_change_it_edits_or_asks(shop, client):
    campaign = build.campaign(shop)
    reader = make.user()
    shop.staff.add(reader, through_defaults={"role": "analyst"})
    client.force_login(reader)
    for name in ("steps", "steps_check"):
        url = reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
        assert client.post(url, {"plan": "{}"}).status_code == 403


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('{"entry": {"api": true}, "steps": [{"set": {"a": NaN}}]}', "every number must be finite"),
        ('{"entry": {"api": true}, "steps": [{"stop": "\\u0000"}]}', "steps[0].stop"),
        ('{"entry": {"api": true}, "steps": [{"stop": "\\ud800"}]}', "steps[0].stop"),
        (f'{{"entry": {{"api": true}}, "steps": [{DEEP * 90}{"]}]}" * 90}]}}', "levels deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_a_fault_and_no_error(client, shop, plan, words):
    campaign = build.campaign(shop, status="draft")
    client.force_login(make.user(is_superuser=True))

    told = client.post(
        reverse("admin:campaigns_campaign_steps_check", args=[campaign.pk]), {"plan": plan}
    )
    kept = client.post(
        reverse("admin:campaigns_campaign_steps", args=[campaign.pk]), {"plan": plan}
    )

    assert words in told.json()["fault"]["words"]
    assert kept.status_code == 200
    assert Campaign.objects.get().plan == campaign.plan


def test_a_new_campaign_leads_to_its_steps_and_no_page_shows_a_plan_as_code(admin_client, shop):
    form = {"shop": shop.pk, "name": "New", "key": "new", "holdout_percent": 5, "priority": 50}

    answer = admin_client.post(reverse("admin:campaigns_campaign_add"), form)

    campaign = Campaign.objects.get(key="new")
    assert answer.url == reverse("admin:campaigns_campaign_steps", args=[campaign.pk])
    page = admin_client.get(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    assert "Enters when the shop asks for it" in page.content.decode()
    assert 'name="plan"' not in page.content.decode()
    assert "&quot;entry&quot;" not in page.content.decode()
