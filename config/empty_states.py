"""What a list says while there is nothing in it: what it is for, and the one thing to do next.

By model: an icon, what will be here, why one wants it, and the button: its words, the page it leads
to, and the right that page asks for. Without a button, what is here comes by itself.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

CONNECT = (_("Connect a shop"), "admin:shops_shop_connect", "shops.add_shop")
IMPORT = (_("Import a file"), "admin:customers_fileimport_upload", "customers.add_fileimport")
READY = (
    _("Pick a ready-made campaign"), "admin:campaigns_campaign_ready_made",
    "campaigns.add_campaign",
)  # fmt: skip
CAMPAIGNS = (
    _("To the campaigns"),
    "admin:campaigns_campaign_changelist",
    "campaigns.view_campaign",
)
SITE = (_("Set up the page script"), "admin:shops_shop_site_of_chosen", "shops.change_shop")

EMPTY_STATES: dict[str, tuple[str, Any, Any, tuple[Any, str, str] | None]] = {
    "auth.group": (
        "shield_person", _("No group is needed yet"),
        _("People get a role in a shop: owner, marketer, analyst, customer service or developer. "
          "A group is for who needs other rights than those."),
        (_("To the team"), "admin:shops_seat_changelist", "shops.view_seat")),
    "customers.customer": (
        "group", _("Nobody here yet"),
        _("Everybody who orders, signs up or writes a review gets a page of their own: what they "
          "bought, said and allowed, and why they were written to."), IMPORT),
    "customers.fileimport": (
        "upload_file", _("No file was brought in"),
        _("A file brings the past: customers, orders, reviews or products from any shop system. "
          "You see what each column becomes before anything is kept."), IMPORT),
    "customers.historyimport": (
        "history", _("No history was loaded"),
        _("Large files are loaded on the server with import_history; smaller ones from here."),
        IMPORT),
    "customers.merge": (
        "call_merge", _("Nobody was merged"),
        _("When two customers turn out to be one person, they become one here, and two again "
          "where that was wrong."), None),
    "customers.recognition": (
        "fingerprint", _("No visitor was recognised"),
        _("The page script notes what visitors look at; once they sign in or click in a mail, it "
          "is theirs."), SITE),
    "customers.order": (
        "receipt_long", _("No orders yet"),
        _("Orders carry every figure here: revenue, segments, predictions and what campaigns "
          "bring."), CONNECT),
    "customers.privacyrequest": (
        "shield", _("Nobody asked about their data"),
        _("What people ask by law, to see or to erase what is known of them, waits here until it "
          "is answered."), None),
    "customers.suppression": (
        "block", _("No address is suppressed"),
        _("Addresses that bounced or complained are never written to again. They come by "
          "themselves; others can be added."), None),
    "segments.segment": (
        "donut_small", _("No segment yet"),
        _("A segment is a group of customers that keeps itself up to date: by what they bought, "
          "did, said or will probably do."),
        (_("Build a segment"), "admin:segments_segment_add", "segments.add_segment")),
    "segments.rfmscore": (
        "grid_on", _("No RFM scores yet"),
        _("How recently, how often and for how much people buy, from 1 to 5 each. Computed every "
          "night from the orders."), IMPORT),
    "segments.clustering": (
        "diversity_3", _("No personas yet"),
        _("Groups of customers who behave alike, found by the numbers alone. They need a few "
          "hundred customers with orders."), IMPORT),
    "insights.trainedmodel": (
        "query_stats", _("No predictions yet"),
        _("Who will buy, who is leaving, when and what. A model goes live only while it beats "
          "guessing; it needs some months of orders."), IMPORT),
    "insights.shopforecast": (
        "timeline", _("No forecast yet"),
        _("Orders and revenue of the coming weeks, with how sure that is. Made every morning from "
          "the shop's past."), IMPORT),
    "insights.productrule": (
        "rule", _("No product rules"),
        _("Pin, bury or exclude products in what is recommended, by product or category."),
        (_("Add a rule"), "admin:insights_productrule_add", "insights.add_productrule")),
    "insights.assortmentrule": (
        "inventory_2", _("No rules about stock or margin"),
        _("Hold back what is nearly sold out or earns little, and bring up what there is plenty "
          "of. The shop tells stock and cost by its webhooks, the API or a file."),
        (_("Add a rule"), "admin:insights_assortmentrule_add", "insights.add_assortmentrule")),
    "insights.recommendationrun": (
        "recommend", _("Nothing was learned yet"),
        _("Every night the shop's orders teach what to recommend to whom, and which way of doing "
          "so was right most often."), IMPORT),
    "journeys.journey": (
        "route", _("No journey yet"),
        _("A journey shows at which stage customers are, where they go from there and where they "
          "are lost."),
        (_("Start from a ready-made one"), "admin:journeys_journey_ready_made",
         "journeys.add_journey")),
    "journeys.stagevisit": (
        "route", _("Nobody was seen at a stage"),
        _("Who was at which stage of a journey, since when and why."),
        (_("Start from a ready-made one"), "admin:journeys_journey_ready_made",
         "journeys.add_journey")),
    "assistant.plan": (
        "lightbulb", _("No plan yet"),
        _("Say a goal, such as more second orders. You get a plan with segments and campaigns as "
          "drafts, and approve each part yourself."),
        (_("Plan a journey"), "admin:assistant_plan_propose", "assistant.add_plan")),
    "assistant.copy": (
        "edit_note", _("Nothing was written yet"),
        _("Three variants of a mail or text, with facts and prices from your catalogue only. One "
          "click makes one a template or an A/B test."),
        (_("Write"), "admin:assistant_copy_write", "assistant.add_copy")),
    "assistant.voice": (
        "record_voice_over", _("No voice yet"),
        _("Sentences that sound like your shop, and words that it never uses: what is written for "
          "you keeps to them."),
        (_("Say how you sound"), "admin:assistant_voice_add", "assistant.add_voice")),
    "campaigns.warmup": (
        "local_fire_department", _("No warm-up yet"),
        _("A new sending address begins with few mails a day and rises while little comes back."),
        (_("Warm an address up"), "admin:campaigns_warmup_add", "campaigns.add_warmup")),
    "campaigns.listhygiene": (
        "cleaning_services", _("No shop to look after"),
        _("Which addresses bounce, complain or sleep, and what to do about each kind."),
        None),
    "assistant.question": (
        "forum", _("No questions yet"),
        _("What customers ask is answered from your own texts, with sources, or handed over to a "
          "person. Tell it first what it may answer from."),
        (_("Add a text"), "admin:assistant_source_add", "assistant.add_source")),
    "assistant.source": (
        "menu_book", _("No texts to answer from"),
        _("Your terms, size guides and delivery times: customers' questions are answered from "
          "these alone."),
        (_("Add a text"), "admin:assistant_source_add", "assistant.add_source")),
    "campaigns.campaign": (
        "campaign", _("No campaign yet"),
        _("A campaign writes to the right people at the right moment, and a held-out share proves "
          "what it brings. Twelve are ready to take."), READY),
    "campaigns.template": (
        "draft", _("No templates yet"),
        _("The words and pictures that campaigns send. Ready-made campaigns bring theirs along."),
        READY),
    "campaigns.message": (
        "outbox", _("No messages yet"),
        _("Every message that was sent, or decided against, stands here with its reason."),
        CAMPAIGNS),
    "campaigns.enrolment": (
        "how_to_reg", _("Nobody has entered a campaign"),
        _("Who entered which campaign and when, and who was held out to compare with."),
        CAMPAIGNS),
    "campaigns.targeting": (
        "psychology", _("No campaign learns whom it persuades"),
        _("A campaign that ran for a while can leave out people who buy anyway."),
        (_("Let one learn"), "admin:campaigns_targeting_add", "campaigns.add_targeting")),
    "campaigns.frequencycap": (
        "speed", _("No cap yet"),
        _("How many messages one person gets at most, over all campaigns: few things keep "
          "subscribers longer."),
        (_("Set a cap"), "admin:campaigns_frequencycap_add", "campaigns.add_frequencycap")),
    "campaigns.notice": (
        "forward_to_inbox", _("Nobody asked for a mail"),
        _("Confirmations and links that customers ask for themselves; they are no campaign."),
        None),
    "campaigns.topic": (
        "topic", _("No topics yet"),
        _("With topics people refuse one kind of mail and keep the others, on their own page."),
        (_("Add a topic"), "admin:campaigns_topic_add", "campaigns.add_topic")),
    "campaigns.channelaccount": (
        "hub", _("No channel account yet"),
        _("Text messages, notifications in the browser and calls to other systems need an account "
          "with whoever carries them."),
        (_("Add an account"), "admin:campaigns_channelaccount_add",
         "campaigns.add_channelaccount")),
    "campaigns.pushsubscription": (
        "notifications", _("No browser agreed to notifications"),
        _("Visitors who allow notifications on the shop's pages are listed here."), SITE),
    "campaigns.mailcarrier": (
        "forward_to_inbox", _("No mail service"),
        _("Mails leave by the server's own mail server. A mail service carries them instead, per "
          "shop."),
        (_("Add a mail service"), "admin:campaigns_mailcarrier_add",
         "campaigns.add_mailcarrier")),
    "campaigns.domainlimit": (
        "speed", _("No limits"),
        _("How many mails an hour a provider such as gmail.com gets from you: while a new domain "
          "earns its name, fewer are better."),
        (_("Set a limit"), "admin:campaigns_domainlimit_add", "campaigns.add_domainlimit")),
    "campaigns.mailsettings": (
        "mark_email_read", _("Mails go out with the defaults"),
        _("What is measured of mails, under which name their links lead, and what the DNS says of "
          "your domain."),
        (_("Change them"), "admin:campaigns_mailsettings_add", "campaigns.add_mailsettings")),
    "campaigns.caughtmail": (
        "inbox", _("No mail was caught"),
        _("While this server has no mail server, its mails are caught and shown here."), None),
    "reviews_nlp.review": (
        "reviews", _("No reviews yet"),
        _("Each is read for what it praises and what it complains about, in English and Chinese."),
        IMPORT),
    "reviews_nlp.aspectalarm": (
        "notification_important", _("No alarm"),
        _("When reviews suddenly complain about one thing, such as delivery, it is told here."),
        None),
    "reviews_nlp.shopaspect": (
        "label", _("No aspects of your own"),
        _("Size, quality, delivery and others are known already. Add what only your shop has."),
        (_("Add an aspect"), "admin:reviews_nlp_shopaspect_add", "reviews_nlp.add_shopaspect")),
    "reviews_nlp.ownclassifier": (
        "star", _("Nothing was learned from stars yet"),
        _("With some hundred reviews that have stars, the shop's own words are learned."), IMPORT),
    "shops.shop": (
        "storefront", _("No shop yet"),
        _("A shop is what everything here belongs to: its customers, journeys and campaigns."),
        (_("Set one up"), "first-run", "shops.add_shop")),
    "shops.product": (
        "category", _("No products yet"),
        _("They come with orders and with the shop's product feed; recommendations live on them."),
        CONNECT),
    "shops.coupon": (
        "local_activity", _("No coupons yet"),
        _("The shop's vouchers, as its platform tells of them; mails can carry them."), CONNECT),
    "shops.delivery": (
        "webhook", _("Nothing was delivered yet"),
        _("Every call of the shop is kept as it came, and can be read again."), CONNECT),
    "shops.endpoint": (
        "call_made", _("No endpoint yet"),
        _("Addresses of your own systems that are told what happens here: signed, and again until "
          "they answer."),
        (_("Add an endpoint"), "admin:shops_endpoint_add", "shops.add_endpoint")),
    "shops.outgoingevent": (
        "outgoing_mail", _("Nothing was told yet"),
        _("What your endpoints were told, with every try."),
        (_("Add an endpoint"), "admin:shops_endpoint_add", "shops.add_endpoint")),
    "shops.apikey": (
        "key", _("No key yet"),
        _("With a key the shop's own programs read and write here, each only what it needs."),
        (_("Make a key"), "admin:shops_apikey_add", "shops.add_apikey")),
    "shops.seat": (
        "badge", _("Nobody else is here"),
        _("Colleagues see and do what their role lets them: owner, marketer, analyst, customer "
          "service or developer."),
        (_("Let a colleague in"), "admin:shops_seat_add", "shops.add_seat")),
    "shops.auditentry": (
        "policy", _("Nothing was done yet"),
        _("Who changed what, when and from where; nobody can change this trail."), None),
    "llm.call": (
        "psychology", _("No model was asked"),
        _("Everything that is sent to a language model is listed here, with its answer and what "
          "it cost."), None),
}  # fmt: skip
