"""Campaigns, templates, and the ledger of what was sent and why."""

import email
import email.policy
from copy import deepcopy
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from campaigns import campaign_page, entry_words, launching, program, second_person, versions, why
from campaigns.carrier_admin import MailCarriers as MailCarriers
from campaigns.channel_admin import ChannelAccounts as ChannelAccounts
from campaigns.channel_admin import PushSubscriptions as PushSubscriptions
from campaigns.editor_console import EditorPages
from campaigns.hygiene_admin import ListHygienes as ListHygienes
from campaigns.letter_console import LetterPages
from campaigns.life_console import LifePages
from campaigns.mail_admin import MailSettingsPages as MailSettingsPages  # Django looks here
from campaigns.models import (
    Campaign,
    CaughtMail,
    Enrolment,
    FrequencyCap,
    Message,
)
from campaigns.pace_admin import DomainLimits as DomainLimits
from campaigns.plan_names import PlanNames
from campaigns.preference_admin import Notices as Notices
from campaigns.preference_admin import Topics as Topics
from campaigns.replay_console import ReplayPages
from campaigns.report_console import ReportPages
from campaigns.targeting_admin import TargetingPages as TargetingPages
from campaigns.template_admin import Templates as Templates
from campaigns.text_console import TextPages
from campaigns.warm_up_admin import WarmUps as WarmUps
from segments.choices import name_rows
from shops import code_words
from shops.console import ReadOnly, ShopAdmin
from shops.models import User
from shops.templatetags.console import percent

MESSAGE_COLOURS = {
    "sent": "success",
    "planned": "info",
    "sending": "info",
    "refused": "warning",
    "failed": "danger",
    "uncertain": "danger",
}


# What a new campaign's steps begin as: nobody enters by themselves.
BEGINNING: dict[str, Any] = {"entry": {"api": True}, "steps": [{"wait": {"days": 1}}]}


class CampaignForm(forms.ModelForm):
    """What stands beside the plan, which is made under “Steps”."""

    class Meta:
        model = Campaign
        fields = ("shop", "name", "key", "holdout_percent", "priority", "topic")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        topic = cleaned.get("topic")
        if topic and topic.shop != cleaned.get("shop"):
            self.add_error("topic", gettext("This topic belongs to another shop."))
        if not self.instance.pk:
            self.instance.plan = program.with_ids(deepcopy(BEGINNING), taken=set())
        return cleaned


