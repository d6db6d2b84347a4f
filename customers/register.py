"""All that is computed about a customer, by whichever room (`config.plugins.PROFILE_FEATURES`)."""

from django.conf import settings

from customers.features import LINES, ORDERS, TOUCHPOINTS, Feature

SOURCES = {ORDERS: "orders", LINES: "order lines", TOUCHPOINTS: "touchpoints"}
PAGE = """# The profile

One row a customer, computed by `customers.profiles` from orders, order lines and touchpoints: for
everybody or for changed customers by the same statement. Made from `customers/features.py` by
`python manage.py describe_profile`; a test keeps it up to date.

All are as fresh as the customer's last change, which is seconds; a full refresh mends what was
missed. Recency and tenure are kept as dates, because a number of days would be wrong tomorrow.
Hours and weekdays are in the customer's zone (`attributes.timezone`) or else in the shop's.
Touchpoints whose data say `"bot": true` count nowhere. What reviews say (`opinions.…`) is as fresh
as the reading of the last review, which is seconds too.

| feature | label | unit | how | from |
|---|---|---|---|---|
{rows}

What a customer likes (products and categories, each with how often it was bought, carted and viewed
and the aspects that the customer's reviews praise) is worked out when somebody opens the customer's
page: rules ask for top categories, for views and for purchases instead. Opinions are written by
`reviews_nlp`, scores by `insights`.
"""


def by_path() -> dict[str, Feature]:
    """The whole register, by what rules call each feature."""
    return {feature.path: feature for feature in settings.PROFILE_FEATURES}


def page() -> str:
    """The docs page of all features."""
    rows = "\n".join(
        f"| `{f.path}` | {f.label} | {f.unit} | {f.how} | {SOURCES.get(f.part, f.part)} |"
        for f in settings.PROFILE_FEATURES
    )
    return PAGE.format(rows=rows)
