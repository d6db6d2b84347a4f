"""THE table of everything that can be added without touching a room: plain data, dotted paths.

Read by the rooms through `django.conf.settings`; a room looks an entry up by name with
`import_string`. See docs/plugins.md for what each kind must offer.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from config import product_risks
from customers import features
from reviews_nlp import features as review_features
from shops.terms import Kept

# name: a shops.connectors.base.Connector
CONNECTORS = {
    "generic": "shops.connectors.generic.Generic",
    "saleor": "shops.connectors.saleor.Saleor",
    "shopify": "shops.connectors.shopify.Shopify",
    "site": "shops.connectors.site.Site",
    "woocommerce": "shops.connectors.woocommerce.WooCommerce",
}

# name: a campaigns.channels.base.Channel
CHANNELS = {
    "email": "campaigns.channels.email.Email",
    "push": "campaigns.channels.push.Push",
    "sms": "campaigns.channels.sms.Sms",
    "webhook": "campaigns.channels.webhook.Webhook",
}

# The address of a customer (c) on each channel, as SQL; empty or null where there is none.
CHANNEL_ADDRESSES = {
    "email": "c.email",
    "push": """(SELECT b.endpoint FROM campaigns_pushsubscription b WHERE b.customer_id = c.id
        AND b.gone_at IS NULL ORDER BY b.id DESC LIMIT 1)""",
    "sms": "c.phone",
    "webhook": "c.external_id",
}

# name: a reviews_nlp.analysers.base.Analyser
ANALYSERS = {
    "textblob": "reviews_nlp.analysers.textblob.TextBlobAnalyser",
    "lexicon": "reviews_nlp.analysers.lexicon.LexiconAnalyser",
    "trained": "reviews_nlp.analysers.trained.TrainedAnalyser",
    "encoder": "reviews_nlp.analysers.encoder.EncoderAnalyser",
    "own": "reviews_nlp.analysers.own.OwnAnalyser",
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

# name: an llm.providers.base.Provider; LLM_PROVIDER names the one that is asked
LLM_PROVIDERS = {
    "openai_compatible": "llm.providers.openai_compatible.OpenAICompatible",
    "embedded": "llm.providers.embedded.Embedded",
    "canned": "llm.providers.canned.Canned",
}

# What speaks against recommending a product: name, SQL from 0 to 1 over p (shops_product)
PRODUCT_RISKS = product_risks.ALL

# What a template may speak of beside the customer, by name: a function of the customer that looks
# it up when it is asked for, and one that gives an example for the preview.
TEMPLATE_SOURCES = {
    "recommendations": ("insights.offers.Offers", "insights.offers.example"),
    "visit": ("customers.identity.visit", "customers.identity.example_of_visit"),
}

# Resources of the REST API by the name in their address, each a shops.rest.resources.Resource.
# A key is allowed them by this name: read:customers, write:customers.
API_RESOURCES = {
    "absences": "campaigns.why_api.Absences",
    "campaigns": "campaigns.api.Campaigns",
    "confirmations": "campaigns.confirmation_api.Confirmations",
    "consents": "customers.consent_api.Consents",
    "customers": "customers.api.Customers",
    "deliveries": "customers.delivery_api.Deliveries",
    "endpoints": "shops.api.Endpoints",
    "journeys": "journeys.api.Journeys",
    "messages": "campaigns.api.Messages",
    "orders": "customers.api.Orders",
    "products": "customers.product_api.Products",
    "profiles": "segments.api.Profiles",
    "push-subscriptions": "campaigns.channel_api.PushSubscriptions",
    "questions": "assistant.api.Questions",
    "recommendations": "insights.api.Recommendations",
    "reviews": "reviews_nlp.api.Reviews",
    "scores": "insights.api.Scores",
    "segments": "segments.api.Segments",
    "touchpoints": "customers.api.Touchpoints",
    "visits": "journeys.api.Visits",
    "ways": "journeys.api.Ways",
}

# name: an insights.predictors.base.Predictor
PREDICTORS = {
    "purchase_30d": "insights.predictors.purchase.Purchase",
    "churn_90d": "insights.predictors.churn.Churn",
    "orders_90d": "insights.predictors.order_count.OrderCount",
    "orders_365d": "insights.predictors.order_count.OrderCountYear",
    "value_90d": "insights.predictors.order_value.OrderValue",
    "value_365d": "insights.predictors.order_value.OrderValueYear",
    "next_order_days": "insights.predictors.next_order.NextOrder",
    "return_risk": "insights.predictors.return_risk.ReturnRisk",
    "best_hour": "insights.predictors.best_hour.BestHour",
    "visit_intent": "insights.predictors.visit_intent.VisitIntent",
}

# name of a predictor: insights.predictors.challengers.Challenger, other ways to its answer
CHALLENGERS = dict.fromkeys(
    ("orders_90d", "orders_365d", "value_90d", "value_365d"),
    tuple(f"insights.predictors.challengers.{way}" for way in ("BoostedAmount", "Together")),
)

# What an endpoint of a shop may ask to be told: the type and when it is told.
EVENTS = {
    "customer.segment_entered": _("A customer came into a segment"),
    "customer.segment_left": _("A customer left a segment"),
    "customer.stage_changed": _("A customer moved to another stage of a journey"),
    "campaign.step_reached": _("A customer came to a step of a campaign that tells of it"),
    "message.sent": _("A message was handed to its carrier"),
    "message.bounced": _("A carrier refused a message's address for good"),
    "message.opened": _("A message was opened, by a person or a machine; it says which"),
    "message.clicked": _("A link of a message was followed, by a person or a machine"),
    "message.complained": _("A customer called a message spam"),
    "message.unsubscribed": _("A customer unsubscribed by a message's link"),
    "consent.withdrawn": _("A customer withdrew a permission"),
    "order.placed": _("An order arrived"),
    "review.written": _("A review arrived"),
    "review.flagged": _("A review is bad: two stars or fewer, or words that are clearly negative"),
    "score.changed": _("A customer's RFM score changed"),
}

# Rule field path: type, SQL expression, label. The aliases are fixed by segments.rules:
# c is customers_customer, p is customers_profile (LEFT JOIN: no profile reads as NULL). A path that
# ends in * stands for all of its kind: what is asked in its place is bound as {key}. Types: text,
# number, boolean, date, list (a JSON array of texts), json (of whatever type the rule says).
STAGE_OF_CUSTOMER = """(
    SELECT s.key FROM journeys_stagevisit v JOIN journeys_stage s ON s.id = v.stage_id
    JOIN journeys_journey j ON j.id = v.journey_id
    WHERE v.customer_id = c.id AND v.left_at IS NULL AND j.key = 'lifecycle')"""
STAGE_OF_JOURNEY = STAGE_OF_CUSTOMER.replace("'lifecycle'", "{key}")
ALLOWS = """EXISTS (SELECT FROM customers_consent k WHERE k.customer_id = c.id
    AND k.channel = {key} AND k.purpose = 'marketing' AND k.ended_at IS NULL)"""
REACHABLE = f"""({ALLOWS} AND (CASE {{key}} WHEN 'sms' THEN c.phone ELSE c.email END) <> ''
    AND NOT EXISTS (SELECT FROM customers_suppression u WHERE u.shop_id = c.shop_id
    AND u.channel = {{key}} AND u.address = lower(CASE {{key}} WHEN 'sms' THEN c.phone
        ELSE c.email END)))"""
SCORE = """(CASE WHEN jsonb_typeof(p.scores -> {key}) = 'number'
    THEN (p.scores ->> {key})::float8 END)"""
RFM_OF_CUSTOMER = "(SELECT r.{} FROM segments_rfmscore r WHERE r.customer_id = c.id)"
SPOKEN_AT = "(p.opinions -> '{}' ->> {{key}})::timestamptz"
# What is computed about a customer, and what the groups of it are called on the customer's page.
PROFILE_FEATURES: tuple[features.Feature, ...] = (*features.FEATURES, *review_features.FEATURES)
PROFILE_GROUPS: dict[str, Any] = {**features.GROUPS, review_features.REVIEWS: _("From reviews")}
RULE_FIELDS = {
    "customer.email": ("text", "c.email", _("E-mail")),
    "customer.country": ("text", "c.country", _("Country")),
    "customer.language": ("text", "c.language", _("Language")),
    "attributes.*": ("json", "c.attributes", _("Attribute")),
    "customer.created_at": ("date", "c.created_at", _("Customer since")),
    **features.rule_fields(PROFILE_FEATURES),
    "praised.*": ("date", SPOKEN_AT.format("praised"), _("Last praised")),
    "complained.*": (
        "date",
        SPOKEN_AT.format("complained"),
        _("Last complained about"),
    ),
    "rfm.recency": ("number", RFM_OF_CUSTOMER.format("recency"), _("RFM recency (1 to 5)")),
    "rfm.frequency": ("number", RFM_OF_CUSTOMER.format("frequency"), _("RFM frequency (1 to 5)")),
    "rfm.monetary": ("number", RFM_OF_CUSTOMER.format("monetary"), _("RFM monetary (1 to 5)")),
    "rfm.group": ("text", RFM_OF_CUSTOMER.format('"group"'), _("RFM group")),
    "scores.*": ("number", SCORE, _("Score")),
    "consent.*": ("boolean", ALLOWS, _("Allows marketing by")),
    "reachable.*": ("boolean", REACHABLE, _("Can be reached by")),
    "stage.*": ("text", STAGE_OF_JOURNEY, _("Stage in the journey")),
    "journey.stage": ("text", STAGE_OF_CUSTOMER, _("Lifecycle stage")),
}

# What the values of a rule field are called, and what may stand for its *: functions of a shop and
# a key (what stands for the *, or "") that return pairs of value and name. They are what the
# builder offers; where a field has none, anything can be typed in.
RULE_VALUES = {
    "customer.country": "customers.rule_choices.countries",
    "customer.language": "customers.rule_choices.languages",
    "facts.top_categories": "customers.rule_choices.categories",
    "facts.top_brands": "customers.rule_choices.brands",
    "facts.price_band": "customers.rule_choices.price_bands",
    "facts.day_part": "customers.rule_choices.day_parts",
    "facts.main_device": "customers.rule_choices.devices",
    "facts.first_touchpoint": "segments.choices.touchpoints",
    "facts.first_source": "customers.rule_choices.sources",
    "facts.last_source": "customers.rule_choices.sources",
    "opinions.praised": "reviews_nlp.rule_choices.aspects",
    "opinions.complained": "reviews_nlp.rule_choices.aspects",
    "rfm.group": "segments.choices.rfm_groups",
    "stage.*": "journeys.rule_choices.stages",
    "journey.stage": "journeys.rule_choices.stages",
}
RULE_KEYS = {
    "attributes.*": "customers.rule_choices.attributes",
    "praised.*": "reviews_nlp.rule_choices.aspects",
    "complained.*": "reviews_nlp.rule_choices.aspects",
    "scores.*": "insights.rule_choices.scores",
    "consent.*": "segments.choices.channels",
    "reachable.*": "segments.choices.channels",
    "stage.*": "journeys.rule_choices.journeys",
}

# What campaigns are called: a function of (shop, ids) that returns names by id. A journey's map
# shows which of them customers met.
CAMPAIGN_NAMES = "campaigns.naming.names"

TOUCHPOINT_WORDS = "segments.touchpoint_words.done"  # what somebody did, by the kind

# Who uses a segment: functions of (shop, key) that return pairs of kind and name.
SEGMENT_USES = [
    "segments.removal.in_segments",
    "journeys.segment_uses.of",
    "campaigns.segment_uses.of",
]

# Rooms that take part when two customers become one, and two again: modules with
# merge(record) -> what has to be put back, and undo(record, survivor, that).
MERGE_PARTS = [
    "reviews_nlp.merging",
    "insights.merging",
    "segments.merging",
    "journeys.merging",
    "campaigns.merging",
]

# What can be done with customers who are chosen in their list: shops.console.Deed each.
CUSTOMER_DEEDS = [
    "segments.chosen_pages.ADD", "segments.chosen_pages.REMOVE", "segments.chosen_pages.EXPORT",
]  # fmt: skip

# Parts of a page that several rooms fill, in the order they are shown. Each is a function that
# takes (shop) for the overview or (customer) for the customer page and returns a
# shops.panels.Panel, or None where there is nothing to show.
OVERVIEW_PANELS = [
    "config.morning.today",
    "customers.panels.figures",
    "campaigns.panels.campaigns",
    "config.morning.waiting",
    "customers.panels.sales",
    "journeys.panels.stages",
    "segments.panels.sizes",
    "insights.forecast_panels.coming",
    "reviews_nlp.panels.sentiment",
    "reviews_nlp.panels.alarms",
    "customers.panels.requests",
    "insights.prediction_panels.models_off",
    "campaigns.warm_up_page.stopped",
    "shops.overview.deliveries",
]
CUSTOMER_PANELS = [
    "customers.panels.merges",
    "customers.panels.facts",
    "customers.panels.timeline",
    "segments.panels.memberships",
    "customers.panels.consents",
    "customers.panels.notes",
    "insights.panels.recommendations",
    "journeys.panels.visits",
    "insights.prediction_panels.scores",
    "campaigns.panels.absences",
    "campaigns.panels.messages",
    "reviews_nlp.panels.reviews",
    "customers.panels.figures_with_sources",
]

# What reconciliation compares a shop's own answers with: the resource, and a SELECT of the number
# and the time of change of what we hold; %(shop)s is the shop.
RECONCILED = {
    "orders": "SELECT external_id AS number, updated_at AS changed_at FROM customers_order"
    " WHERE shop_id = %(shop)s",
}

# What a shop may put a term to, by the name that the term is kept under: see docs/plugins.md.
RETENTION = {
    "deliveries": Kept(
        label=_("Calls of the shop as they came"),
        lost=_("Older ones cannot be looked up, nor read again after a repair."),
        without=_("Empty: as long as the server keeps them."),
        fewest=7,
    ),
    "touchpoints": Kept(
        label=_("What customers did"),
        lost=_(
            "Rules, timelines, replays, predictions and attribution do not see what is older. "
            "Orders, messages and the figures of reports stay."
        ),
        without=_("Empty: until the customer is erased."),
        fewest=30,
        forget="customers.keeping.forget_touchpoints",
    ),
    "visitors": Kept(
        label=_("What unknown visitors did"),
        lost=_("Who signs in later begins without what they looked at before."),
        without=_("Empty: as long as what customers did."),
        fewest=1,
        forget="customers.keeping.forget_visitors",
    ),
    "imports": Kept(
        label=_("Imported files and rejected rows"),
        lost=_("Which rows were rejected, and why, is gone. How many there were stays."),
        without=_("Empty: files for a week, rejected rows for good."),
        fewest=1,
        forget="customers.keeping.forget_imports",
    ),
    "questions": Kept(
        label=_("Questions in the chat"),
        lost=_("Older questions and answers are gone. What waits for an answer stays."),
        without=_("Empty: as long as the shop is here."),
        fewest=1,
        table="assistant_question",
        at="asked_at",
        only="state IN ('answered', 'corrected')",
    ),
    "calls": Kept(
        label=_("Questions to language models"),
        lost=_("Nobody can look up what left, when, and what it cost."),
        without=_("Empty: as long as the shop is here."),
        fewest=7,
        table="llm_call",
        at="asked_at",
        only="ended_at IS NOT NULL",
    ),
}

# Rows of these tables are about one person: they go with them, or where they name them.
ERASED_WITH_THEIR_CUSTOMER = ("campaigns_pushsubscription", "customers_note")
ERASED_WHERE_NAMED = (
    "campaigns_caughtmail",
    "campaigns_notice",
    "customers_identity",
    "customers_recognition",
    "customers_suppression",
)
