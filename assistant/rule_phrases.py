"""What the rule writer understands: pieces of phrases, and the rules they are made into."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from assistant.rule_words import Rule, Words, days, number

NUM = (
    r"\d[\d,]*(?:\.\d+)?|half a|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
)
HAN = r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千半]+"
TIME = rf"(?P<n>{NUM})\s*-?(?P<u>days?|weeks?|months?|years?)"
TIME_HAN = rf"(?P<n>{HAN})\s*(?P<u>天|日|周|星期|个月|月|年)"
RECENT = rf"(?:in|within|during|over)\s+(?:the\s+)?(?:last\s+|past\s+)?{TIME}"
RECENT_HAN = rf"(?:最近|近|过去|在)?{TIME_HAN}(?:之内|以内|内|里|来)?"
LONG = rf"(?:for|in|since|within|during)\s+(?:the\s+)?(?:last\s+|past\s+)?{{more}}{TIME}"
MORE = r"(?:more than\s+|over\s+|at least\s+)?"
NOT = r"(?:(?:have|has|had|did|do|does)\s+not|never|not)\s+(?:ever\s+)?"
BUY = r"(?:bought|buy|buys|ordered|order|purchased|purchase|shopped)"
BUY_HAN = r"(?:购买|下单|消费|购物|买)"
COMPARE = (
    r"(?P<cmp>at least|no less than|more than|over|above|exactly|only|just|at most|no more than"
    r"|up to|less than|fewer than|under|below)\s+"
)
COMPARE_HAN = (
    r"(?P<cmp>至少|不少于|超过|大于|高于|多于|满|恰好|正好|只|仅|最多|不超过|少于|低于|不到|小于)"
)
MONEY = (
    rf"(?P<sign>[€$£¥])?\s*(?P<n>{NUM})\s*"
    r"(?P<coin>euros?|eur|dollars?|usd|pounds?|gbp|yuan|rmb|cny|[€$£¥])?(?![a-z])"
)
MONEY_HAN = rf"(?P<sign>[€$£¥])?\s*(?P<n>{HAN})\s*(?P<coin>欧元|美元|英镑|人民币|元|块)?"
COINS = {
    "eur": "EUR", "euro": "EUR", "euros": "EUR", "€": "EUR", "欧元": "EUR",
    "usd": "USD", "dollar": "USD", "dollars": "USD", "$": "USD", "美元": "USD",
    "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "£": "GBP", "英镑": "GBP",
    "cny": "CNY", "rmb": "CNY", "yuan": "CNY", "人民币": "CNY", "元": "CNY", "块": "CNY",
}  # fmt: skip
OPS = {
    ">=": "at least|no less than|至少|不少于|满",
    ">": "more than|over|above|超过|大于|高于|多于",
    "=": "exactly|only|just|恰好|正好|只|仅",
    "<=": "at most|no more than|up to|最多|不超过",
    "<": "less than|fewer than|under|below|少于|低于|不到|小于",
}
OP_OF = {word: op for op, words in OPS.items() for word in words.split("|")}


class Unclear(Exception):
    """A phrase that could mean several things, or something the shop does not know: a question."""


Make = Callable[[dict[str, str], Words], Rule]


def field(name: str, op: str, value: Any = None) -> Rule:
    rule = {"field": name, "op": op}
    return rule if value is None else {**rule, "value": value}


def ago(name: str, op: str) -> Make:
    return lambda said, words: field(name, op, days(said["n"], said["u"]))


def always(rule: Rule) -> Make:
    return lambda said, words: rule


def times(name: str, kind: str = "") -> Make:
    """So many times, ever or (of a kind of touchpoint) in a time."""

    def make(said: dict[str, str], words: Words) -> Rule:
        count = number(said.get("times") or said.get("count") or "1")
        op = OP_OF.get(said.get("cmp") or "", "")
        if said.get("only"):
            op = "="
        if not op:
            exactly = count == 1 and said.get("count") not in {"a", "an"} and not said.get("more")
            op = "=" if exactly else ">="
        if not said.get("n"):
            return field(name, op, count)
        key, least = {">=": ("times", 0), ">": ("times", 1), "=": ("exactly", 0),
                      "<=": ("at_most", 0), "<": ("at_most", -1)}[op]  # fmt: skip
        within = days(said["n"], said["u"])
        return {"did": {"touchpoint": kind, key: count + least, "within": within}}

    return make


def amount(name: str) -> Make:
    def make(said: dict[str, str], words: Words) -> Rule:
        coin = COINS.get(said.get("coin") or said.get("sign") or "", "")
        if coin and coin != words.shop.currency and not (coin == "CNY" and "块" in said.values()):
            known = {"coin": coin, "own": words.shop.currency}
            raise Unclear(_("The shop counts in %(own)s, not in %(coin)s. How much is it?") % known)
        op = OP_OF.get(said.get("cmp") or "", ">=" if said.get("more") else "")
        if not op:
            raise Unclear(_("At least as much, or exactly as much?"))
        return field(name, op, words.cents(said["n"]))

    return make


def share(name: str) -> Make:
    def make(said: dict[str, str], words: Words) -> Rule:
        return field(name, OP_OF.get(said.get("cmp") or "", ">="), number(said["n"]) / 100)

    return make


def top(name: str) -> Make:
    return lambda said, words: field(name, "in_top_percent", number(said["n"]))


def opinion(name: str) -> Make:
    """What reviews praise or complain about; in a time where one is said."""

    def make(said: dict[str, str], words: Words) -> Rule:
        told = re.split(r"\s*(?:,|\bor\b|\band\b|或者?|和|、|以及)\s*(?:the\s+)?", said["aspect"])
        keys = list(dict.fromkeys(words.aspects[one.strip()] for one in told if one.strip()))
        if said.get("n"):
            within = days(said["n"], said["u"])
            rules = [field(f"{name}.{key}", "less_than_days_ago", within) for key in keys]
            return rules[0] if len(rules) == 1 else {"any": rules}
        if said.get("no"):
            none = field(f"opinions.{name}", "has_none", keys)
            return {"any": [field(f"opinions.{name}", "is_empty"), none]}
        if len(keys) == 1:
            return field(f"opinions.{name}", "has", keys[0])
        every = re.search(r"\band\b|和|以及", said["aspect"])
        return field(f"opinions.{name}", "has_all" if every else "has_any", keys)

    return make


def unknown_opinion(said: dict[str, str], words: Words) -> Rule:
    from_all = sorted({label for _key, label in words.both("opinions.complained")})
    known = {"what": said["what"], "known": ", ".join(from_all[:24])}
    raise Unclear(_("Reviews are not read for “%(what)s”. Known are: %(known)s.") % known)


def birthday(said: dict[str, str], words: Words) -> Rule:
    if not words.birthday:
        raise Unclear(_("The shop tells no birthday of its customers."))
    within = days(said["n"], said["u"])
    return field(f"attributes.{words.birthday}", "anniversary_within_days", within) | {"as": "date"}


def permission(said: dict[str, str], words: Words) -> Rule:
    channel = "sms" if re.search(r"sms|text|短信", said["by"]) else "email"
    if re.search(r"push|notif|推送", said["by"]):
        channel = "push"
    room = "reachable" if said.get("reach") else "consent"
    return field(f"{room}.{channel}", "is_false" if said.get("no") else "is_true")


def score(said: dict[str, str], words: Words) -> Rule:
    name = (
        "purchase_30d"
        if re.search(r"buy|purchase|order|购买|复购|下单", said["what"])
        else "churn_90d"
    )
    if not said.get("n"):
        raise Unclear(_("How likely? Say for example “churn probability above 60 %”."))
    return field(f"scores.{name}", OP_OF.get(said.get("cmp") or "", ">="), number(said["n"]) / 100)


def period(name: str) -> Make:
    def make(said: dict[str, str], words: Words) -> Rule:
        found = {"今天": "today", "本周": "this_week", "这周": "this_week", "本月": "this_month",
                 "这个月": "this_month", "今年": "this_year", "昨天": "yesterday",
                 "上周": "last_week", "上个月": "last_month", "上月": "last_month",
                 "去年": "last_year"}  # fmt: skip
        return field(name, "in_period", found.get(said["p"]) or said["p"].replace(" ", "_"))

    return make


def several(fields: str) -> str:
    return _("It could mean several things (%s). Which?") % fields


def asked_plainly() -> str:
    return _("Say it without “not”, for example “at most” instead of “not more than”.")
