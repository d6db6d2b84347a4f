"""The report of a campaign as its page and its file show it."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import arms, attributed, report, results
from campaigns.arms import Arm
from campaigns.models import Campaign, SplitWeight
from campaigns.results import Results
from campaigns.wording import figure, money, percent, reason
from insights.lift import Lift

ANSWERS = {
    "message.unsubscribed": gettext_lazy("unsubscribed"),
    "message.complained": gettext_lazy("called it spam"),
    "message.bounced": gettext_lazy("could not be delivered"),
}
RULES = {
    "last_touch": gettext_lazy("the last message before the order"),
    "linear": gettext_lazy("all messages alike"),
    "time_decay": gettext_lazy("later messages more"),
    "removal": gettext_lazy("what would be lost without it"),
}


def show(campaign: Campaign) -> dict[str, Any]:
    """Everything that the page shows."""
    found, proof = results.of(campaign), report.proof(campaign)
    currency = campaign.shop.currency
    shares = _shares(campaign)
    return {
        "proof": proof,
        "said": _said(proof),
        "funnel": funnel(found),
        "each": [
            (_("written to"), *_side(found.arms.treated, currency)),
            (_("held out"), *_side(found.arms.held_out, currency)),
        ],
        "variants": [
            (split, name, *_side(side, currency), shares.get((split, name), "–"))
            for split, name, side in found.variants
        ],
        "segments": [_segment(name, mine, held, currency) for name, mine, held in found.segments],
        "answers": _answers(found),
        "attribution": [
            (str(RULES[rule]), money(round(cents), currency))
            for rule, cents in attributed.of(campaign).items()
        ],
        "refusals": [
            (reason(why), figure(count)) for why, count in report.refusals(campaign).items()
        ],
        "series": {"chart": series(found)},
        "goal_days": arms.GOAL_DAYS,
        "in_both": found.arms.in_both,
    }


def _shares(campaign: Campaign) -> dict[tuple[str, str], str]:
    """What splits that learn have learned: the share that goes each way now."""
    rows = SplitWeight.objects.filter(campaign=campaign).values_list("step", "name", "weight")
    return {(step, name): percent(weight) for step, name, weight in rows}


def _said(proof: report.Proof) -> list[tuple[str, str]]:
    """The sentence about buyers and the one about revenue, each with its colour; once where both
    say the same."""
    told = [(proof.goal_words, _colour(proof.goal))]
    if proof.revenue_words != proof.goal_words:
        told.append((proof.revenue_words, _colour(proof.revenue)))
    return told


def _colour(lift: Lift) -> str:
    return "" if not lift.is_proved else "wm-up" if lift.value > 0 else "wm-down"


def funnel(found: Results) -> list[dict[str, Any]]:
    """From everybody who entered to those who ordered, each as a share of the first."""
    steps = [
        (_("Entered, and not held out"), found.arms.treated.customer_count),
        (_("Messages sent"), sum(step[3] for step in found.steps)),
        (_("Opened by a person"), sum(step[4] for step in found.steps)),
        (_("Clicked by a person"), sum(step[5] for step in found.steps)),
        (_("Ordered within the goal window"), found.arms.treated.buyer_count),
    ]
    most = max((count for _words, count in steps), default=0) or 1
    return [
        {"words": words, "count": figure(count), "share": round(100 * count / most, 1)}
        for words, count in steps
    ]


def series(found: Results) -> dict[str, Any]:
    """Entered, sent and ordered, day by day."""
    names = [_("Entered"), _("Sent"), _("Orders of those written to")]
    return {
        "kind": "bar" if len(found.days) < 8 else "line",
        "labels": [date_format(day, "MONTH_DAY_FORMAT") for day, *_rest in found.days],
        "series": [
            {"name": name, "values": [row[place] for row in found.days]}
            for place, name in enumerate(names, 1)
        ],
    }


def _side(side: Arm, currency: str) -> tuple[str, str, str, str]:
    return (
        figure(side.customer_count),
        percent(side.buyer_fraction),
        money(side.revenue_cents, currency),
        "–" if side.cents_each is None else money(round(side.cents_each), currency),
    )


def _segment(name: str, mine: Arm, held: Arm, currency: str) -> tuple[str, ...]:
    return (
        name,
        figure(mine.customer_count),
        percent(mine.buyer_fraction),
        percent(held.buyer_fraction),
        "–" if mine.cents_each is None else money(round(mine.cents_each), currency),
    )


def _answers(found: Results) -> list[tuple[str, str, str]]:
    sent = sum(step[3] for step in found.steps)
    return [
        (
            str(words),
            figure(found.answers.get(kind, 0)),
            percent(found.answers.get(kind, 0) / sent if sent else None, 2),
        )
        for kind, words in ANSWERS.items()
    ]


HEADINGS = ("part", "name", "customers", "buyers", "orders", "revenue_cents", "currency",
            "entered", "messages_planned", "messages_sent", "opened", "clicked")  # fmt: skip


def as_csv(campaign: Campaign) -> str:
    """The figures as a table for other programs: keys, whole numbers, cents."""
    out = StringIO()
    table = csv.DictWriter(out, HEADINGS, restval="")
    table.writeheader()
    for row in _lines(results.of(campaign), campaign):
        table.writerow({key: _harmless(value) for key, value in row.items()})
    return out.getvalue()


def _harmless(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula is not one."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _lines(found: Results, campaign: Campaign) -> Iterator[dict[str, Any]]:
    def side(part: str, name: str, of: Arm) -> dict[str, Any]:
        return {
            "part": part, "name": name, "customers": of.customer_count, "buyers": of.buyer_count,
            "orders": of.order_count, "revenue_cents": of.revenue_cents,
            "currency": campaign.shop.currency,
        }  # fmt: skip

    yield side("arm", "written to", found.arms.treated)
    yield side("arm", "held out", found.arms.held_out)
    yield {"part": "arm", "name": "in both, left out", "customers": found.arms.in_both}
    for split, name, of in found.variants:
        yield side("variant", f"{split}: {name}", of)
    for name, mine, held in found.segments:
        yield side("segment, written to", name, mine)
        yield side("segment, held out", name, held)
    for step, name, planned, sent, opened, clicked in found.steps:
        yield {"part": "step", "name": f"{step}: {name}", "messages_planned": planned,
               "messages_sent": sent, "opened": opened, "clicked": clicked}  # fmt: skip
    for kind, count in found.answers.items():
        yield {"part": "answer", "name": kind, "customers": count}
    for day, entered, sent, orders, cents in found.days:
        yield {"part": "day", "name": date_format(day, "Y-m-d"), "entered": entered,
               "messages_sent": sent, "orders": orders, "revenue_cents": cents,
               "currency": campaign.shop.currency}  # fmt: skip
