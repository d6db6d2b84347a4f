"""Reviews in a file: what customers said of products, as shops and review services export them."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.row_values import Field, RowFault, Told, Values, email_of, moment
from shops.connectors.base import CustomerFact, Fact, TouchpointFact
from shops.connectors.documents import guest

STARS = range(1, 6)


def read_review(row: Values, told: Told) -> list[Fact]:
    """The review and, by e-mail, who wrote it; both may be unknown, the words or stars may not."""
    written_at, email = moment(row, "written_at", told), email_of(row)
    assert written_at is not None  # noqa: S101 - required
    said: dict[str, Any] = {
        name: row[name] for name in ("product_id", "title", "text", "language") if row[name]
    }
    if (stars := _stars(row)) is not None:
        said["rating"] = stars
    if not said.keys() & {"rating", "title", "text"}:
        raise RowFault("text", _("says nothing"), _("Give the stars or the words of the review."))
    writer = row["customer_id"] or (guest(email) if email else "")
    review = TouchpointFact(f"review:{_name(row)}", "review.written", writer, written_at, said)
    known_at = min(told.at, written_at)  # an old review is no news of an address
    return [*([CustomerFact(writer, known_at, email=email)] if email else []), review]


def _stars(row: Values) -> int | None:
    said = row["rating"].replace(",", ".")
    if not said:
        return None
    try:
        stars = float(said)
    except ValueError:
        stars = 0.0
    if stars not in STARS:
        raise RowFault(
            "rating", _("%r is no number of stars") % row["rating"], _("Write 1, 2, 3, 4 or 5.")
        )
    return int(stars)


def _name(row: Values) -> str:
    """The review's id; of one without, what makes it this review, so that a repeat is the same."""
    parts = ("product_id", "customer_id", "email", "written_at", "title", "text")
    words = "\0".join(row[part] for part in parts)
    return row["id"] or hashlib.sha256(words.encode()).hexdigest()[:32]


FIELDS = (
    Field("id", gettext_lazy("Review id"), ("id", "reviewid")),
    Field("product_id", gettext_lazy("Product id"), ("productid", "sku", "product", "item")),
    Field("rating", gettext_lazy("Stars (1 to 5)"), ("rating", "stars", "score", "reviewscore"),
          10),
    Field("title", gettext_lazy("Title"), ("title", "reviewtitle", "headline", "summary"), 300),
    Field("text", gettext_lazy("Words"),
          ("text", "body", "content", "review", "reviewtext", "reviewcontent", "comment"), 20_000),
    Field("language", gettext_lazy("Language"), ("language", "locale", "lang"), 10),
    Field("written_at", gettext_lazy("Written"),
          ("writtenat", "createdat", "reviewdate", "date", "submittedat", "time"), 40,
          required=True),
    Field("customer_id", gettext_lazy("Customer id"), ("customerid", "customer", "userid")),
    Field("email", gettext_lazy("E-mail"),
          ("email", "mail", "revieweremail", "customeremail"), 254),
)  # fmt: skip
