"""A marketer reads the plan without knowing JSON."""

import re

import pytest
from django.utils.translation import override

from campaigns import outline
from journeys import lifecycle
from segments.models import Segment
from tests.campaigns import build

RULE = {"field": "facts.order_count", "op": ">=", "value": 2}


def test_a_plan_reads_as_sentences_indented_like_its_tree():
    plan = {
        "entry": {"touchpoint": "checkout.started", "after_hours": 2, "unless": "order.placed"},
        "audience": RULE,
        "goal": {
            "touchpoint": "order.placed",
            "where": {"total_cents": {"op": ">", "value": 500}},
        },
        "steps": [
            {"send": "hello"},
            {"branch": [{"if": RULE, "steps": [{"stop": "enough"}]}], "else": [{"wait_days": 3}]},
            {"wait": {"until": "09:00", "weekday": "monday"}},
        ],
    }

    assert [(line.depth, line.words) for line in outline.lines(plan)] == [
        (0, "Enters whoever started a checkout, 2 hours later, unless they ordered meanwhile"),
        (1, "only those who: ordered at least twice"),
        (0, "Send “hello”"),
        (0, "One of several ways"),
        (1, "if ordered at least twice:"),
        (2, "Stop: enough"),
        (1, "otherwise:"),
        (2, "Wait 3 days"),
        (0, "Wait until 09:00, Monday"),
        (0, "Ends for whoever ordered where total in cents is more than 500."),
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"at": "2027-03-01T09:30"}, "Enters on 1 Mar 2027, 09:30, shop’s time"),
        ({"cron": "0 9 * * 1,fri", "zone": "customer"},
         "Enters every Monday, Friday at 09:00, everybody’s own time"),
        ({"cron": "30 8 1 * *"}, "Enters on day 1 of every month at 08:30, shop’s time"),
        ({"cron": "*/5 * * * *"}, "Enters again and again (*/5 * * * *), shop’s time"),
        ({"date": "birthday", "days": -7}, "Enters 7 days before the date “birthday”"),
        ({"stage": "at_risk", "on": "leave"}, "Enters on leaving the stage “At risk”"),
        ({"segment": "big-fans"}, "Enters in the segment “big fans”"),
        ({"touchpoint": ["quiz.finished", "order.placed"]},
         "Enters whoever did “quiz finished” or ordered"),
    ],
)  # fmt: skip
def test_every_way_to_enter_is_said_without_a_code(entry, words):
    assert outline.lines({"entry": entry, "steps": []})[0].words == words


STEPS = [
    {"send": "hello", "channel": "sms"},
    {"add_to": "fans"},
    {"wait": {"hours": 5}},
    {"wait_for": {"touchpoint": "order.placed", "hours": 24}, "missed": [{"send": "last-word"}]},
]


def test_keys_are_said_by_the_names_that_people_gave_and_in_chinese(db):
    shop = build.shop()
    stage = lifecycle.create(shop).stages.get(key="at_risk")
    stage.name = "Slipping away"
    stage.save()
    build.template(shop, key="hello", name="First greeting")
    Segment.objects.create(shop=shop, key="fans", name="Our fans", rule=RULE)
    plan = {"entry": {"stage": "at_risk"}, "steps": STEPS}
    templates = {"last-word": {"name": "The last word"}}

    said = [line.words for line in outline.lines(plan, shop, templates)]

    assert said == [
        "Enters at the stage “Slipping away”",
        "Send “First greeting” as text message",
        "Put into the segment “Our fans”",
        "Wait 5 hours",
        "Wait and see who ordered within 24 hours",
        "who did not:",
        "Send “The last word”",
    ]
    with override("zh-hans"):
        chinese = [line.words for line in outline.lines(plan, shop, templates)]
    assert chinese[0] == "处于阶段“Slipping away”时进入"
    assert not any(re.search("Wait|Send|who|order", words) for words in chinese)
