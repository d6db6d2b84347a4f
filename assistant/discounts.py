"""What a text promises off the price, so that nobody promises more than was allowed."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assistant.sentences import Sentence
from shops.models import Coupon, Shop

NUMBER = r"\d+(?:[.,]\d+)?"
PERCENT = re.compile(rf"({NUMBER})\s*(?:%|percent\b|per cent\b|pct\b)|百分之({NUMBER})", re.I)
FOLD = re.compile(rf"({NUMBER})\s?折")
HANZI = re.compile(r"([一二三四五六七八九])([一二三四五六七八九])?折")
# What is no word of a mail: Liquid's tags, styles, and tags but for what stands in for a picture.
LIQUID = re.compile(r"\{%.*?%\}", re.S)
STYLE = re.compile(r"<(mj-style|mj-attributes|style)\b.*?</\1>", re.S | re.I)
SPOKEN = re.compile(r"""\b(?:alt|title)\s*=\s*("[^"]*"|'[^']*')""", re.I)
TAG = re.compile(r"<[^>]*>")
DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九", 1)}
HALF = re.compile(r"\bhalf[- ](?:price|off)\b|半价|五折", re.I)
# What has no percentage: how much of the price it is, nobody can tell from the text.
OTHER = re.compile(
    rf"[$€£¥]\s?{NUMBER}\s?off\b|\b{NUMBER}\s?(?:[$€£]|euros?|dollars?|pounds?)\s?off\b"
    rf"|(?:立减|减|优惠|省)\s?[¥￥]?\s?{NUMBER}\s?元?|满\s?{NUMBER}\s?减"
    r"|\bfree (?:shipping|gift|delivery)\b"
    r"|\b(?:five|ten|fifteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)(?:[- ]\w+)? per ?cent\b"
    r"|\b(?:two|three|\d+) for (?:one|two|\d+)\b|\bbuy one,? get one\b"
    r"|免邮|包邮|免运费|买一送一|赠品",
    re.I,
)


@dataclass(frozen=True)
class Promise:
    """The words, and how many per cent off they promise; None where that cannot be told."""

    words: str
    percent: float | None


def found(text: str, coupons: Mapping[str, float | None] = {}) -> Iterator[Promise]:
    """Every promise of a text; `coupons` are the shop's codes with what they take off.

    Any percentage counts: a text of a campaign has no other use for one.
    """
    plain = _plain(text)
    for hit in PERCENT.finditer(plain):
        yield Promise(hit[0], _read(hit[1] or hit[2]))
    for hit in FOLD.finditer(plain):
        share = _read(hit[1])
        yield Promise(hit[0], 100 - share * (10 if share < 10 else 1))
    for hit in HANZI.finditer(plain):
        share = DIGITS[hit[1]] * 10 + DIGITS.get(hit[2] or "", 0)
        yield Promise(hit[0], 100 - share)
    yield from (Promise(hit[0], 50.0) for hit in HALF.finditer(plain))
    yield from (Promise(hit[0], None) for hit in OTHER.finditer(plain))
    for code, percent in coupons.items():
        if re.search(rf"(?<!\w){re.escape(code)}(?!\w)", plain, re.I):
            yield Promise(code, percent)


def of_shop(shop: Shop) -> dict[str, float | None]:
    """The shop's coupon codes, with how many per cent they take off."""
    rows = Coupon.objects.filter(shop=shop).values_list("code", "kind", "value")
    return {code: value if kind == "percent" else None for code, kind, value in rows if code}


def faults(text: str, most: float, coupons: Mapping[str, float | None] = {}) -> list[Sentence]:
    """What of a text promises more than `most` per cent off, in words."""
    return [_said(each, most) for each in _too_much(found(text, coupons), most)]


def _too_much(promises: Iterable[Promise], most: float) -> Iterator[Promise]:
    for promise in promises:
        if promise.percent is None or promise.percent > most:
            yield promise


def _said(promise: Promise, most: float) -> Sentence:
    code = "amount_off" if promise.percent is None else "too_much_off"
    return Sentence(code, words=promise.words, most=f"{most:g}")


def _plain(text: str) -> str:
    """What is read of a text, with and without a gap where a tag stands: 20<b>%</b> is one word."""
    text = STYLE.sub(" ", LIQUID.sub(" ", text))
    spoken = " ".join(said[1:-1] for said in SPOKEN.findall(text))
    words = "\n".join([TAG.sub(" ", text), TAG.sub("", text) if TAG.search(text) else "", spoken])
    visible = "".join(c for c in html.unescape(words) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible)


def _read(number: str) -> float:
    return float(number.replace(",", "."))
