"""What rules say in a plan, and why parts of one are refused: kept by code with its values, and
said in the language of who reads it.

The text beside the code is the sentence as it was said when the plan was made; what a model or a
person wrote has only that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistant import plays

WORDS: dict[str, Any] = {
    "went": _("Of {0} stays at %(origin)s {1} went on to %(target)s: {2}."),
    "ended": _("{0} of them ended at %(target)s: {1}, in the middle after {2}."),
    "stand": _("{0} customers stand at %(origin)s; each is worth {1} a year."),
    "late": _(
        "Most who go on to %(target)s have done so by then; whoever has not can still be"
        " written to."
    ),
    "slow": _("Three quarters of those who go on to %(target)s do so within these days."),
    "assumed": _(
        "The forecast assumes that more customers move; whether they do, the holdout shows."
    ),
    "caps": _(
        "Who gets many messages already may get one more: the caps decide, some are left out."
    ),
    **{f"play.{play.key}": play.why for play in plays.ALL},
    "no_figure": _("there is no figure %(figure)s"),
    "other_figure": _("%(figure)s is %(true)s, not %(value)s"),
    "other_slots": _("its text does not hold each of its figures"),
    "own_number": _("it says '%(number)s' by itself"),
    "other_way": _("%(play)s is not for that way"),
    "no_answer": _("The model gave no answer (%(why)s)."),
    "no_room": _("priority: there is no room before %(stage)s."),
    "channel": _("the channel %(channel)s was not allowed"),
    "unknown_cost": _("how many would enter is not known, nor what it costs"),
    "too_dear": _(
        "about %(messages)d messages in %(days)d days cost %(cost)s; %(left)s of the budget are"
        " left"
    ),
    "too_much_off": _("“%(words)s” promises more off than the %(most)s %% that were allowed"),
    "amount_off": _("“%(words)s” takes an amount off that cannot be held against %(most)s %%"),
}


class Sentence(str):
    """A sentence of WORDS in the active language, which can be said in another one later."""

    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, **values: Any) -> "Sentence":
        made = super().__new__(cls, _worded(code, values))
        made.code, made.values = code, values
        return made


@dataclass(frozen=True)
class Refusal:
    """Something that is not in a plan, where it would have stood, and why not."""

    at: str
    faults: Sequence[str]

    def __str__(self) -> str:
        return f"{self.at}: {'; '.join(self.faults)}" if self.at else "; ".join(self.faults)

    @property
    def row(self) -> dict[str, Any]:
        """As a plan keeps it."""
        return {"at": self.at, "faults": [_row(fault) for fault in self.faults]}


def refused(rows: list[Any]) -> list[str]:
    """What a plan keeps of refusals, in the active language; plans of old have plain texts."""
    return [
        row if isinstance(row, str) else str(Refusal(row["at"], [*map(said, row["faults"])]))
        for row in rows
    ]


def kept(code: str, name: str = "text", **values: str) -> dict[str, Any]:
    """The sentence as a part of a proposal has it, under the name it has there."""
    return {name: _worded(code, values), "said": {"code": code, "values": values}}


def said(part: dict[str, Any] | str, name: str = "text") -> str:
    """A part's sentence in the active language; as it was written, where that is all there is."""
    if isinstance(part, str):
        return part
    told = part.get("said", {})
    return _worded(told["code"], told["values"]) if told.get("code") in WORDS else str(part[name])


def _row(fault: str) -> dict[str, Any]:
    kept_by = {"code": fault.code, "values": fault.values} if isinstance(fault, Sentence) else None
    return {"text": str(fault), **({"said": kept_by} if kept_by else {})}


def _worded(code: str, values: dict[str, Any]) -> str:
    text = str(WORDS[code])
    return text % values if values else text
