"""Languages, currencies and time zones by name, as a reader looks for them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from django.conf.global_settings import LANGUAGES
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from shops.clock import now

REGIONS = {  # by the first part of a zone's name
    "Africa": _("Africa"), "America": _("Americas"), "Antarctica": _("Antarctica"),
    "Asia": _("Asia"), "Atlantic": _("Atlantic"), "Australia": _("Australia and Pacific"),
    "Europe": _("Europe"), "Indian": _("Indian Ocean"), "Pacific": _("Australia and Pacific"),
}  # fmt: skip
UTC = "UTC"
Choices = list[tuple[str, Any]]


def language(code: str) -> str:
    """A language as the reader calls it."""
    return gettext(str(dict(LANGUAGES).get(code, code)))


def languages() -> Choices:
    """Every language, by the reader's name for it."""
    return _sorted((code, language(code)) for code, _name in LANGUAGES)


def currency(code: str) -> str:
    """A currency by name and code."""
    name = _reader().currencies.get(code)
    return f"{name} · {code}" if name else code


def currencies() -> Choices:
    """What is legal tender somewhere today."""
    return _sorted((code, currency(code)) for code in _tender())


def zone(name: str) -> str:
    """A time zone by its city and how far its clock is from UTC now."""
    return _zone(name, _reader(), _hour())


def zones() -> Choices:
    """Every time zone by its city, under the continents."""
    return _zones(_reader(), _hour())


def _reader() -> Locale:
    return _locale(get_language() or "en")


@lru_cache(maxsize=32)
def _locale(code: str) -> Locale:
    return Locale.parse(to_locale(code))


def _sorted(choices: Iterable[tuple[str, str]]) -> Choices:
    return sorted(choices, key=lambda each: _place(each[1]))


def _place(name: str) -> tuple[bool, bytes | str]:
    """Where a name stands in a list: Chinese by its sound, which is the order of GBK."""
    is_chinese = name[:1] > "\u2e7f"
    return is_chinese, name.encode("gbk", "replace") if is_chinese else name.casefold()


@lru_cache(maxsize=1)
def _tender() -> frozenset[str]:
    used = [each for of in get_global("territory_currencies").values() for each in of]
    return frozenset(code for code, _since, until, is_tender in used if is_tender and not until)


def _hour() -> datetime:
    """Clocks are changed on the hour, so what is said of them holds for one."""
    return now().replace(minute=0, second=0, microsecond=0)


@lru_cache(maxsize=8)
def _zones(reader: Locale, hour: datetime) -> Choices:
    renamed = get_global("zone_aliases")
    groups: dict[str, Choices] = {}
    for name in available_timezones():
        region = REGIONS.get(name.partition("/")[0])
        if region and name not in renamed:
            groups.setdefault(str(region), []).append((name, _zone(name, reader, hour)))
    named = [(group, _sorted(groups[group])) for group in sorted(groups, key=_place)]
    return [(UTC, UTC), *named]


def _zone(name: str, reader: Locale, hour: datetime) -> str:
    if "/" not in name:
        return name
    olds = (name, *_names_of_old().get(name, ()))  # Unicode's tables know some by those only
    known: dict[str, str] = next(
        (reader.time_zones[each] for each in olds if each in reader.time_zones), {}
    )
    city = known.get("city") or name.rpartition("/")[2].replace("_", " ")
    lands = get_global("zone_territories")
    land = reader.territories.get(next((lands[each] for each in olds if each in lands), ""), city)
    offset = hour.astimezone(ZoneInfo(name)).strftime("%z")
    return f"{city if land == city else f'{city}, {land}'} (UTC{offset[:3]}:{offset[3:5]})"


@lru_cache(maxsize=1)
def _names_of_old() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for old, new in get_global("zone_aliases").items():
        found.setdefault(new, []).append(old)
    return found
