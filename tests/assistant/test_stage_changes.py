"""What a plan does to a stage is said in words, and only what is different."""

from typing import Any

from assistant import stage_changes
from assistant.stage_changes import Change
from tests import make

RULE = {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": 60}
STAGE: dict[str, Any] = {
    "key": "lost", "name": "Lost", "colour": "#ef4444", "outcome": "loss", "position": 4,
    "priority": 10, "expected_days": None, "exit_rule": None,
    "rule": RULE,
}  # fmt: skip


def test_another_rule_is_told_in_the_words_of_rules(db):
    rule = {**RULE, "value": 45}
    after = {**STAGE, "rule": rule, "colour": "#000000", "exit_rule": rule, "outcome": ""}

    assert stage_changes.of(STAGE, after, make.shop()) == [
        Change("Who is here", "last ordered more than 60 days ago",
               "last ordered more than 45 days ago"),
        Change("Who is not here, whatever else is true", "nobody",
               "last ordered more than 45 days ago"),
        Change("What it means to be here", "a loss", "a step on the way"),
    ]  # fmt: skip


def test_of_a_new_stage_all_is_said_that_is_not_usual(db):
    told = stage_changes.of(None, STAGE, make.shop())

    assert [(each.was, each.becomes) for each in told] == [
        ("", "Lost"), ("", "last ordered more than 60 days ago"), ("", "a loss"), ("", "10"),
        ("", "4"),
    ]  # fmt: skip
