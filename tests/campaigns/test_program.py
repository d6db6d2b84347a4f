"""A tree of steps becomes a table that knows what follows what; ids survive editing."""

from typing import Any

from campaigns import program
from campaigns.program import END

TREE: dict[str, Any] = {
    "entry": {"api": True},
    "steps": [
        {"send": "a"},
        {
            "branch": [{"if": {}, "steps": [{"send": "b"}, {"wait_days": 1}]}],
            "else": [{"split": [{"name": "X", "percent": 100, "steps": []}]}],
        },
        {"wait_for": {"touchpoint": "order.placed", "hours": 1}, "missed": [{"stop": "no"}]},
    ],
}


def test_every_step_leads_to_the_next_one_and_forks_come_together_again():
    made = program.of(TREE)

    assert made.first == "0"
    assert made.nodes["0"].next == "1"
    assert made.nodes["1"].ways == {"if0": "1.if0.0", "else": "1.else.0"}
    assert made.nodes["1.if0.0"].next == "1.if0.1"
    assert made.nodes["1.if0.1"].next == "2"
    assert made.nodes["1.else.0"].ways == {"X": "2"}
    assert made.nodes["2"].ways == {"came": END, "missed": "2.missed.0"}
    assert made.nodes["2.missed.0"].next == END


def test_steps_get_ids_that_no_version_ever_used_and_keep_those_they_have():
    plan: dict[str, Any] = {
        "entry": {"api": True},
        "steps": [{"send": "a", "id": "s2"}, {"send": "b"}],
    }

    named = program.with_ids(plan, taken={"s1"})

    assert [step["id"] for step in named["steps"]] == ["s2", "s3"]
    assert "id" not in plan["steps"][1]
    assert program.with_ids(named, taken={"s1", "s2", "s3"}) == named


def test_plans_that_say_the_same_have_the_same_digest():
    assert program.digest({"a": 1, "b": 2}) == program.digest({"b": 2, "a": 1})
    assert program.digest({"a": 1}) != program.digest({"a": 2})


def test_every_step_is_walked_with_its_path():
    paths = [path for path, _ in program.walk(TREE["steps"])]

    assert paths[:3] == ["steps[0]", "steps[1]", "steps[1].branch[0].steps[0]"]
    assert paths[-1] == "steps[2].missed[0]"
    assert len(paths) == 7
