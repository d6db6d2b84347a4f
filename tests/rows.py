"""At least one row of every kind that the admin lists."""

import json

from django.utils.timezone import now

from assistant import copywriter
from assistant.models import Address, Passage, Plan, Question, Source, Voice
from campaigns import asking, engine, hygiene, launching, ready_made
from campaigns.channel_models import ChannelAccount, PushSubscription
from campaigns.models import (
    Campaign,
    CaughtMail,
    DomainLimit,
    FrequencyCap,
    MailCarrier,
    MailSettings,
    Template,
    Topic,
)
from campaigns.targeting_models import Targeting
from campaigns.warm_up_models import WarmUp
from customers import consent, imports, profiles
from customers.file_import_models import FileImport
from customers.merge_models import Merge
from customers.models import PrivacyRequest, Recognition
from insights import forecasting, recommendation_runs
from insights.models import TrainedModel
from insights.recommendation_models import AssortmentRule, ProductRule
from journeys import lifecycle, stages
from llm.models import Call
from reviews_nlp import reading
from reviews_nlp.models import AspectAlarm, OwnClassifier, ShopAspect
from segments import membership, rfm, starter
from segments.models import Clustering
from shops import audit, keys, secrecy
from shops.models import ApiKey, Coupon, Delivery, Endpoint, OutgoingEvent, Shop
from tests import make


def of_every_kind(shop: Shop) -> Campaign:
    """A small shop on which everything has happened once."""
    ann = make.customer(shop, consents=("email",))
    make.order(ann, lines=((make.product(shop), 2, 500),), placed_at=make.days_ago(120))
    make.touchpoint(ann, kind="review.written", unread=True, data={"text": "Nice", "rating": 5})
    reading.read()
    Delivery.objects.create(
        shop=shop, message_id="m", topic="order.placed", body=json.dumps({}).encode()
    )
    imports.HistoryImport.objects.create(shop=shop, kind="orders", digest="0", file_name="f.csv")
    consent.suppress(shop, channel="email", address="x@example.com", reason="bounced")
    PrivacyRequest.objects.create(shop=shop, reference="r", kind="export", requested_at=now())
    what_people_bring(ann)
    Coupon.objects.create(shop=shop, external_id="c", code="10off", kind="percent", value=10)
    told = Endpoint.objects.create(shop=shop, url="https://x.example.com/", events=["order.placed"])
    OutgoingEvent.objects.create(
        shop=shop, endpoint=told, cause="c", type="order.placed", data={}, occurred_at=now()
    )
    Call.objects.create(shop=shop, purpose="p", prompt="p v1", sent=[], outcome="ok")
    keys.issue(ApiKey(shop=shop, name="Till", scopes=["read:orders"]))
    lifecycle.create(shop)
    starter.create(shop)
    profiles.refresh(shop)
    rfm.refresh(shop)
    membership.refresh(shop)
    stages.place(shop)
    Clustering.objects.create(shop=shop, customer_count=1, cluster_count=1, inertia=0)
    what_numbers_bring(shop)
    what_reviews_bring(shop)
    how_mails_leave(shop)
    campaign = ready_made.create(shop, "win-back")
    campaign.holdout_percent = 0
    campaign.save()
    launching.launch(campaign)
    engine.run_due()
    what_plans_bring(shop)
    CaughtMail.objects.create(
        recipient=ann.email,
        subject="Hi",
        raw=b"Subject: Hi\r\nContent-Type: text/html\r\n\r\n<p>Hi",
    )
    return campaign


def how_mails_leave(shop: Shop) -> None:
    """What a shop said about its mails."""
    MailSettings.objects.create(shop=shop)
    DomainLimit.objects.create(shop=shop, domain="slow.example", per_second=5)
    WarmUp.objects.create(shop=shop, domain="new.example", per_day=100)
    hygiene.count(shop)
    carrier = MailCarrier(shop=shop, kind="postmark", secret_sealed=secrecy.seal("key"))
    carrier.new_hook()
    carrier.save()
    Topic.objects.create(shop=shop, key="news", name="News")
    asking.copy(make.customer(shop))
    ChannelAccount.objects.create(shop=shop, channel="push", sender="mailto:x@example.com")
    PushSubscription.objects.create(
        shop=shop, customer=make.customer(shop), endpoint=f"https://push.example.com/{shop.pk}"
    )


def what_numbers_bring(shop: Shop) -> None:
    """A model that is off, rules about products, a night of recommending and of forecasting."""
    TrainedModel.objects.create(shop=shop, predictor="churn_90d", reason="37 of 200 buyers so far")
    ProductRule.objects.create(shop=shop, kind="prefer", product=make.product(shop))
    AssortmentRule.objects.create(shop=shop, kind="low_stock", bound=2)
    recommendation_runs.learn(shop)
    forecasting.make(shop)


def what_plans_bring(shop: Shop) -> None:
    """A proposal that nobody has decided about, a cap that it would meet, and a question."""
    source = Source.objects.create(shop=shop, name="FAQ", text="# Returns\nWithin 30 days.")
    Passage.objects.create(
        shop=shop, source=source, position=0, title="Returns", text="Within 30 days.", terms=["30"]
    )
    Address.objects.create(shop=shop, source=source, url="https://x.example/faq", position=0)
    Question.objects.create(shop=shop, text="How long?", state="waiting")
    template = Template.objects.filter(shop=shop).earliest("pk")
    copywriter.write(template, copywriter.Brief("马克杯", "zh-hans"))
    Voice.objects.create(shop=shop, forbidden="cheap")
    FrequencyCap.objects.create(shop=shop, messages=100, days=1)
    campaign = Campaign.objects.filter(shop=shop).earliest("pk")
    Targeting.objects.get_or_create(shop=shop, campaign=campaign)
    Plan.objects.create(
        shop=shop, journey=lifecycle.create(shop), goal="more second orders", author="rules",
        start=now(), end=now(), proposal={"diagnosis": [], "stages": [], "campaigns": [],
        "forecast": [], "risks": [], "measured": []},
    )  # fmt: skip


def what_reviews_bring(shop: Shop) -> None:
    """An aspect of the shop's own, an alarm about it, and what was learned from its stars."""
    ShopAspect.objects.create(shop=shop, key="glaze", label="Glaze", phrases="glaze")
    AspectAlarm.objects.create(
        shop=shop,
        product=make.product(shop),
        aspect="glaze",
        began_at=now(),
        complaints_before=0.1,
        complaints_since=0.6,
    )
    OwnClassifier.objects.create(
        shop=shop, review_count=10, reason="10 of 200 rated reviews so far"
    )


def what_people_bring(ann) -> None:
    """A visitor who proved to be her, a merge that was taken back, a file, and who works there."""
    shop, at = ann.shop, now()
    shop.staff.add(make.user())
    audit.record(shop.pk, audit.Actor("ann"), "signed in")
    Recognition.objects.create(
        shop=shop, source="s", visitor="v", customer=ann, how="login", occurred_at=at
    )
    Merge.objects.create(shop=shop, survivor=ann, merged=ann, cause="c", how="admin", undone_at=at)
    FileImport.objects.create(shop=shop, kind="customers", file_name="p.csv", digest="0", by="ann")
