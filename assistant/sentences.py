"""What rules say in a plan, and why parts of a plan or a copy are refused: kept by code with its
values, and said in the language of who reads it.

The text beside the code is the sentence as it was said when it was kept; what a model or a person
wrote has only that.
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
    "no_answer.budget": _(
        "The model was not asked: the day's budget of tokens or money is used up."
    ),
    "no_answer.refused": _("The model declined to answer."),
    "no_answer.timeout": _("The model did not answer in time."),
    "no_room": _("priority: there is no room before %(stage)s."),
    "no_play": _("no play of the library goes by the channels that were allowed"),
    "too_few": _("too few of “%(segment)s” went that way to say what it would bring"),
    "channel": _("the channel %(channel)s was not allowed"),
    "unknown_cost": _("how many would enter is not known, nor what it costs"),
    "too_dear": _(
        "about %(messages)d messages in %(days)d days cost %(cost)s; %(left)s of the budget are"
        " left"
    ),
    "too_much_off": _("“%(words)s” promises more off than the %(most)s %% that were allowed"),
    "no_fact": _("there is no fact {%(slot)s}"),
    "own_tag": _("it has a tag, a link or a bracket of its own"),
    "not_said": _("the catalogue does not say “%(words)s”"),
    "no_product": _("“%(name)s” is no product or brand of the catalogue"),
    "not_used": _("“%(word)s” is a word that the shop does not use"),
    "other_language": _("it is not in the language that was asked for"),
    "too_long": _("%(is)d characters; %(most)d are the most"),
    "too_many_words": _("%(is)d words; %(most)d are the most"),
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
        """As a plan or a copy keeps it."""
        return {"at": self.at, "faults": [_row(fault) for fault in self.faults]}


def no_answer(outcome: str, why: str) -> Refusal:
    """That a model gave none; what a server did is told in its own words."""
    code = f"no_answer.{outcome}"
    said = Sentence(code) if code in WORDS else Sentence("no_answer", why=why or outcome)
    return Refusal("", [said])


def refused(rows: list[Any]) -> list[str]:
    """What is kept of refusals, in the active language; rows of old have plain texts."""
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
