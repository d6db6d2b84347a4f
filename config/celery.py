"""The Celery app, the whole beat schedule, and which announcement starts which task.

Tasks are started by name here; only the worker (`config.worker`) loads them, with scikit-learn and
all: beat, the listener and the web server stay small.
"""

import os
import signal
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init
from django.utils.translation import gettext_noop as _

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
local.enter()

app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")


def every(seconds: int, task: str) -> dict[str, Any]:
    """A safety net: a task that found no worker in time is dropped, the next one does its work."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(5, seconds)}}


def daily(hour: int, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": crontab(hour=hour, minute=10), "options": {"expires": 3600}}


def weekly(task: str) -> dict[str, Any]:
    """In the small hours of a Sunday, when nobody waits for the machine."""
    schedule = crontab(day_of_week=0, hour=0, minute=40)
    return {"task": task, "schedule": schedule, "options": {"expires": 3600}}


app.conf.beat_schedule = {
    _("Read deliveries"): every(1, "customers.tasks.digest_deliveries"),
    _("Read reviews"): every(1, "reviews_nlp.tasks.read_reviews"),
    _("Ask the slow analysers"): every(10, "reviews_nlp.tasks.refine_verdicts"),
    _("Ask a language model about unsure reviews"): every(300, "reviews_nlp.tasks.judge_unsure"),
    _("React to changed customers"): every(1, "campaigns.tasks.react"),
    _("Run due campaign steps"): every(1, "campaigns.tasks.run_due"),
    _("Send due messages"): every(1, "campaigns.tasks.send_due"),
    _("Tell the shops' endpoints"): every(5, "shops.tasks.deliver_outgoing"),
    _("Ask shops for what they did not deliver"): every(60, "shops.tasks.reconcile_orders"),
    _("Send requested mails"): every(10, "campaigns.tasks.send_notices"),
    _("Read bounces"): every(60, "campaigns.tasks.read_bounces"),
    _("Count what is wrong with addresses"): daily(5, "campaigns.tasks.count_hygiene"),
    _("Look at warm-ups"): every(600, "campaigns.tasks.look_at_warm_ups"),
    _("Read opens and clicks"): every(3, "campaigns.tasks.read_signals"),
    _("Find messages left in flight"): every(60, "campaigns.tasks.sweep"),
    _("Follow the clock: segments"): every(60, "segments.tasks.recheck_due"),
    _("Count rules"): every(5, "segments.tasks.run_counts"),
    _("Follow the stages: segments"): every(3600, "segments.tasks.follow_stages"),
    _("Follow the clock: stages"): every(3600, "journeys.tasks.place_all"),
    _("Fill the past of journeys"): every(10, "journeys.tasks.fill_asked"),
    _("Count moves on the journeys"): every(300, "journeys.tasks.count_moves"),
    _("Follow the clock: campaigns"): every(600, "campaigns.tasks.enrol_all"),
    _("Enter at a time"): every(60, "campaigns.tasks.enrol_by_clock"),
    _("Launch scheduled campaigns"): every(60, "campaigns.tasks.launch_due"),
    _("Learn from splits"): every(3600, "campaigns.tasks.learn_splits"),
    _("Learn whom campaigns persuade"): daily(3, "campaigns.tasks.learn_effects"),
    _("Run replays"): every(10, "campaigns.tasks.replay"),
    _("Finish drained campaigns"): every(60, "campaigns.tasks.finish_drained"),
    _("Profiles in full"): daily(1, "customers.tasks.refresh_profiles"),
    _("Forget answers kept for repeats"): every(3600, "shops.tasks.forget_answered_calls"),
    _("RFM scores"): daily(2, "segments.tasks.refresh_rfm"),
    _("Segments in full"): daily(4, "segments.tasks.refresh_memberships"),
    _("Train models that are due, score"): daily(2, "insights.tasks.train_models"),
    _("Forecast the coming days"): daily(5, "insights.tasks.forecast_days"),
    _("Personas"): daily(3, "segments.tasks.refresh_personas"),
    _("Learn what to recommend"): daily(4, "insights.tasks.learn_recommendations"),
    _("Read product texts"): every(300, "insights.tasks.read_product_texts"),
    _("Recommend to changed customers"): every(300, "insights.tasks.refresh_recommendations"),
    _("Forget old deliveries"): daily(4, "shops.tasks.forget_old_deliveries"),
    _("Forget what is past its shop's term"): daily(4, "shops.tasks.forget_past_terms"),
    _("Forget caught mails"): daily(4, "campaigns.tasks.forget_caught_mails"),
    _("Aspects that turned bad"): daily(5, "reviews_nlp.tasks.look_for_alarms"),
    _("Learn from stars"): daily(3, "reviews_nlp.tasks.learn_from_stars"),
    _("Count moves on the journeys in full"): daily(2, "journeys.tasks.count_moves_in_full"),
    _("Read uploaded files"): every(5, "customers.tasks.run_imports"),
    _("Move chosen customers"): every(5, "segments.tasks.run_edits"),
    _("Write exports"): every(5, "segments.tasks.run_exports"),
    _("Remove expired files"): every(3600, "shops.tasks.remove_expired_files"),
    _("Answer customers"): every(2, "assistant.tasks.answer_questions"),
    _("Read sources of answers"): every(10, "assistant.tasks.read_sources"),
    _("Read pages and products again"): daily(5, "assistant.tasks.renew_sources"),
    _("Score plans"): daily(6, "assistant.tasks.score_plans"),
    _("Search for who was erased"): every(60, "customers.tasks.prove_erasures"),
    _("Fill and remove demo shops"): every(10, "config.tasks.run_demo_shops"),
    _("Prepare partitions"): daily(1, "customers.tasks.prepare_partitions"),
}

# What `shops.announcing` says: the task that takes the row. The schedule above is the safety net.
ANNOUNCED = {
    "delivery": "customers.tasks.digest_deliveries",
    "review": "reviews_nlp.tasks.read_reviews",
    "verdict": "reviews_nlp.tasks.refine_verdicts",
    "stale": "campaigns.tasks.react",
    "enrolment": "campaigns.tasks.run_due",
    "edit": "segments.tasks.run_edits",
    "export": "segments.tasks.run_exports",
    "import": "customers.tasks.run_imports",
    "outgoing": "shops.tasks.deliver_outgoing",
    "reconcile": "shops.tasks.reconcile_orders",
    "message": "campaigns.tasks.send_due",
    "count": "segments.tasks.run_counts",
    "notice": "campaigns.tasks.send_notices",
    "signal": "campaigns.tasks.read_signals",
    "replay": "campaigns.tasks.replay",
    "demo": "config.tasks.run_demo_shops",
}
EXPIRES_SECONDS = 5


@beat_init.connect
def stop_between_statements(**_signal: Any) -> None:
    """Celery writes the schedule inside the signal's handler: told to stop in the middle of a
    statement, beat would wait for itself for ever. An exception ends the statement, then it writes.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)


def start(what: str) -> None:
    """Start the task for an announcement; unknown ones are left to the schedule."""
    if what in ANNOUNCED:
        app.send_task(ANNOUNCED[what], expires=EXPIRES_SECONDS)
