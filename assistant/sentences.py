"""What rules say in a plan: kept by code with its values, and said in the language of who reads it.

The text beside the code is the sentence as it was said when the plan was made; what a model or a
person wrote has only that.
"""

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
}


def kept(code: str, name: str = "text", **values: str) -> dict[str, Any]:
    """The sentence as a part of a proposal has it, under the name it has there."""
    return {name: _worded(code, values), "said": {"code": code, "values": values}}


def said(part: dict[str, Any] | str, name: str = "text") -> str:
    """A part's sentence in the active language; as it was written, where that is all there is."""
    if isinstance(part, str):
        return part
    told = part.get("said", {})
    return _worded(told["code"], told["values"]) if told.get("code") in WORDS else str(part[name])


def _worded(code: str, values: dict[str, str]) -> str:
    text = str(WORDS[code])
    return text % values if values else text
