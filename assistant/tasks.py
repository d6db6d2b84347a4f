"""The clock of this room."""

from celery import shared_task

from assistant import scoring


@shared_task(ignore_result=True)
def score_plans() -> None:
    scoring.score_due()
