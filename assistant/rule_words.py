"""The words a shop's rules can be written with: its values by name, numbers, times and amounts."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel import Locale
from django.db import connection
from django.utils.translation import override

from llm.aggregates import FEWEST_PEOPLE
from reviews_nlp.aspects.register import ASPECTS
from segments import choices
from segments.models import Segment
from shops import money
from shops.models import Shop

Rule = dict[str, Any]

ENGLISH = {
    "a": 1, "an": 1, "once": 1, "twice": 2, "thrice": 3, "half a": 0.5, "one": 1, "two": 2,
    "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
HAN_DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2, "半": 0.5}
UNITS = {"d": 1, "w": 7, "m": 30, "y": 365, "天": 1, "日": 1, "周": 7, "星": 7, "个": 30, "月": 30,
         "年": 365}  # fmt: skip
# Attributes that shops name differently: the attribute's name, then values that mean the same.
GENDERS = (
    ("women|woman|females?|ladies|女性|女士|女生|女",
     ("female", "f", "woman", "women", "女", "女性")),
    ("men|man|males?|gentlemen|男性|男士|男生|男", ("male", "m", "man", "men", "男", "男性")),
)  # fmt: skip
GENDER_KEYS = ("gender", "sex", "性别")
VALUES = """
SELECT key, value, count(*) FROM (SELECT attributes FROM customers_customer
    WHERE shop_id = %(shop)s AND merged_into_id IS NULL ORDER BY id DESC LIMIT 5000) AS sampled,
    jsonb_each_text(attributes) AS pair (key, value)
WHERE length(value) BETWEEN 1 AND 40 GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 500
"""


def plain(text: str) -> str:
    """Small letters, full words, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = re.sub(r"\bcan't\b", "can not", text)
    return re.sub(r"\s+", " ", re.sub(r"n't\b", " not", text)).strip()


def number(said: str) -> float:
    """A number in digits, English or Chinese words."""
    said = said.strip().replace(",", "")
    if said in ENGLISH:
        return ENGLISH[said]
    if re.fullmatch(r"\d+(?:\.\d+)?", said):
        return float(said) if "." in said else int(said)
    total, unit = 0.0, 0.0
    for char in said:
        if char in "十百千":
            total += (unit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            unit = 0
        else:
            unit = HAN_DIGITS.get(char, 0)
    whole = total + unit
    return int(whole) if whole == int(whole) else whole


def days(amount: str, unit: str) -> float:
    found = number(amount) * UNITS[unit[0]]
    return int(found) if found == int(found) else found


@dataclass
class Words:
    """What a shop's customers can be called, looked up once for a sentence."""

    shop: Shop

    @cached_property
    def aspects(self) -> dict[str, str]:
        """Phrases of what reviews speak of, with the aspect they mean."""
        found = {}
        for key, aspect in reversed(ASPECTS.items()):
            for phrase in f"{aspect.english}|{aspect.chinese}".split("|"):
                found[phrase] = key
        for key, label in self.both("opinions.complained"):
            found |= {part.strip(): key for part in re.split(r" and |和|与|、", label)}
            found |= {label: key, key.lower(): key}
        return found

    @cached_property
    def values(self) -> dict[str, list[Rule]]:
        """Words that stand for one comparison; several where it is not clear which is meant."""
        found: dict[str, list[Rule]] = {}
        for name in ("journey.stage", "rfm.group", "facts.day_part", "facts.main_device"):
            for key, label in self.both(name):
                _add(found, label, name, key)
        for key, value in self.attributes:
            if not value.isdigit() and value not in {"true", "false"}:
                _add(found, value.lower(), f"attributes.{key}", value)
        for words, values in GENDERS:
            known = [v for key, v in self.attributes if key.lower() in GENDER_KEYS]
            key = next((k for k, _v in self.attributes if k.lower() in GENDER_KEYS), "")
            meant = [value for value in known if value.lower() in values]
            for word in _expanded(words) if meant else []:
                found[word] = [_in(f"attributes.{key}", meant)]
        return found

    @cached_property
    def categories(self) -> dict[str, str]:
        return {label: key for key, label in self.both("facts.top_categories")}

    @cached_property
    def segments(self) -> dict[str, str]:
        rows = Segment.in_use.filter(shop=self.shop).values_list("name", "key")
        return {plain(name): key for name, key in rows} | {key: key for _name, key in rows}

    @cached_property
    def countries(self) -> dict[str, str]:
        """Names of countries in English and Chinese, with the value that this shop has for them."""
        held = {value.lower(): value for value, _l in choices.values(self.shop, "customer.country")}
        found: dict[str, str] = {}
        for language in ("en", "zh"):
            for code, name in Locale(language).territories.items():
                if len(code) == 2:
                    value = held.get(code.lower()) or held.get(name.lower()) or code
                    found[plain(name)] = found.get(plain(name), value)
        return found | {name: value for name, value in held.items() if len(name) > 2}

    @cached_property
    def languages(self) -> dict[str, str]:
        held = {value.lower()[:2]: value
                for value, _l in choices.values(self.shop, "customer.language")}  # fmt: skip
        found = {}
        for language in ("en", "zh"):
            for code, name in Locale(language).languages.items():
                if len(code) == 2:
                    found[plain(name)] = held.get(code, code)
        return found

    @cached_property
    def attributes(self) -> list[tuple[str, str]]:
        return [(key, value) for key, value, _count in self._rows]

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """The values of attributes that so many customers have that they tell on nobody."""
        found: dict[str, list[str]] = {}
        for key, value, count in self._rows:
            if count >= FEWEST_PEOPLE:
                found.setdefault(key, []).append(value)
        return found

    @cached_property
    def _rows(self) -> list[tuple[str, str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(VALUES, {"shop": self.shop.pk})
            return cursor.fetchall()

    @cached_property
    def birthday(self) -> str:
        """The shop's attribute for it, if it tells one."""
        keys = [key for key, _value in self.attributes]
        return next((k for k in keys if k.lower() in {"birthday", "birthdate", "生日"}), "")

    def cents(self, said: str) -> int:
        return round(number(said) * 10 ** money.places(self.shop.currency))

    def both(self, name: str) -> list[tuple[str, str]]:
        """A field's values with their names in English and in Chinese."""
        found = []
        for language in ("en", "zh-hans"):
            with override(language):
                found += [(k, plain(label)) for k, label in choices.values(self.shop, name)]
        return found


def _add(found: dict[str, list[Rule]], word: str, name: str, value: str) -> None:
    rule = {"field": name, "op": "is", "value": value}
    held = found.setdefault(word, [])
    if rule not in held:
        held.append(rule)


def _in(name: str, values: list[str]) -> Rule:
    if len(values) == 1:
        return {"field": name, "op": "is", "value": values[0]}
    return {"field": name, "op": "in", "value": sorted(values)}


def _expanded(words: str) -> list[str]:
    """The alternatives of a pattern in which only a last s may be left out."""
    found = []
    for word in words.split("|"):
        found += [word.replace("s?", ""), word.replace("s?", "s")] if "s?" in word else [word]
    return found
