"""The clock of this room."""

from celery import shared_task

from insights import recommendation_runs


@shared_task(ignore_result=True)
def learn_recommendations() -> None:
    recommendation_runs.learn_all()


@shared_task(ignore_result=True)
def refresh_recommendations() -> None:
    recommendation_runs.refresh_changed()
