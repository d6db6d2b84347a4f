"""A marketer reads the plan without knowing JSON."""

from campaigns import outline

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
        (0, "Enters on checkout.started after 2 hours unless order.placed came"),
        (1, "only those who: ordered at least twice"),
        (0, "Send “hello”"),
        (0, "One of several ways"),
        (1, "if ordered at least twice:"),
        (2, "Stop: enough"),
        (1, "otherwise:"),
        (2, "Wait 3 days"),
        (0, "Wait until 09:00, monday"),
        (0, "Ends for whoever did order.placed where total cents is more than 500."),
    ]
