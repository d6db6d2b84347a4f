"""Other people's models in our admin's clothes: groups and the beat schedule."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
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

from config.celery import app

admin.site.unregister(
    [Group, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule]
)


@admin.register(Group)
class Groups(GroupAdmin, ModelAdmin):
    """Sets of permissions."""


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
class Schedule(beat_admin.PeriodicTaskAdmin, ModelAdmin):
    """What runs when; the entries of `config.celery` come back when they are deleted."""

    form = TaskForm


for schedule in (IntervalSchedule, CrontabSchedule):
    admin.site.register(schedule, ModelAdmin)
