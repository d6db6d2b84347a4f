"""The first answer of the overview: what came in today, and what needs somebody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from assistant.models import Plan, Question
from campaigns.models import Campaign, Message
from customers import zones
from customers.models import PrivacyRequest
from insights import training
from reviews_nlp.models import AspectAlarm
from segments.models import SegmentEdit
from shops import code_words, overview
from shops.models import Delivery, Shop
from shops.panels import Panel

MOST = 1000  # more is said as that
# Since midnight by the shop's clock. Of whoever ordered: did a campaign write to them in 30 days,
# or were they held out of all that would have.
TODAY = """
WITH placed AS (
    SELECT o.total_cents, o.kind, o.currency, (
        SELECT bool_and(e.held_out) FROM campaigns_enrolment e
        WHERE e.customer_id = o.customer_id AND e.entered_at >= %(lately)s) AS held_out
    FROM customers_order o
    WHERE o.shop_id = %(shop)s AND o.placed_at >= %(since)s
)
SELECT held_out, count(*) FILTER (WHERE kind = 'sale'),
    coalesce(sum(total_cents) FILTER (WHERE currency = %(currency)s), 0)
FROM placed GROUP BY held_out
"""
MIDNIGHT = "SELECT date_trunc('day', %s::timestamptz, %s)"


@dataclass(frozen=True)
class Item:
    """Something that waits for a person."""

    text: str
    url: str
    is_alarm: bool = False


def today(shop: Shop) -> Panel:
    """Revenue and orders since midnight: all, and those of people written to and held out."""
    with connection.cursor() as cursor:
        cursor.execute(MIDNIGHT, [now(), zones.of_shop(shop)])
        since = cursor.fetchone()[0]
        cursor.execute(TODAY, {"shop": shop.pk, "since": since, "currency": shop.currency,
                               "lately": now() - timedelta(days=30)})  # fmt: skip
        arms = {row[0]: row[1:] for row in cursor.fetchall()}
    orders, cents = (sum(int(row[n]) for row in arms.values()) for n in (0, 1))
    context = {
        "shop": shop,
        "orders": orders,
        "cents": cents,
        "arms": [(_("written to"), *arms.get(False, (0, 0))),
                 (_("held out"), *arms.get(True, (0, 0)))],
    }  # fmt: skip
    return Panel(_("Today"), "panels/today.html", context, width=4)


def waiting(shop: Shop) -> Panel:
    """What waits for approval or went wrong, each a click away."""
    context = {"items": sorted(_items(shop), key=lambda item: not item.is_alarm)}
    return Panel(_("Needs you"), "panels/waiting.html", context, width=4)


def _items(shop: Shop) -> Iterator[Item]:
    asked = f"?shop__id__exact={shop.pk}"
    campaigns = reverse("admin:campaigns_campaign_changelist") + asked
    for rows, words, url, is_alarm in (
        (Campaign.objects.filter(shop=shop, status="review"),
         _("Campaigns that wait for approval: %d"),
         f"{campaigns}&status__exact=review", False),
        (Campaign.objects.filter(shop=shop, status__in=["running", "paused"]).exclude(fault=""),
         _("Campaigns that cannot run: %d"), campaigns, True),
        (Message.objects.filter(shop=shop, status="uncertain"),
         _("Messages whose sending is uncertain: %d"),
         reverse("admin:campaigns_message_changelist") + f"{asked}&status__exact=uncertain", True),
        (Delivery.objects.filter(shop=shop, status="quarantined"),
         _("Deliveries that could not be read: %d"),
         reverse("admin:shops_delivery_changelist") + f"{asked}&status__exact=quarantined", True),
        (overview.untold(shop), _("Endpoints that cannot be reached: %d"),
         reverse("admin:shops_endpoint_changelist") + asked, True),
        (AspectAlarm.objects.filter(shop=shop, settled_at=None),
         _("Products that turned bad: %d"),
         reverse("admin:reviews_nlp_aspectalarm_changelist") + asked, True),
        (PrivacyRequest.objects.filter(shop=shop, done_at=None),
         _("People who asked about their data: %d"),
         reverse("admin:customers_privacyrequest_changelist") + asked, True),
        (Plan.objects.filter(shop=shop).waiting(), _("Plans that wait for approval: %d"),
         reverse("admin:assistant_plan_changelist") + f"{asked}&waiting=yes", False),
        (Question.objects.filter(shop=shop, state="waiting"),
         _("Questions of customers that wait for an answer: %d"),
         reverse("admin:assistant_question_changelist") + f"{asked}&state__exact=waiting", False),
    ):  # fmt: skip
        count = rows[:MOST].count()
        if count:
            yield Item(words % count, url, is_alarm)
    yield from _stopped_edits(shop)
    if idle := training.idle(shop):
        cards = reverse("admin:insights_trainedmodel_changelist") + asked
        names = ", ".join(code_words.said(name) for name in idle)
        url = f"{cards}&predictor__in={','.join(idle)}"
        yield Item(_("Predictions that are off: %s") % names, url)


def _stopped_edits(shop: Shop) -> Iterator[Item]:
    """The page of the first one's segment says what happened and how to go on."""
    stopped = SegmentEdit.objects.filter(shop=shop).exclude(fault="")
    if first := stopped.order_by("pk").first():
        url = reverse("admin:segments_segment_members", args=[first.segment_id])
        words = _("Changes of segments that stopped: %d") % stopped[:MOST].count()
        yield Item(words, url, is_alarm=True)