@admin.register(Campaign)
class Campaigns(
    EditorPages, LetterPages, LifePages, ReportPages, ReplayPages, TextPages, ShopAdmin
):
    """What runs, for whom, and what it brought."""

    codes = ("status",)
    form = CampaignForm
    list_display = ("name", "state", "enters", "launched_at", "holdout", "fault", "shop")
    list_filter = ("status", "shop")
    list_select_related = ("shop",)
    prepopulated_fields = {"key": ["name"]}
    fieldsets = (
        (_("Settings"), {"fields": (
            ("name", "key"), ("holdout_percent", "priority"), ("topic", "shop")
        )}),
    )  # fmt: skip
    compressed_fields = False
    actions_list = ("ready_made", "letter", "calendar", "upload")
    actions_detail = ("steps", "report", "replay", "download")
    change_form_outer_before_template = "admin/campaigns/campaign/stands.html"
    actions = (
        "submit",
        "launch",
        "pause",
        "resume",
        "close_entry",
        "cancel",
        "send_back",
        "move_people",
    )

    def get_list_display(self, request: HttpRequest) -> Any:
        """Faults have a column while there are any."""
        names = super().get_list_display(request)
        faulty = self.get_queryset(request).exclude(fault="").exists()
        return names if faulty else [name for name in names if name != "fault"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Above the settings stands how the campaign does."""
        campaign = context.get("original")
        known = context | campaign_page.show(campaign) if campaign else context
        return super().render_change_form(request, known, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Campaign, *args: Any) -> HttpResponse:
        """What is sent to whom comes next."""
        return redirect("admin:campaigns_campaign_steps", obj.pk)

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        second_person.edited(obj, cast(User, request.user))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """One look-up of names for all rows of a shop."""
        found = super().get_changelist_instance(request)
        name_rows(found.result_list, PlanNames)
        return found

    @admin.display(description=_("who enters"))
    def enters(self, campaign: Campaign) -> str:
        names = getattr(campaign, "names", None) or PlanNames(campaign.shop)
        return entry_words.said(campaign.plan["entry"], names)

    @admin.display(description=_("held out"), ordering="holdout_percent")
    def holdout(self, campaign: Campaign) -> str:
        return percent(float(campaign.holdout_percent) / 100)

    @display(description=_("status"), label=campaign_page.COLOURS)
    def state(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.status, code_words.said(campaign.status)

    @admin.action(description=_("Ask for a review"), permissions=["change"])
    def submit(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.submit, "submit")

    @admin.action(description=_("Back to draft"), permissions=["change"])
    def send_back(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.send_back, "send_back")

    @admin.action(description=_("Let nobody in any more"), permissions=["change"])
    def close_entry(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.close_entry)

    @admin.action(description=_("Cancel: nothing more is sent"), permissions=["change"])
    def cancel(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.cancel)

    @admin.action(description=_("Move people to the newest plan"), permissions=["change"])
    def move_people(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        for campaign in campaigns:
            known = {"name": campaign, "count": versions.move(campaign)}
            messages.success(request, gettext("%(name)s: %(count)d people moved.") % known)

    @admin.action(description=_("Launch"), permissions=["change"])
    def launch(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.launch, "launch")

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.pause, "pause")

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.each(request, campaigns, launching.resume, "resume")


def framed(html: str) -> SafeString:
    """A mail's HTML in a frame that runs no scripts and reaches nothing."""
    return render_to_string("panels/mail_frame.html", {"html": html})


@admin.register(Enrolment)
class Enrolments(ReadOnly, ShopAdmin):
    """Who entered which campaign, and who was held out."""

    exclude = ("waits_since",)
    codes = ("outcome",)
    list_display = ("customer", "campaign", "held_out", "entered_at", "outcome", "shop")
    list_filter = ("campaign", "held_out")
    list_select_related = ("customer", "campaign", "shop")


@admin.register(Message)
class Messages(ReadOnly, ShopAdmin):
    """The ledger: one row per message decided on, and what became of it."""

    codes = ("status", "reason", "channel")
    list_display = ("customer", "campaign", "state", "reason", "sent_at", "shop")
    list_filter = ("status", "campaign")
    list_select_related = ("customer", "campaign", "shop")
    exclude = ("trail", "shared")
    readonly_fields = ("why",)

    @display(description=_("status"), label=MESSAGE_COLOURS)
    def state(self, message: Message) -> tuple[str, str]:
        return message.status, code_words.said(message.status)

    @admin.display(description=_("why"))
    def why(self, message: Message) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((line,) for line in why.of_message(message)))


@admin.register(FrequencyCap)
class FrequencyCaps(ShopAdmin):
    """How many messages one customer may get."""

    codes = ("channel",)
    list_display = ("__str__", "channel", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)


@admin.register(CaughtMail)
class CaughtMails(ReadOnly, ModelAdmin):
    """Mails that the embedded catcher took; only superusers, since they belong to no shop."""

    list_display = ("subject", "recipient", "caught_at")
    search_fields = ("recipient__exact",)
    ordering = ("-id",)
    show_full_result_count = False
    exclude = ("raw",)
    readonly_fields = ("headers", "page")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    @admin.display(description=_("headers"))
    def headers(self, caught: CaughtMail) -> SafeString:
        mail = email.message_from_bytes(bytes(caught.raw), policy=email.policy.default)
        return format_html_join("", "<p><b>{}</b>: {}</p>", mail.items())

    @admin.display(description=_("mail"))
    def page(self, caught: CaughtMail) -> str:
        mail = email.message_from_bytes(bytes(caught.raw), policy=email.policy.default)
        body = mail.get_body(("html", "plain"))
        return framed(body.get_content()) if body else "–"
