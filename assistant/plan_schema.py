"""The one shape of a plan, whoever proposed it, and the part of it that a model is asked for."""

from typing import Any

from assistant import segment_text, stage_offers
from campaigns.plan_schema import shape
from journeys import stage_text

EVERYBODY = "everybody"  # as a campaign's segment
TEXT = {"type": "string", "minLength": 1, "maxLength": 500}
NUMBER = {"type": "number"}
CITES = {
    "type": "array",
    "minItems": 1,
    "maxItems": 6,
    "items": shape(["figure", "value"], figure={"type": "string", "maxLength": 120}, value=NUMBER),
}
# A claim's figures stand in its text as {0}, {1}: it has no digits of its own.
CLAIM = shape(["text", "cites"], text=TEXT, cites=CITES)
# What rules say, by which it is said again in another language; see `sentences`.
SAID = shape(["code", "values"], code=TEXT, values={"type": "object"})
ESTIMATE = shape(["value", "low", "high"], value=NUMBER, low=NUMBER, high=NUMBER)
DIAGNOSIS = {"type": "array", "minItems": 1, "maxItems": 8, "items": CLAIM}
RISKS = {"type": "array", "maxItems": 8, "items": TEXT}

PROPOSAL: dict[str, Any] = shape(
    ["diagnosis", "stages", "campaigns", "forecast", "risks", "measured"],
    diagnosis=DIAGNOSIS
    | {"items": shape(["text", "cites"], text=TEXT, cites=CITES, said=SAID)},
    stages={
        "type": "array",
        "maxItems": 5,
        # `before` is the stage as it was, null for a new one.
        "items": shape(["part", "why", "before", "text"], part=TEXT, why=TEXT, said=SAID,
                       before={"type": ["object", "null"]}, text=stage_text.SCHEMA),
    },
    segments={
        "type": "array",
        "maxItems": 5,
        "items": shape(["part", "why", "text"], part=TEXT, why=TEXT, text=segment_text.SCHEMA),
    },
    campaigns={
        "type": "array",
        "maxItems": 5,
        # `text` is the campaign as campaigns are exported: plan, copy, audience; `segment` is
        # whose forecast it has, if not everybody's.
        "items": shape(["part", "edge", "why", "text"], part=TEXT, edge=TEXT, why=TEXT,
                       segment=TEXT, said=SAID, text={"type": "object"}),
    },
    forecast={
        "type": "array",
        "maxItems": 5,
        "items": shape(
            ["edge", "assumed_percent", "horizon_days", "reached", "more_reached",
             "more_revenue_cents"],
            edge=TEXT, segment=TEXT, assumed_percent=NUMBER, horizon_days={"type": "integer"},
            reached=ESTIMATE, more_reached=ESTIMATE, more_revenue_cents=ESTIMATE,
        ),
    },
    risks={"type": "array", "maxItems": 10, "items": shape(["text"], text=TEXT, said=SAID)},
    measured={
        "type": "array",
        "items": shape(["figure", "value", "days"], figure=TEXT, value=NUMBER,
                       days={"type": "integer"}),
    },
)  # fmt: skip


def pick(sentences: list[str], plays: list[str]) -> dict[str, Any]:
    """What a small model decides: which of our sentences matter, which plays to run."""
    return shape(
        ["sentences", "plays"],
        sentences={"type": "array", "minItems": 1, "maxItems": 6, "items": {"enum": sentences}},
        plays={"type": "array", "minItems": 1, "maxItems": 3, "items": {"enum": plays}},
    )


def choice(
    plays: list[str], edges: list[str], stages: list[str], segments: list[str]
) -> dict[str, Any]:
    """What a model decides: what is wrong, which plays against it and for whom, how the mails
    begin, which stage is missing, the risks.

    It names figures and plays from lists; plans, audiences and forecasts are the server's.
    """
    play = shape(
        ["play", "edge", "segment", "subject", "why"],
        play={"enum": plays},
        edge={"enum": edges},
        segment={"enum": [EVERYBODY, *segments]},
        subject=TEXT | {"maxLength": 120},
        why=TEXT,
    )
    condition = shape(
        ["field", "op", "value"],
        field={"enum": stage_offers.FIELDS},
        op={"enum": list(stage_offers.OPS)},
        value=NUMBER,
    )
    stage = shape(
        ["origin", "name", "why", "all"],
        origin={"enum": stages},
        name=TEXT | {"maxLength": 60},
        why=TEXT,
        all={"type": "array", "minItems": 1, "maxItems": 3, "items": condition},
    )
    return shape(
        ["diagnosis", "plays", "stages", "risks"],
        diagnosis=DIAGNOSIS,
        plays={"type": "array", "minItems": 1, "maxItems": 3, "items": play},
        stages={"type": "array", "maxItems": 2, "items": stage},
        risks=RISKS,
    )
