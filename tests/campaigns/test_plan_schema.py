"""A plan that cannot run is refused with the place and what would be right."""

import pytest

from campaigns import plan_schema
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
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
        {
            "entry": ENTRY,
            "audience": {"field": "facts.order_count", "op": ">", "value": 1},
            "steps": [SEND],
        },
    ],
)
def test_a_plan_that_can_run_passes(shop, plan):
    plan_schema.check(plan, shop)


@pytest.mark.parametrize(
    ("plan", "path", "words"),
    [
        (None, "", "object"),
        ({"steps": [SEND]}, "", "entry"),
        ({"entry": ENTRY, "steps": []}, "steps", "non-empty"),
        ({"entry": ENTRY, "steps": [{"wait": 3}]}, "steps[0]", '{"wait_days": number}'),
        ({"entry": ENTRY, "steps": [{"wait_days": -1}]}, "steps[0].wait_days", "minimum"),
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
        plan_schema.check(plan, shop)

    assert caught.value.path == path
    assert words in str(caught.value)


def test_what_only_another_shop_has_is_unknown(shop):
    with pytest.raises(PlanError, match="template 'hello'"):
        plan_schema.check({"entry": ENTRY, "steps": [SEND]}, build.shop())
