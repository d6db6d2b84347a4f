"""A persona's name in a marketer's words, from what sets its centre apart."""

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _

from segments.counted_words import listed
from segments.persona_source import DEFAULT, choices

FAR = 0.3  # of a spread: nearer to the middle is nothing to name somebody by


def names(centres: Sequence[Mapping[str, float]], middle: Mapping[str, float]) -> list[str]:
    """One name a centre, all different; centres and the shop's middle in the features' units."""
    usual = set(DEFAULT) <= set(middle)
    found = [_usual(c, middle) if usual else _apart(c, middle) for c in centres]
    return [
        f"{name} ({found[: n + 1].count(name)})" if found.count(name) > 1 else name
        for n, name in enumerate(found)
    ]


def _usual(centre: Mapping[str, float], middle: Mapping[str, float]) -> str:
    def ratio(name: str) -> float:
        return centre[name] / max(middle[name], 0.01)

    if ratio("revenue") > 2 and ratio("orders") > 1.5:
        who = _("Best customers")
    elif ratio("orders") > 1.5:
        who = _("Frequent buyers")
    elif ratio("revenue") > 1.5:
        who = _("Big spenders")
    elif centre["orders"] < 1.7:
        who = _("One-time buyers")
    else:
        who = _("Occasional buyers")
    when = _("long away") if ratio("recency_days") > 1.5 else _("recently here")
    returns = _(", many returns") if centre["returned_fraction"] > 0.2 else ""
    return _("%(who)s, %(when)s") % {"who": who, "when": when} + returns


def _apart(centre: Mapping[str, float], middle: Mapping[str, float]) -> str:
    """The two features that differ most from the shop's middle."""
    labels = choices()
    ratios = {n: np.log2((abs(v) + 0.01) / (abs(middle[n]) + 0.01)) for n, v in centre.items()}
    far = sorted((n for n in ratios if abs(ratios[n]) > FAR), key=lambda n: -abs(ratios[n]))[:2]
    if not far:
        return _("Average customers")
    said = [(_("high: %s") if ratios[n] > 0 else _("low: %s")) % labels[n] for n in far]
    return listed(said)
