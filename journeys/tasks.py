"""The clock of this room."""

from celery import shared_task

from journeys import stages


@shared_task(ignore_result=True)
def place_all() -> None:
    stages.place_all()
