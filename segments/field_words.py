"""How a marketer says a comparison of a field: "spent more than € 50.00", "never ordered"."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

# "… at least twice", and what is said of zero
TIMES: dict[str, tuple[Words, Words]] = {
    "facts.order_count": (_("ordered {}"), _("never ordered")),
    "facts.cancellation_count": (
        _("cancelled or returned something {}"),
        _("never cancelled or returned anything"),
    ),
    "facts.abandoned_cart_count": (_("abandoned a cart {}"), _("never abandoned a cart")),
    "facts.view_count": (_("viewed products {}"), _("never viewed a product")),
    "facts.session_count": (_("visited the shop {}"), _("never visited the shop")),
    "facts.message_sent_count": (_("was written to {}"), _("was never written to")),
    "facts.message_opened_count": (_("opened a message {}"), _("never opened a message")),
    "facts.message_clicked_count": (_("clicked in a message {}"), _("never clicked in a message")),
    "opinions.review_count": (_("wrote a review {}"), _("never wrote a review")),
}
AMOUNTS: dict[str, Words] = {
    "facts.revenue_cents": _("spent {}"),
    "facts.average_order_cents": _("spends {} an order on average"),
    "facts.mean_price_cents": _("buys things of {} on average"),
    "facts.returned_cents": _("returned goods for {}"),
    "facts.returned_fraction": _("returned {} of what they bought"),
    "facts.discount_fraction": _("saved {} by discounts"),
    "facts.item_count": _("bought {} items"),
    "facts.product_count": _("bought {} different products"),
    "facts.category_count": _("bought from {} categories"),
    "facts.last_gap_days": _("waited {} days between the last two orders"),
    "facts.mean_gap_days": _("orders every {} days on average"),
    "opinions.mean_sentiment": _("writes reviews with a mean mood of {} (−1 to 1)"),
    "rfm.recency": _("scores {} of 5 for recency"),
    "rfm.frequency": _("scores {} of 5 for frequency"),
    "rfm.monetary": _("scores {} of 5 for money"),
}
# "… more than 60 days ago", what is said when it is known, and when it is not
DATES: dict[str, tuple[Words, Words, Words]] = {
    "facts.last_order_at": (
        _("last ordered {}"),
        _("has ordered before"),
        _("has never ordered"),
    ),
    "facts.first_order_at": (
        _("ordered for the first time {}"),
        _("has ordered before"),
        _("has never ordered"),
    ),
    "facts.last_active_at": (
        _("was last active {}"),
        _("has been active"),
        _("has never been active"),
    ),
    "facts.last_view_at": (
        _("last viewed a product {}"),
        _("has viewed a product"),
        _("has never viewed a product"),
    ),
    "facts.last_cart_at": (
        _("last filled a cart {}"),
        _("has filled a cart"),
        _("has never filled a cart"),
    ),
    "facts.last_message_at": (
        _("was last written to {}"),
        _("has been written to"),
        _("has never been written to"),
    ),
    "facts.last_opened_at": (
        _("last opened a message {}"),
        _("has opened a message"),
        _("has never opened a message"),
    ),
    "facts.last_clicked_at": (
        _("last clicked in a message {}"),
        _("has clicked in a message"),
        _("has never clicked in a message"),
    ),
    "customer.created_at": (
        _("became a customer {}"),
        _("has a known first day"),
        _("has no known first day"),
    ),
    "praised.*": (
        _("last praised “%s” {}"),
        _("has praised “%s”"),
        _("has never praised “%s”"),
    ),
    "complained.*": (
        _("last complained about “%s” {}"),
        _("has complained about “%s”"),
        _("has never complained about “%s”"),
    ),
}
YES_NO: dict[str, tuple[Words, Words]] = {
    "consent.*": (_("allows marketing by %s"), _("does not allow marketing by %s")),
    "reachable.*": (_("can be reached by %s"), _("cannot be reached by %s")),
}
AMOUNT_OPS: dict[str, Words] = {
    "=": _("exactly {}"),
    "!=": _("not exactly {}"),
    "<": _("less than {}"),
    "<=": _("at most {}"),
    ">": _("more than {}"),
    ">=": _("at least {}"),
}
DATE_OPS: dict[str, Words] = {
    "before": _("before {}"),
    "after": _("after {}"),
    "more_than_days_ago": _("more than {} ago"),
    "less_than_days_ago": _("in the last {}"),
    "in_more_than_days": _("more than {} from now"),
    "in_less_than_days": _("within the next {}"),
}
PERIODS: dict[str, Words] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "this_week": _("this week"),
    "last_week": pgettext_lazy("the one before this", "last week"),
    "this_month": _("this month"),
    "last_month": pgettext_lazy("the one before this", "last month"),
    "this_year": _("this year"),
    "last_year": pgettext_lazy("the one before this", "last year"),
}
CHANNELS: dict[str, Words] = {
    "email": pgettext_lazy("channel", "e-mail"),
    "sms": _("text message"),
    "push": _("browser notification"),
}
