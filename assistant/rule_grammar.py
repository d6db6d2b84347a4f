"""A small grammar for whom a marketer means: longest phrase first, what is left over is said."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from assistant import rule_phrases as p
from assistant.rule_phrases import Make, Unclear
from assistant.rule_words import Rule, Words, plain

R, RH, T, TH = p.RECENT, p.RECENT_HAN, p.TIME, p.TIME_HAN
LAST, FIRST = "facts.last_order_at", "facts.first_order_at"
COUNTED = rf"(?:(?P<times>once|twice|thrice)|(?P<count>{p.NUM})\s+(?:times|or more times|orders?))"
COUNTED_HAN = rf"(?P<count>{p.HAN})\s*(?:次|单|笔)"
PERIOD = r"(?P<p>today|this week|this month|this year)"
PERIOD_HAN = r"(?P<p>今天|本周|这周|本月|这个月|今年)"
# Each with what it means; @aspects stands for the phrases of what reviews speak of.
PHRASES: tuple[tuple[str, Make], ...] = (
    (rf"{p.NOT}{p.BUY}(?: anything| again)? {p.LONG.format(more=p.MORE)}",
     p.ago(LAST, "more_than_days_ago")),
    (rf"(?:no|without) (?:orders?|purchases?) {p.LONG.format(more=p.MORE)}",
     p.ago(LAST, "more_than_days_ago")),
    (rf"(?:whose )?last (?:order|purchase|ordered|bought)(?: was| is)? (?:more than|over) {T} ago",
     p.ago(LAST, "more_than_days_ago")),
    (rf"(?:whose )?last (?:order|purchase|ordered|bought)(?: was| is)? less than {T} ago",
     p.ago(LAST, "less_than_days_ago")),
    (rf"{p.BUY}(?: something| anything)? {R}", p.ago(LAST, "less_than_days_ago")),
    (rf"{p.BUY}(?: something)? {PERIOD}", p.period(LAST)),
    (rf"(?:超过|已经|已|有)?{TH}(?:以上)?(?:没有?|未|不)(?:再)?(?:过)?{p.BUY_HAN}(?:过)?(?:东西|商品)?",
     p.ago(LAST, "more_than_days_ago")),
    (rf"{RH}(?:没有?|未){p.BUY_HAN}(?:过)?(?:东西|商品)?", p.ago(LAST, "more_than_days_ago")),
    (rf"{RH}(?:有)?{p.BUY_HAN}过?(?:东西|商品)?", p.ago(LAST, "less_than_days_ago")),
    (rf"{PERIOD_HAN}{p.BUY_HAN}过?(?:东西|商品)?", p.period(LAST)),
    (rf"(?:first (?:order|purchase)(?: was)?|ordered for the first time|new customers) {R}",
     p.ago(FIRST, "less_than_days_ago")),
    (rf"(?:first (?:order|purchase)(?: was)?|ordered for the first time|new customers) {PERIOD}",
     p.period(FIRST)),
    (rf"{RH}(?:首次{p.BUY_HAN}|首单|的新客户?)", p.ago(FIRST, "less_than_days_ago")),
    (rf"(?:joined|signed up|registered|became customers?) {R}",
     p.ago("customer.created_at", "less_than_days_ago")),
    (rf"{RH}(?:注册|加入)", p.ago("customer.created_at", "less_than_days_ago")),
    (rf"{p.NOT}(?:yet )?{p.BUY}(?: anything)?(?: yet)?|(?:with )?no (?:orders?|purchases?)"
     r"(?: yet| at all)?|without (?:any )?orders?", p.always(p.field("facts.order_count", "=", 0))),
    (rf"(?:从来?|还|尚)?(?:没有?|未){p.BUY_HAN}过?(?:东西|商品|任何东西)?",
     p.always(p.field("facts.order_count", "=", 0))),
    (rf"(?P<only>only )?(?:{p.BUY}|have|has|with)(?: something)? (?:{p.COMPARE})?{COUNTED}"
     rf"(?P<more> or more(?: times)?)?(?: {R})?", p.times("facts.order_count", "order.placed")),
    (rf"(?:{p.BUY_HAN})过?{p.COMPARE_HAN}?(?:了|过)?{COUNTED_HAN}(?P<more>以上|或以上)?",
     p.times("facts.order_count")),
    (rf"{p.COMPARE_HAN}(?:{p.BUY_HAN})(?:过|了)?{COUNTED_HAN}(?P<more>以上|或以上)?",
     p.times("facts.order_count")),
    (rf"{RH}{p.BUY_HAN}(?:过|了)?{p.COMPARE_HAN}?(?P<count>{p.HAN})(?:次|单|笔)(?P<more>以上)?",
     p.times("facts.order_count", "order.placed")),
    (r"repeat (?:buyers|customers)|bought again|came back|复购(?:过的|的)?(?:客户|顾客)?|回头客",
     p.always(p.field("facts.order_count", ">=", 2))),
    (r"one-time (?:buyers|customers)|一次性(?:客户|顾客)",
     p.always(p.field("facts.order_count", "=", 1))),
    (rf"(?:spent|spend|paid) (?:{p.COMPARE})?{p.MONEY}(?P<more> or more)?"
     r"(?: in total| altogether)?", p.amount("facts.revenue_cents")),
    (rf"(?:总共?|累计|一共)?(?:花了?|消费了?|支付)(?:总?额)?{p.COMPARE_HAN}?{p.MONEY_HAN}"
     r"(?P<more>以上)?", p.amount("facts.revenue_cents")),
    (rf"(?:with )?(?:an )?average order(?: value)?(?: is| of)? (?:{p.COMPARE})?{p.MONEY}",
     p.amount("facts.average_order_cents")),
    (rf"(?:平均)?客单价{p.COMPARE_HAN}?{p.MONEY_HAN}(?P<more>以上)?",
     p.amount("facts.average_order_cents")),
    (rf"(?:the )?top (?P<n>{p.NUM})\s*(?:%|percent|per cent) (?:by|of|in) (?:spend|spending|revenue"
     r"|spenders|buyers)", p.top("facts.revenue_cents")),
    (r"消费(?:额|金额)?(?:排名)?前\s*(?P<n>\d+)\s*%", p.top("facts.revenue_cents")),
    (rf"returned (?:{p.COMPARE})?(?P<n>{p.NUM})\s*(?:%|percent)(?: of what they bought)?",
     p.share("facts.returned_fraction")),
    (r"returned (?:something|goods|an order|items?)|退过?货",
     p.always(p.field("facts.returned_cents", ">", 0))),
    (r"(?:never|not) returned(?: anything)?|(?:没有?|从未|未)退过?货",
     p.always(p.field("facts.returned_cents", "=", 0))),
    (rf"(?P<no>(?:(?:did|do|have|has) not|never) )?complain(?:ed|s|ing)? (?:about|of) (?:the )?"
     rf"(?P<aspect>@aspects)(?: {R})?", p.opinion("complained")),
    (rf"(?P<no>(?:did|do|have|has) not |never )?(?:praised?|liked|loved|happy with|raved about)"
     rf" (?:the )?(?P<aspect>@aspects)(?: {R})?", p.opinion("praised")),
    (rf"(?:{RH})?(?P<no>没有?|未|从未)?(?:抱怨|投诉|吐槽|不满意?)过?(?P<aspect>@aspects)(?:问题)?",
     p.opinion("complained")),
    (rf"(?:{RH})?(?P<no>没有?|未|从未)?(?:称赞|表扬|夸赞?|好评)过?(?P<aspect>@aspects)",
     p.opinion("praised")),
    (r"complain(?:ed|s) (?:about|of) (?:the |their |our )?(?P<what>\w+)", p.unknown_opinion),
    (r"(?:抱怨|投诉|吐槽)过?(?P<what>[\u4e00-\u9fff]{1,4}?)(?=的|$|，|,|且|并|或|客|顾|女|男)",
     p.unknown_opinion),
    (r"(?:never|did not|have not) complain(?:ed)?|no complaints"
     r"|(?:没有?|从未|未)(?:抱怨|投诉|吐槽)过?",
     p.always(p.field("opinions.complained", "is_empty"))),
    (r"complained|抱怨过|投诉过|吐槽过",
     p.always(p.field("opinions.complained", "is_not_empty"))),
    (r"(?:never|did not|have not) (?:wrote|write|written|left|leave) (?:a |any )?reviews?"
     r"|(?:没有?|从未|未)(?:写过?|留过?)?评价过?",
     p.always(p.field("opinions.review_count", "=", 0))),
    (rf"(?:wrote|written|left|write) (?:{p.COMPARE})?(?P<count>{p.NUM}) (?P<more>or more )?"
     r"reviews?",
     p.times("opinions.review_count")),
    (r"(?:wrote|written|left) (?:a review|reviews)|(?:写|留)过评价|评价过",
     p.always(p.field("opinions.review_count", ">=", 1))),
    (rf"(?:opened|read) (?:an? |our |any )?(?:e-?mails?|mails?|messages?|newsletters?) {R}",
     p.ago("facts.last_opened_at", "less_than_days_ago")),
    (rf"{RH}(?:打开|看|阅读)过?(?:邮件|消息)", p.ago("facts.last_opened_at", "less_than_days_ago")),
    (r"(?:never|did not|have not) (?:opened|open|read) (?:an? |our |any )?"
     r"(?:e-?mails?|mails?|messages?)|(?:从未|没有?|未)(?:打开|看)过?(?:邮件|消息)",
     p.always(p.field("facts.message_opened_count", "=", 0))),
    (rf"clicked (?:in |on )?(?:an? |our )?(?:e-?mails?|mails?|messages?|links?) {R}",
     p.ago("facts.last_clicked_at", "less_than_days_ago")),
    (rf"{RH}点击过?(?:邮件|链接)", p.ago("facts.last_clicked_at", "less_than_days_ago")),
    (r"(?:abandoned|left) (?:a |their )?carts?|(?:放弃|遗弃)过?购物车",
     p.always(p.field("facts.abandoned_cart_count", ">=", 1))),
    (rf"(?:viewed|looked at) (?:a )?products? {R}",
     p.ago("facts.last_view_at", "less_than_days_ago")),
    (rf"{RH}(?:浏览|看)过?(?:商品|产品)", p.ago("facts.last_view_at", "less_than_days_ago")),
    (rf"(?:were |was |are )?active {R}", p.ago("facts.last_active_at", "less_than_days_ago")),
    (rf"(?:not active|inactive) {p.LONG.format(more=p.MORE)}",
     p.ago("facts.last_active_at", "more_than_days_ago")),
    (rf"{RH}活跃(?:过)?", p.ago("facts.last_active_at", "less_than_days_ago")),
    (rf"(?:超过)?{TH}(?:没有?|未|不)活跃", p.ago("facts.last_active_at", "more_than_days_ago")),
    (r"(?:have |has |with )?(?:a |their )?birthdays? (?:is |are )?(?:in|within) (?:the )?"
     rf"(?:next )?{T}", p.birthday),
    (rf"(?:未来)?{TH}(?:之内|以内|内)(?:过)?生日", p.birthday),
    (r"(?P<no>not )?(?:allow|allows|agreed to|subscribed to|opted in to) "
     r"(?:marketing by |our |the )?(?P<by>e-?mails?|newsletters?|sms"
     r"|text messages?|push notifications?)", p.permission),
    (r"(?P<no>can not|not)? ?(?P<reach>can be reached|reachable|be reached) (?:by|via) "
     r"(?P<by>e-?mail|sms|text message|push|browser notification)", p.permission),
    (r"(?P<no>不|没有?|未)?(?:允许|同意|订阅了?)(?:接收)?(?P<by>邮件|短信|推送)(?:营销)?",
     p.permission),
    (r"(?P<no>不|无法)?(?P<reach>可以?|能)(?:用|通过)?(?P<by>邮件|短信|推送)(?:联系|触达)到?",
     p.permission),
    (rf"(?P<what>churn|purchase|buying) (?:probability|risk|likelihood|score)(?: is| of)?"
     rf" (?:{p.COMPARE})?(?P<n>{p.NUM})\s*(?:%|percent)", p.score),
    (rf"(?P<what>流失|购买)(?:概率|风险|可能性){p.COMPARE_HAN}?(?P<n>\d+)\s*%", p.score),
    (r"(?:likely|about) to (?P<what>churn|leave|buy|order)(?: soon| again)?"
     r"|(?:可能|即将|很可能)(?:会)?(?P<what2>流失|购买)", lambda said, words: p.score(
         {"what": said.get("what") or said.get("what2") or ""}, words)),
)  # fmt: skip
# Words that say nothing about whom: they are passed over.
EMPTY = re.compile(
    r"(?:all|the|of|our|my|a|an|those|these|who|that|which|whose|with|have|has|had|is|are|was|were|be"
    r"|customers?|people|persons?|buyers?|shoppers?|everyone|everybody|anyone|users?|members?|find"
    r"|show|list|me|us|give|please|them|they|also|then|did|do|in|from|at|it|to|want|i)\b"
    r"|客户|顾客|用户|买家|人|的|过|了|所有|全部|那些|哪些|请|找出?|给我|列出|他们|她们|它|在|来自|是|有|会员?"
    r"|[\s,.;:!?，。；、：！？“”\"'()（）-]",
)
AND = re.compile(r"(?:and|but|plus|as well as|yet)\b|并且|而且|同时|又|且|并|但是?|和|与|，|,")
OR = re.compile(r"or\b|或者?|或是")
DENIED = re.compile(r"(?:not|no|except|without|but not|excluding)\b|不是|并非|非|除了|不")
WORD = re.compile(r"[a-z0-9'%€$£¥.-]+|.")


@dataclass
class Read:
    """What was understood: conditions with what joins them, questions, and words left over."""

    rules: list[Rule] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    denied: bool = False
    joined: str = ""


def read(text: str, words: Words) -> Read:
    """Read a sentence from left to right, at each place the longest phrase that fits."""
    said, found, at, loose = plain(text), Read(), 0, ""
    while at < len(said):
        end, taken = _next(said, at, words, found)
        if not taken or (loose and said[at:end].isspace()):
            loose += said[at:end]
        else:
            found.unknown += [loose.strip()] if loose.strip() else []
            loose = ""
        at = end
    found.unknown += [loose.strip()] if loose.strip() else []
    return found


def _next(said: str, at: int, words: Words, found: Read) -> tuple[int, bool]:
    """Where the next piece ends, and whether it was understood."""
    begins = (
        at == 0
        or not (said[at - 1].isascii() and said[at - 1].isalnum())
        or not (said[at].isascii() and said[at].isalnum())
    )
    best, make = None, None
    for pattern, meant in _compiled(_any(words.aspects)) if begins else ():
        fits = pattern.match(said, at)
        if fits and (best is None or fits.end() > best.end()):
            best, make = fits, meant
    ended, rules = _named(said, at, words) if begins else (at, [])
    if rules and (best is None or ended >= best.end()):
        _keep_named(said[at:ended], rules, found)
        return ended, True
    if best and make:
        try:
            _keep({k: v for k, v in best.groupdict().items() if v}, make, words, found)
        except Unclear as question:
            found.questions.append(f"“{best[0].strip()}”: {question}")
        return best.end(), True
    for pattern, what in ((OR, "any"), (AND, "all"), (DENIED, "not"), (EMPTY, "")):
        fits = pattern.match(said, at)
        if fits:
            found.joined = (
                what if what in {"any", "all"} and found.joined != "any" else found.joined
            )
            found.denied = found.denied or what == "not"
            return fits.end(), True
    word = WORD.match(said, at)
    return (word.end() if word else at + 1), False


def _keep(said: dict[str, str], make: Make, words: Words, found: Read) -> None:
    rule = make(said, words)
    if found.denied:
        found.denied = False
        rule = denied(rule)
    if found.rules:
        found.joins.append(found.joined or "all")
    found.joined = ""
    found.rules.append(rule)


def _keep_named(word: str, rules: list[Rule], found: Read) -> None:
    if len(rules) > 1:
        fields = ", ".join(sorted(rule["field"] for rule in rules))
        found.questions.append(f"“{word}”: {p.several(fields)}")
        return
    try:
        _keep({}, p.always(rules[0]), None, found)  # type: ignore[arg-type]
    except Unclear as question:
        found.questions.append(f"“{word}”: {question}")


def _named(said: str, at: int, words: Words) -> tuple[int, list[Rule]]:
    """A value of the shop's by its name: a stage, a country, a category, a segment."""
    places = (
        (r"(?:in |from |living in |来自|在)?(?:the )?", words.countries,
         lambda key: p.field("customer.country", "is", key)),
        (r"(?:speak|speaks|speaking|language is|说|讲|语言是)\s*", words.languages,
         lambda key: p.field("customer.language", "is", key)),
        (r"(?:like|likes|love|loves|interested in|favour|喜欢|偏好|对)\s*(?:the )?",
         words.categories, lambda key: p.field("facts.top_categories", "has", key)),
        (r"(?:in |who are in )?(?:the )?segments? (?:“|\")?|(?:在)?人群[“\"]?", words.segments,
         lambda key: {"segment": key}),
    )  # fmt: skip
    best, rules = at, []
    for before, known, make in places:
        fits = re.compile(before).match(said, at)
        end, word = _longest(said, fits.end() if fits else at, known) if fits else (at, "")
        if word and end > best and (fits and (fits.end() > at or known is words.countries)):
            best, rules = end, [make(known[word])]
    for before, only in (
        (r"stage |阶段", "journey.stage"),
        (r"rfm (?:group )?|rfm分组", "rfm.group"),
    ):
        fits = re.compile(before).match(said, at)
        end, word = _longest(said, fits.end(), words.values) if fits else (at, "")
        chosen = [rule for rule in words.values.get(word, []) if rule["field"] == only]
        if chosen and end > best:
            best, rules = end, chosen
    end, word = _longest(said, at, words.values)
    return (end, words.values[word]) if word and end > best else (best, rules)


