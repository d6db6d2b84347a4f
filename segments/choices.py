"""What the values and the keys of rule fields are called, asked of the rooms that know."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from segments import rfm
from segments.field_words import CHANNELS
from segments.models import Segment
from segments.touchpoint_words import KINDS
from shops.models import Shop

Choices = list[tuple[str, str]]


def values(shop: Shop, entry: str, key: str = "") -> Choices:
    """The values that a field can have (or often has), each with its name; empty: any text."""
    return _asked(settings.RULE_VALUES, entry)(shop, key)


def keys(shop: Shop, entry: str) -> Choices:
    """What may stand for the `*` of a field, each with its name; empty: anything."""
    return _asked(settings.RULE_KEYS, entry)(shop, "")


def _asked(table: dict[str, str], entry: str) -> Callable[[Shop, str], Choices]:
    return import_string(table[entry]) if entry in table else lambda shop, key: []


def rfm_groups(shop: Shop, key: str) -> Choices:
    return [(group.key, str(group.label)) for group in rfm.GROUPS]


def channels(shop: Shop, key: str) -> Choices:
    """Those that messages can leave by, and text messages, for which shops collect consent."""
    return [(name, str(CHANNELS.get(name, name))) for name in {**settings.CHANNELS, "sms": ""}]


def touchpoints(shop: Shop, key: str) -> Choices:
    """The kinds of touchpoint that have words."""
    return [(kind, str(words[0])) for kind, words in KINDS.items()]


def name_rows(rows: Iterable[Any], names_of: type["Names"]) -> None:
    """Give each row the `names` of its shop, which are looked up once a shop."""
    known: dict[int, Names] = {}
    for row in rows:
        row.names = known.setdefault(row.shop_id, names_of(row.shop))


class Names:
    """The names of a shop's segments and values, each looked up once; without a shop, the keys."""

    def __init__(self, shop: Shop | None) -> None:
        self.shop = shop
        self._known: dict[tuple[Any, ...], dict[str, str]] = {}

    @property
    def currency(self) -> str:
        return self.shop.currency if self.shop else ""

    @cached_property
    def segments(self) -> dict[str, str]:
        return dict(Segment.objects.filter(shop=self.shop).values_list("key", "name"))

    def segment(self, key: str) -> str:
        return self.segments.get(key, key) if self.shop else key

    def value(self, entry: str, key: str, value: str) -> str:
        """The name of one value of a field."""
        return self._looked_up(values, entry, key).get(value, value)

    def key(self, entry: str, key: str) -> str:
        """The name of what stands for the `*` of a field."""
        if entry in {"consent.*", "reachable.*"}:
            return str(CHANNELS.get(key, key))
        return self._looked_up(keys, entry).get(key, key)

    def _looked_up(self, ask: Callable[..., Choices], *about: str) -> dict[str, str]:
        if self.shop is None:
            return {}
        place = (ask, *about)
        if place not in self._known:
            self._known[place] = dict(ask(self.shop, *about))
        return self._known[place]
