"""No figure of a plan is taken on trust: each is looked up; a sentence has no digits of its own.

Used on what a model says before it is kept, and on a kept plan whenever somebody wants to be sure.
"""

import re
import unicodedata
from typing import Any

from assistant import sentences
from assistant.figures import Figures
from assistant.sentences import Sentence

SLOT = re.compile(r"\{(\d)\}")
# Numbers in words are as easily invented: half, a third, twice, 百分之三十.
NUMERAL = re.compile(
    r"\d|[½⅓¼⅕⅛⁄]|[一二三四五六七八九十百千万亿两半几]+(?=[成倍个位人次天名元块折周月年日分笔单%])"
    r"|[二三四五六七八九十百千万]{2}|百分之|分之|[一大过]半|半数"
    r"|\b(?:half|halves|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|twice|thrice|double"
    r"|triple|dozen|hundred|thousand|million|percent|per cent|zero|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety)(?:s|fold)?\b|%",
    re.IGNORECASE,
)


def faults(claim: dict[str, Any], figures: Figures) -> list[Sentence]:
    """What is wrong with a claim, in words; empty when every figure in it is true."""
    found: list[Sentence] = []
    for cite in claim["cites"]:
        figure = figures.get(cite["figure"])
        if figure is None:
            found.append(Sentence("no_figure", figure=cite["figure"]))
        elif abs(figure.value - cite["value"]) > 1e-6:
            said = {"figure": figure.id, "value": cite["value"], "true": figure.value}
            found.append(Sentence("other_figure", **said))
    slots = {int(number) for number in SLOT.findall(claim["text"])}
    if slots != set(range(len(claim["cites"]))):
        found.append(Sentence("other_slots"))
    return found + in_words(SLOT.sub("", claim["text"]))


def in_words(text: str) -> list[Sentence]:
    """A number that a text brings along by itself, which nobody can check."""
    number = NUMERAL.search(unicodedata.normalize("NFKC", text))
    return [Sentence("own_number", number=number[0])] if number else []


def said(claim: dict[str, Any], figures: Figures, currency: str) -> str:
    """The claim with its figures as they are looked up."""
    shown = [figures[cite["figure"]].shown(currency) for cite in claim["cites"]]
    return SLOT.sub(lambda slot: shown[int(slot[1])], sentences.said(claim))
