"""What the segment builder offers: fields by theme, what can be asked of each, and its values."""

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import register
from customers.features import BY_NAME, LINES, ORDERS
from segments import choices
from segments.builder_texts import TEXTS
from segments.field_words import PERIODS
from segments.models import Segment
from segments.operators import OPERATORS, Operator
from segments.touchpoint_words import KINDS
from shops import money
from shops.models import Shop

THEMES: dict[str, str | Promise] = {
    "orders": gettext_lazy("Orders"),
    "habits": gettext_lazy("What and how they buy"),
    "customer": gettext_lazy("About the customer"),
    "attributes": gettext_lazy("What your shop tells"),
    "activity": gettext_lazy("Activity"),
    "messages": gettext_lazy("Messages"),
    "reviews": gettext_lazy("Reviews"),
    "rfm": gettext_lazy("RFM"),
    "scores": gettext_lazy("Predictions"),
    "reach": gettext_lazy("Permission and reach"),
    "journey": gettext_lazy("Journey"),
}
THEME_OF = {
    "customer": "customer",
    "attributes": "attributes",
    "opinions": "reviews",
    "praised": "reviews",
    "complained": "reviews",
    "rfm": "rfm",
    "scores": "scores",
    "consent": "reach",
    "reachable": "reach",
    "stage": "journey",
    "journey": "journey",
}
OPEN = {"attributes", "scores"}  # whose names are not all known
MESSAGE_WORDS = ("message", "opened", "clicked", "machine", "scanner")


def of(shop: Shop) -> dict[str, Any]:
    """Everything that the builder must know of this shop, as plain JSON."""
    return {
        "currency": {
            "symbol": money.sign(shop.currency),
            "places": money.places(shop.currency),
        },
        "themes": [{"key": key, "label": str(label)} for key, label in THEMES.items()],
        "fields": [field for name in settings.RULE_FIELDS for field in _fields(shop, name)],
        "families": [_family(name) for name in settings.RULE_FIELDS if name.endswith("*")],
        "operators": {
            kind: [_operator(op, operator) for op, operator in operators.items()]
            for kind, operators in OPERATORS.items()
        },
        "periods": [{"value": key, "label": str(words)} for key, words in PERIODS.items()],
        "kinds": [
            {"value": kind, "done": str(done), "not": str(not_done)}
            for kind, (done, not_done) in KINDS.items()
        ],
        "segments": list(
            Segment.in_use.filter(shop=shop).order_by("name").values("key", "name")[:1000]
        ),
        "texts": {key: str(text) for key, text in TEXTS.items()},
    }


def _family(name: str) -> dict[str, Any]:
    kind, _sql, label = settings.RULE_FIELDS[name]
    room = name.partition(".")[0]
    known = {"entry": name, "type": kind, "theme": _theme(name), "offers": _offers(name)}
    return {"prefix": f"{room}.", "label": str(label), "open": room in OPEN, **known}


def _operator(op: str, operator: Operator) -> dict[str, Any]:
    zone = "date" in operator.takes or "{zone}" in operator.sql
    return {"op": op, "label": _label(operator.words), "takes": operator.takes, "zone": zone}


def _fields(shop: Shop, name: str) -> list[dict[str, Any]]:
    """A field; of a family each member that is known, and a door to the others."""
    kind, _sql, label = settings.RULE_FIELDS[name]
    known = {"entry": name, "type": kind, "theme": _theme(name), "offers": _offers(name)}
    if not name.endswith("*"):
        return [{"path": name, "label": str(label), **known, **_about(name)}]
    family = name[:-2]
    members = dict(choices.keys(shop, name))
    found = [
        {"path": f"{family}.{key}", "label": f"{label}: {said}", "about": "", **known}
        for key, said in members.items()
    ]
    other = {"path": f"{family}.", "label": _("%s: another…") % label, "about": "", **known}
    return [*found, {**other, "open": True}] if family in OPEN else found


def _theme(name: str) -> str:
    room, _dot, key = name.partition(".")
    if room != "facts":
        return THEME_OF.get(room, "customer")
    if any(word in key for word in MESSAGE_WORDS):
        return "messages"
    return {ORDERS: "orders", LINES: "habits"}.get(BY_NAME[key].part, "activity")


def _about(name: str) -> dict[str, Any]:
    """How a computed fact is computed, its unit, and how its numbers are typed in."""
    feature = register.by_path().get(name)
    if feature is None:
        return {"about": ""}
    if name.endswith("_cents"):
        return {"about": feature.how, "format": "money"}
    if name.endswith("_fraction"):
        return {"about": feature.how, "format": "percent"}
    return {"about": feature.how, "unit": "" if feature.unit in {"count", "time"} else feature.unit}


def _offers(name: str) -> bool:
    return name in settings.RULE_VALUES


def _label(words: str | Promise) -> str:
    """An operator's words with the place of its value: "is more than … days ago"."""
    said = str(words).replace("{}", "…").strip()
    return said.removesuffix("…").strip()