def _longest(said: str, at: int, known: Any) -> tuple[int, str]:
    """The longest known name that stands here as a whole word."""
    for size in range(min(40, len(said) - at), 0, -1):
        word, after = said[at : at + size], said[at + size : at + size + 1]
        cut = word[-1].isascii() and word[-1].isalnum() and after.isascii() and after.isalnum()
        if word in known and not cut:
            return at + size, word
    return at, ""


def denied(rule: Rule) -> Rule:
    """Whoever it does not hold for, those of whom nothing is known among them."""
    op = rule.get("op")
    if op in {"is", "in"}:
        opposite = {**rule, "op": {"is": "is_not", "in": "not_in"}[op]}
        return {"any": [opposite, p.field(rule["field"], "is_not_set")]}
    if op == "has":
        none = p.field(rule["field"], "has_none", [rule["value"]])
        return {"any": [p.field(rule["field"], "is_empty"), none]}
    if "segment" in rule or "did" in rule:
        return {"not": rule}
    raise Unclear(p.asked_plainly())


def _any(known: dict[str, str]) -> str:
    """The names as one pattern, longest first; several may follow one another."""
    one = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    return rf"(?:{one})(?:\s*(?:,|\bor\b|\band\b|或者?|和|、)\s*(?:the )?(?:{one}))*(?![a-z])"


@cache
def _compiled(aspects: str) -> tuple[tuple[re.Pattern[str], Make], ...]:
    """The phrases of a shop; a letter may not follow one that ends in a letter."""
    return tuple(
        (re.compile(rf"(?:{text.replace('@aspects', aspects)})(?![a-z0-9])"), make)
        for text, make in PHRASES
    )
