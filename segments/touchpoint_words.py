"""Kinds of touchpoints in a marketer's words: what somebody did, and did not do."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as after

# kind: "did it", and what follows "did not"
KINDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "order.placed": (gettext_lazy("ordered"), after("did not", "order")),
    "order.cancelled": (gettext_lazy("cancelled an order"), gettext_lazy("cancel an order")),
    "order.returned": (gettext_lazy("returned an order"), gettext_lazy("return an order")),
    "product.viewed": (gettext_lazy("viewed a product"), gettext_lazy("view a product")),
    "category.viewed": (gettext_lazy("viewed a category"), gettext_lazy("view a category")),
    "page.viewed": (gettext_lazy("viewed a page"), gettext_lazy("view a page")),
    "search.made": (gettext_lazy("searched the shop"), gettext_lazy("search the shop")),
    "cart.updated": (gettext_lazy("updated a cart"), gettext_lazy("update a cart")),
    "checkout.started": (gettext_lazy("started a checkout"), gettext_lazy("start a checkout")),
    "review.written": (gettext_lazy("wrote a review"), gettext_lazy("write a review")),
    "review.complained": (
        gettext_lazy("complained in a review"),
        gettext_lazy("complain in a review"),
    ),
    "message.sent": (gettext_lazy("got a message"), gettext_lazy("get a message")),
    "message.opened": (gettext_lazy("opened a message"), gettext_lazy("open a message")),
    "message.clicked": (gettext_lazy("clicked in a message"), gettext_lazy("click in a message")),
    "message.bounced": (
        gettext_lazy("had a message bounce"),
        gettext_lazy("have a message bounce"),
    ),
    "message.unsubscribed": (
        gettext_lazy("unsubscribed by a message"),
        gettext_lazy("unsubscribe by a message"),
    ),
    "consent.given": (gettext_lazy("allowed marketing"), gettext_lazy("allow marketing")),
    "consent.withdrawn": (
        gettext_lazy("withdrew a permission"),
        gettext_lazy("withdraw a permission"),
    ),
    "visitor.identified": (
        gettext_lazy("was recognised on the shop's pages"),
        after("did not", "get recognised on the shop's pages"),
    ),
}


def done(kinds: str | Sequence[str]) -> str:
    """ "ordered"; of several kinds "viewed a product or updated a cart"."""
    return _(" or ").join(_of(kind, 0) for kind in _list(kinds))


def not_done(kinds: str | Sequence[str]) -> str:
    """What follows "did not": "order", "view a product or update a cart"."""
    return _(" or ").join(_of(kind, 1) for kind in _list(kinds))


def _list(kinds: str | Sequence[str]) -> Sequence[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _of(kind: str, form: int) -> str:
    if kind in KINDS:
        return str(KINDS[kind][form])
    # A kind of the shop's own: "quiz.finished".
    said = _("did “%s”") if form == 0 else _("do “%s”")
    return said % kind.replace(".", " ").replace("_", " ")
