"""A plan that cannot run is refused with the place and what would be right."""

import pytest

from campaigns import plan_check
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build
from tests.campaigns.plans import fault_of

pytestmark = pytest.mark.django_db
RULE = {"field": "facts.order_count", "op": ">", "value": 1}
ENTRY, SEND = {"stage": "at_risk"}, {"send": "hello"}


@pytest.fixture
def shop():
    made = build.shop()
    build.template(made, key="hello")
    build.membership(make.customer(made), "big-spenders")
    return made


@pytest.mark.parametrize(
    "plan",
    [
        {"entry": ENTRY, "steps": [SEND]},
        {"entry": {"journey": "lifecycle", "stage": "lost"}, "steps": [SEND, {"wait_days": 0.5}]},
        {"entry": {"segment": "big-spenders"}, "steps": [{"wait_days": 3}, SEND]},
        {"entry": {"segment": "big-spenders", "on": "leave"}, "steps": [SEND]},
        {"entry": {"at": "2026-12-01T09:00", "zone": "customer"}, "steps": [SEND]},
        {"entry": {"cron": "0 9 * * 1", "zone": "Europe/Berlin"}, "steps": [SEND]},
        {"entry": {"date": "birthday", "yearly": True, "days": -3}, "steps": [SEND]},
        {"entry": {"api": True}, "steps": [SEND], "reentry": {"after_days": 30}},
        {
            "entry": {"touchpoint": "checkout.started", "after_hours": 2, "unless": "order.placed"},
            "goal": {"touchpoint": "order.placed"},
            "exclude": RULE,
            "exit": RULE,
            "steps": [
                {"wait": {"until": "09:00", "weekday": "monday"}},
                {"split": [{"name": n, "percent": 50, "steps": [SEND]} for n in "AB"]},
                {"wait_for": {"touchpoint": "message.clicked", "hours": 48}, "missed": [SEND]},
                {"branch": [{"if": RULE, "steps": [{"stop": "enough"}]}], "else": [{"tell": "x"}]},
                {"set": {"wrote": True}},
            ],
        },
        {
            "entry": ENTRY,
            "audience": {"field": "facts.order_count", "op": ">", "value": 1},
            "steps": [SEND],
        },
    ],
)
def test_a_plan_that_can_run_passes(shop, plan):
    assert fault_of(plan, shop) is None


@pytest.mark.parametrize(
    ("plan", "path", "words"),
    [
        (None, "", "object"),
        ({"steps": [SEND]}, "", "entry"),
        ({"entry": ENTRY, "steps": []}, "steps", "non-empty"),
        ({"entry": ENTRY, "steps": [{"pause": 3}]}, "steps[0]", '{"wait_days": number}'),
        ({"entry": ENTRY, "steps": [{"wait": 3}]}, "steps[0].wait", '{"days": number}'),
        ({"entry": ENTRY, "steps": [{"wait": {"until": "25:00"}}]}, "steps[0].wait.until", "25:00"),
        ({"entry": {"at": "2026-12-01T09:00+01:00"}, "steps": [SEND]}, "entry.at", "local time"),
        ({"entry": {"cron": "61 * * * *"}, "steps": [SEND]}, "entry.cron", "five cron fields"),
        (
            {"entry": {"at": "2026-12-01T09:00", "zone": "Mars"}, "steps": [SEND]},
            "entry.zone",
            "Mars",
        ),
        (
            {"entry": {"touchpoint": "cart.updated", "unless": "order.placed"}, "steps": [SEND]},
            "entry.unless",
            "after_hours",
        ),
        ({"entry": ENTRY, "steps": [{"add_to": "big-spenders"}]}, "steps[0].add_to", "fixed"),
        (
            {"entry": ENTRY, "steps": [{"send": "hello", "channel": "fax"}]},
            "steps[0].channel",
            "fax",
        ),
        (
            {"entry": ENTRY, "steps": [{"split": [{"name": "A", "percent": 60, "steps": [SEND]}]}]},
            "steps[0].split",
            "add up to 100",
        ),
        (
            {"entry": ENTRY, "steps": [SEND | {"id": "a"}, SEND | {"id": "a"}]},
            "steps[1].id",
            "another step",
        ),
        (
            {"entry": ENTRY, "steps": [{"branch": [{"if": {"field": "x"}, "steps": []}]}]},
            "steps[0].branch[0].if.field",
            "no field 'x'",
        ),
        (
            {"entry": ENTRY, "steps": [{"branch": [{"if": RULE, "steps": [{"send": "bye"}]}]}]},
            "steps[0].branch[0].steps[0].send",
            "'bye'",
        ),
        ({"entry": ENTRY, "steps": [{"wait_days": -1}]}, "steps[0].wait_days", "minimum"),
        (
            {"entry": {"touchpoint": "cart.updated", "where": {"n": {"op": "~"}}}, "steps": [SEND]},
            "entry.where.n.op",
            "one of",
        ),
        ({"entry": {**ENTRY, "segment": "a"}, "steps": [SEND]}, "entry", '{"segment": key}'),
        ({"entry": ENTRY, "steps": [SEND], "gaol": 1}, "", "gaol"),
        ({"entry": {"stage": "nowhere"}, "steps": [SEND]}, "entry.stage", "'nowhere'"),
        ({"entry": {"segment": "none"}, "steps": [SEND]}, "entry.segment", "'none'"),
        ({"entry": ENTRY, "steps": [SEND, {"send": "bye"}]}, "steps[1].send", "'bye'. Add it"),
        (
            {"entry": ENTRY, "audience": {"all": [{"field": "x"}]}, "steps": [SEND]},
            "audience.all[0].field",
            "no field 'x'",
        ),
    ],
)
def test_a_plan_that_cannot_run_says_where_and_why(shop, plan, path, words):
    with pytest.raises(PlanError) as caught:
        plan_check.check(plan, shop)

    assert caught.value.path == path
    assert words in str(caught.value)


def test_what_only_another_shop_has_is_unknown(shop):
    with pytest.raises(PlanError, match="template 'hello'"):
        plan_check.check({"entry": ENTRY, "steps": [SEND]}, build.shop())
