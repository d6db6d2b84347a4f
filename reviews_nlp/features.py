"""What reviews say about a customer, in the register of the profile's features."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.features import Feature

REVIEWS = "reviews"


def _aspects(name: str, label: str | Promise, how: str | Promise) -> Feature:
    return Feature(
        name, "list", REVIEWS, label, "names of aspects", how,
        room="opinions", keys_of="opinions", coded=True,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    Feature(
        "review_count", "number", REVIEWS, _("Reviews"), "count",
        _("reviews that were read; advertising and copies count for nothing"), "0", room="opinions",
    ),
    Feature(
        "mean_sentiment", "number", REVIEWS, _("Mean review sentiment"), "−1 to 1",
        _("mean of how the reviews sound"), room="opinions",
    ),
    _aspects("praised", _("Praised"), _("aspects that a review speaks well of, the latest first")),
    _aspects("complained", _("Complained about"),
             _("aspects that a review finds fault with, the latest first")),
)  # fmt: skip
