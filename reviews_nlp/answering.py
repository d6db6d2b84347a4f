"""A draft of an answer to a review: what it praises is thanked for, what it blames is taken up.

Our own sentences in the review's language, no model; a person reads, changes and sends it.
"""

from reviews_nlp.aspects.register import ASPECTS
from reviews_nlp.models import Review

SENTENCES = {
    "en": {
        "thanks": "Thank you for taking the time to write to us.",
        "praised": "We are glad that you are happy with this: {}.",
        "blamed": "We are sorry that this was not right: {}.",
        "unhappy": "We are sorry that you are not happy.",
        "repair": "Please reply with your order number, and we will put it right.",
        "again": "We look forward to seeing you again.",
        "and": ", ",
        "space": " ",
    },
    "zh": {
        "thanks": "感谢您抽出时间写下评价。",
        "praised": "很高兴您对{}感到满意。",
        "blamed": "很抱歉，{}没有让您满意。",
        "unhappy": "很抱歉没有让您满意。",
        "repair": "请回复您的订单号，我们会尽快为您处理。",
        "again": "期待您再次光临。",
        "and": "、",
        "space": "",
    },
}
MOST = 2  # aspects that are named; more reads like a form


def draft(review: Review) -> str:
    """The draft, in Chinese for a Chinese review and in English for all others."""
    language = "zh" if review.language[:2] == "zh" else "en"
    words = SENTENCES[language]
    named = {
        good: words["and"].join(_aspects(review, language, good=good)) for good in (True, False)
    }
    unhappy = bool(named[False]) or (review.sentiment or 0) < 0
    said = [words["thanks"]]
    if named[True]:
        said.append(words["praised"].format(named[True]))
    if named[False]:
        said.append(words["blamed"].format(named[False]))
    elif unhappy:
        said.append(words["unhappy"])
    said.append(words["repair" if unhappy else "again"])
    return words["space"].join(said)


def _aspects(review: Review, language: str, *, good: bool) -> list[str]:
    found = [o.aspect for o in review.opinions.all() if (o.sentiment > 0) is good]
    return [_named(aspect, language) for aspect in dict.fromkeys(found)][:MOST]


def _named(aspect: str, language: str) -> str:
    """What a customer would call it: the first phrase in their language."""
    if aspect not in ASPECTS:
        return aspect
    known = ASPECTS[aspect]
    return (known.chinese if language == "zh" else known.english).split("|")[0]
