"""The admin's navigation in the order of a marketer's tasks, and its colours."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def page(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A link to the list of `model`, shown to those who may see it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            {
                "title": _("Set up"),
                "icon": "rocket_launch",
                "link": reverse_lazy("first-run"),
                "permission": "config.first_run_pages.is_under_way",
            },
        ]
    },
    {
        "title": _("Audience"),
        "items": [
            page(_("Customers"), "group", "customers.customer"),
            page(_("Segments"), "donut_small", "segments.segment"),
            page(_("RFM groups"), "grid_on", "segments.rfmscore"),
            page(_("Personas"), "diversity_3", "segments.clustering"),
            page(_("Imports"), "upload_file", "customers.fileimport"),
        ],
    },
    {
        "title": _("Journeys"),
        "items": [
            page(_("Journeys"), "route", "journeys.journey"),
            page(_("Plans"), "lightbulb", "assistant.plan"),
        ],
    },
    {
        "title": _("Campaigns"),
        "items": [
            page(_("Campaigns"), "campaign", "campaigns.campaign"),
            page(_("Templates"), "draft", "campaigns.template"),
            page(_("Copies"), "edit_note", "assistant.copy"),
            page(_("Messages"), "outbox", "campaigns.message"),
        ],
    },
    {
        "title": _("Reviews"),
        "items": [
            page(_("Reviews"), "reviews", "reviews_nlp.review"),
            page(_("Aspect alarms"), "notification_important", "reviews_nlp.aspectalarm"),
        ],
    },
    {
        "title": _("Customer service"),
        "items": [
            page(_("Questions"), "forum", "assistant.question"),
            page(_("Sources of answers"), "menu_book", "assistant.source"),
        ],
    },
    {
        "title": _("Insights"),
        "items": [
            page(_("Predictions"), "query_stats", "insights.trainedmodel"),
            page(_("Forecasts"), "timeline", "insights.shopforecast"),
            page(_("Recommending"), "recommend", "insights.recommendationrun"),
            page(_("Persuadable customers"), "psychology", "campaigns.targeting"),
        ],
    },
    {
        "title": _("Sending"),
        "collapsible": True,
        "items": [
            page(_("Mail settings"), "mark_email_read", "campaigns.mailsettings"),
            page(_("Mail services"), "forward_to_inbox", "campaigns.mailcarrier"),
            page(_("Channel accounts"), "hub", "campaigns.channelaccount"),
            page(_("Push subscriptions"), "notifications", "campaigns.pushsubscription"),
            page(_("Topics"), "topic", "campaigns.topic"),
            page(_("Frequency caps"), "speed", "campaigns.frequencycap"),
            page(_("Limits of domains"), "dns", "campaigns.domainlimit"),
            page(_("Warm-up"), "local_fire_department", "campaigns.warmup"),
            page(_("List hygiene"), "cleaning_services", "campaigns.listhygiene"),
            page(_("Suppressed addresses"), "block", "customers.suppression"),
            page(_("Enrolments"), "how_to_reg", "campaigns.enrolment"),
            page(_("Requested mails"), "mark_as_unread", "campaigns.notice"),
            page(_("Caught mails"), "inbox", "campaigns.caughtmail"),
        ],
    },
    {
        "title": _("Shop data"),
        "collapsible": True,
        "items": [
            page(_("Products"), "category", "shops.product"),
            page(_("Product rules"), "rule", "insights.productrule"),
            page(_("Stock and margin rules"), "inventory_2", "insights.assortmentrule"),
            page(_("Orders"), "receipt_long", "customers.order"),
            page(_("Coupons"), "local_activity", "shops.coupon"),
            page(_("Merged customers"), "call_merge", "customers.merge"),
            page(_("Recognised visitors"), "fingerprint", "customers.recognition"),
            page(_("Aspects"), "label", "reviews_nlp.shopaspect"),
            page(_("Learned from stars"), "star", "reviews_nlp.ownclassifier"),
            page(_("Voices"), "record_voice_over", "assistant.voice"),
        ],
    },
    {
        "title": _("Shops"),
        "collapsible": True,
        "items": [
            page(_("Shops"), "storefront", "shops.shop"),
            page(_("Deliveries"), "webhook", "shops.delivery"),
            page(_("History imports"), "history", "customers.historyimport"),
            {
                "title": _("Shop page script"),
                "icon": "ads_click",
                "link": reverse_lazy("admin:shops_shop_site_of_chosen"),
                "permission": lambda request: request.user.has_perm("shops.change_shop"),
            },
            page(_("Endpoints"), "call_made", "shops.endpoint"),
            page(_("Outgoing events"), "outgoing_mail", "shops.outgoingevent"),
            page(_("API keys"), "key", "shops.apikey"),
        ],
    },
    {
        "title": _("Settings"),
        "collapsible": True,
        "items": [
            page(_("Team"), "badge", "shops.seat"),
            page(_("Privacy requests"), "shield", "customers.privacyrequest"),
            page(_("Questions to models"), "neurology", "llm.call"),
            page(_("Audit trail"), "policy", "shops.auditentry"),
        ],
    },
    {
        "title": _("Server"),
        "collapsible": True,
        "items": [
            page(_("Users"), "person", "shops.user"),
            page(_("Groups"), "shield_person", "auth.group"),
            page(_("Schedule"), "schedule", "django_celery_beat.periodictask"),
        ],
    },
]

# g and then this key leads to a page; shown by "?".
GO_TO = (
    ("o", _("Overview"), "", reverse_lazy("admin:index")),
    *(
        (key, title, f"{model.replace('.', '.view_')}",
         reverse_lazy(f"admin:{model.replace('.', '_')}_changelist"))
        for key, title, model in (
            ("c", _("Customers"), "customers.customer"),
            ("s", _("Segments"), "segments.segment"),
            ("j", _("Journeys"), "journeys.journey"),
            ("a", _("Campaigns"), "campaigns.campaign"),
            ("t", _("Templates"), "campaigns.template"),
            ("r", _("Reviews"), "reviews_nlp.review"),
        )
    ),
)  # fmt: skip


def go_to(request: Any) -> dict[str, Any]:
    """For every page of the admin: the shortcuts to pages that its reader may see."""
    if not request.user.is_authenticated:
        return {}
    return {"go_to": [(key, title, url) for key, title, right, url in GO_TO
                      if not right or request.user.has_perm(right)]}  # fmt: skip


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Waymark",
    "SITE_HEADER": "Waymark",
    "SITE_SYMBOL": "signpost",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "config.overview.show",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("console/favicon.svg"),
        }
    ],
    "STYLES": [
        lambda request: static("console/console.css"),
        lambda request: static("console/theme.css"),
        lambda request: static("console/small_map.css"),
        lambda request: static("console/people.css"),
        lambda request: static("console/first_run.css"),
        lambda request: static("console/find.css"),
        lambda request: static("console/door.css"),
    ],
    "SCRIPTS": [lambda request: static("console/names.js")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
            {"title": _("Your devices"), "link": reverse_lazy("usersessions_list")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "238 242 255",
            "100": "224 231 255",
            "200": "199 210 254",
            "300": "165 180 252",
            "400": "129 140 248",
            "500": "99 102 241",
            "600": "79 70 229",
            "700": "67 56 202",
            "800": "55 48 163",
            "900": "49 46 129",
            "950": "30 27 75",
        }
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": NAVIGATION},
}
