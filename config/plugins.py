"""THE table of everything that can be added without touching a room: plain data, dotted paths.

Read by the rooms through `django.conf.settings`; a room looks an entry up by name with
`import_string`. See docs/plugins.md for what each kind must offer.
"""

from django.utils.translation import gettext_lazy as _

# name: a shops.connectors.base.Connector
CONNECTORS = {
    "generic": "shops.connectors.generic.Generic",
    "saleor": "shops.connectors.saleor.Saleor",
    "shopify": "shops.connectors.shopify.Shopify",
    "woocommerce": "shops.connectors.woocommerce.WooCommerce",
}

# name: a campaigns.channels.base.Channel
CHANNELS = {
    "email": "campaigns.channels.email.Email",
}

# name: a reviews_nlp.analysers.base.Analyser
ANALYSERS = {
    "textblob": "reviews_nlp.analysers.textblob.TextBlobAnalyser",
}

# name: an insights.recommenders.base.Recommender; insights.recommenders.blend weighs them
RECOMMENDERS = {
    "popularity": "insights.recommenders.popularity.Popularity",
    "ease": "insights.recommenders.ease.Ease",
    "item_neighbours": "insights.recommenders.item_neighbours.ItemNeighbours",
    "customer_neighbours": "insights.recommenders.customer_neighbours.CustomerNeighbours",
    "content": "insights.recommenders.content.Content",
    "buy_again": "insights.recommenders.buy_again.BuyAgain",
    "knowledge": "insights.recommenders.knowledge.Knowledge",
}

# What speaks against recommending a product: name, SQL from 0 to 1 over p (shops_product). Shrunk:
# one return of one sale says little.
PRODUCT_RISKS = {
    "returned": """(SELECT -sum(l.quantity) FILTER (WHERE o.kind = 'cancellation')
        / (sum(l.quantity) FILTER (WHERE o.kind = 'sale') + 20.0)
        FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
        WHERE l.product_id = p.id)""",
    "praised_little": """(SELECT count(*) FILTER (WHERE a.sentiment < -0.2) / (count(*) + 5.0)
        FROM reviews_nlp_review r JOIN reviews_nlp_reviewanalysis a ON a.review_id = r.id
        WHERE r.product_id = p.id)""",
}

# What a template may speak of beside the customer, by name: a function of the customer that looks
# it up when it is asked for, and one that gives an example for the preview.
TEMPLATE_SOURCES = {
    "recommendations": ("insights.offers.Offers", "insights.offers.example"),
}

# What an endpoint of a shop may ask to be told: the type and when it is told.
EVENTS = {
    "customer.segment_entered": _("A customer came into a segment"),
    "customer.segment_left": _("A customer left a segment"),
    "customer.stage_changed": _("A customer moved to another stage of a journey"),
    "campaign.step_reached": _("A customer came to a step of a campaign that tells of it"),
    "message.sent": _("A message was handed to its carrier"),
    "message.bounced": _("A carrier refused a message's address for good"),
    "message.unsubscribed": _("A customer unsubscribed by a message's link"),
    "consent.withdrawn": _("A customer withdrew a permission"),
    "order.placed": _("An order arrived"),
    "review.written": _("A review arrived"),
    "review.flagged": _("A review is bad: two stars or fewer, or words that are clearly negative"),
    "score.changed": _("A customer's RFM score changed"),
}

# Rule field path: type, SQL expression, label. The aliases are fixed by segments.rules:
# c is customers_customer, p is customers_profile (LEFT JOIN: no profile reads as NULL).
STAGE_OF_CUSTOMER = """(
    SELECT s.key FROM journeys_stagevisit v JOIN journeys_stage s ON s.id = v.stage_id
    JOIN journeys_journey j ON j.id = v.journey_id
    WHERE v.customer_id = c.id AND v.left_at IS NULL AND j.key = 'lifecycle')"""
RFM_OF_CUSTOMER = "(SELECT r.{} FROM segments_rfmscore r WHERE r.customer_id = c.id)"
RULE_FIELDS = {
    "customer.email": ("text", "c.email", _("E-mail")),
    "customer.country": ("text", "c.country", _("Country")),
    "customer.language": ("text", "c.language", _("Language")),
    "customer.created_at": ("date", "c.created_at", _("Customer since")),
    "facts.order_count": ("number", "coalesce(p.order_count, 0)", _("Orders")),
    "facts.cancellation_count": (
        "number",
        "coalesce(p.cancellation_count, 0)",
        _("Cancellations"),
    ),
    "facts.item_count": ("number", "coalesce(p.item_count, 0)", _("Items bought")),
    "facts.product_count": ("number", "coalesce(p.product_count, 0)", _("Different products")),
    "facts.revenue_cents": ("number", "coalesce(p.revenue_cents, 0)", _("Net revenue in cents")),
    "facts.average_order_cents": ("number", "p.average_order_cents", _("Average order in cents")),
    "facts.returned_fraction": ("number", "p.returned_fraction", _("Share of value returned")),
    "facts.first_order_at": ("date", "p.first_order_at", _("First order")),
    "facts.last_order_at": ("date", "p.last_order_at", _("Last order")),
    "facts.last_gap_days": ("number", "p.last_gap_days", _("Days between the last two orders")),
    "facts.mean_gap_days": ("number", "p.mean_gap_days", _("Mean days between orders")),
    "facts.last_touchpoint_at": ("date", "p.last_touchpoint_at", _("Last touchpoint")),
    "opinions.review_count": ("number", "coalesce(p.review_count, 0)", _("Reviews")),
    "opinions.mean_sentiment": ("number", "p.mean_sentiment", _("Mean review sentiment")),
    "rfm.recency": ("number", RFM_OF_CUSTOMER.format("recency"), _("RFM recency (1 to 5)")),
    "rfm.frequency": ("number", RFM_OF_CUSTOMER.format("frequency"), _("RFM frequency (1 to 5)")),
    "rfm.monetary": ("number", RFM_OF_CUSTOMER.format("monetary"), _("RFM monetary (1 to 5)")),
    "journey.stage": ("text", STAGE_OF_CUSTOMER, _("Lifecycle stage")),
}

# Parts of a page that several rooms fill, in the order they are shown. Each is a function that
# takes (shop) for the overview or (customer) for the customer page and returns a
# shops.panels.Panel.
OVERVIEW_PANELS = [
    "customers.panels.figures",
    "customers.panels.sales",
    "segments.panels.sizes",
    "journeys.panels.stages",
    "reviews_nlp.panels.sentiment",
    "campaigns.panels.campaigns",
    "shops.overview.deliveries",
]
CUSTOMER_PANELS = [
    "customers.panels.facts",
    "customers.panels.timeline",
    "insights.panels.recommendations",
    "journeys.panels.visits",
    "campaigns.panels.messages",
    "segments.panels.memberships",
    "reviews_nlp.panels.reviews",
    "customers.panels.consents",
]

# What reconciliation compares a shop's own answers with: the resource, and a SELECT of the number
# and the time of change of what we hold; %(shop)s is the shop.
RECONCILED = {
    "orders": "SELECT external_id AS number, updated_at AS changed_at FROM customers_order"
    " WHERE shop_id = %(shop)s",
}
