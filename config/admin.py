"""Lists of models whose rooms know no admin of ours: groups, the beat schedule, the egress log."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns import cron_words
from config.celery import app
from llm.models import OUTCOMES, Call
from shops.console import ForSuperusers, ReadOnly, ShopAdmin

admin.site.unregister(
    [Group, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule]
)
# Everybody sees their own on the pages of the account; nobody else's are anybody's to edit.
admin.site.unregister([EmailAddress, Authenticator, UserSession])


@admin.register(Group)
class Groups(ForSuperusers, GroupAdmin, ModelAdmin):
    """Sets of permissions."""

    about = _("Rights that several people have in common, where the roles of the team do not fit. "
              "Most shops need none: a role is given under Team.")  # fmt: skip
    list_display = ("name", "people", "rights")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        counted = {"held_by": Count("user", distinct=True),
                   "holds": Count("permissions", distinct=True)}  # fmt: skip
        return super().get_queryset(request).annotate(**counted)

    @admin.display(description=_("people"), ordering="held_by")
    def people(self, group: Group) -> int:
        return int(group.held_by)  # type: ignore[attr-defined]

    @admin.display(description=_("rights"), ordering="holds")
    def rights(self, group: Group) -> int:
        return int(group.holds)  # type: ignore[attr-defined]


class TaskChoice(UnfoldAdminSelectWidget, beat_admin.TaskSelectWidget):
    """The tasks that exist, to choose from."""

    def tasks_as_choices(self) -> tuple[tuple[str, str], ...]:
        """Those of our schedule: this process loads no others."""
        names = sorted({entry["task"] for entry in app.conf.beat_schedule.values()})
        return (("", ""), *((name, name) for name in names))


class TaskForm(beat_admin.PeriodicTaskForm):
    """The schedule's form with widgets that look like the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskChoice()


@admin.register(PeriodicTask)
class Schedule(ForSuperusers, beat_admin.PeriodicTaskAdmin, ModelAdmin):
    """What runs when; the entries of `config.celery` come back when they are deleted."""

    about = _("What the server does by itself. Each entry finds what waits, so one that is "
              "switched off lets work pile up; deleted entries come back.")  # fmt: skip
    form = TaskForm
    list_display = ("what", "how_often", "last_run_at", "enabled")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    list_per_page = 100
    date_hierarchy = None
    ordering = ("name",)

    @admin.display(description=_("what"), ordering="name")
    def what(self, entry: PeriodicTask) -> str:
        return gettext(entry.name)

    @admin.display(description=_("how often"))
    def how_often(self, entry: PeriodicTask) -> str:
        """The schedule in words, hours as the server counts them."""
        if entry.interval:
            return _every(round(entry.interval.schedule.run_every.total_seconds()))
        if entry.crontab is None:
            return str(entry.solar or entry.clocked or "–")
        fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        return cron_words.said(" ".join(getattr(entry.crontab, name) for name in fields))


def _every(seconds: int) -> str:
    """ "every second", "every 5 minutes"."""
    if seconds % 3600 == 0:
        return ngettext("every hour", "every %(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    if seconds % 60 == 0:
        return ngettext("every minute", "every %(n)d minutes", seconds // 60) % {"n": seconds // 60}
    return ngettext("every second", "every %(n)d seconds", seconds) % {"n": seconds}


@admin.register(IntervalSchedule, CrontabSchedule)
class Schedules(ForSuperusers, ModelAdmin):
    """When something runs."""


@admin.register(Call)
class Calls(ReadOnly, ShopAdmin):
    """Every question to a language model: what left, when, where to, why, and how it ended."""

    list_display = ["asked_at", "purpose", "host", "ending", "tokens", "cost", "shop"]
    list_filter = ["outcome", "host", "purpose"]
    search_fields = ["purpose", "prompt"]
    date_hierarchy = "asked_at"
    fields = [
        ("shop", "asked_at", "ended_at"),
        ("purpose", "prompt"),
        ("provider", "host", "model"),
        ("ending", "tokens", "cost"),
        "why",
        "what_left",
        "answer",
    ]
    readonly_fields = ["ending", "tokens", "cost", "what_left"]

    @admin.display(description=_("outcome"), ordering="outcome")
    def ending(self, call: Call) -> str:
        return str(OUTCOMES.get(call.outcome, call.outcome))

    @admin.display(description=_("tokens"))
    def tokens(self, call: Call) -> int:
        return call.input_tokens + call.output_tokens

    @admin.display(description=_("cost"), ordering="cost_microcents")
    def cost(self, call: Call) -> str:
        return f"{call.cost_microcents / 100_000_000:.4f} {call.currency}"

    @admin.display(description=_("what left"))
    def what_left(self, call: Call) -> str:
        return "\n\n".join(f"{turn['role']}:\n{turn['text']}" for turn in call.sent)
