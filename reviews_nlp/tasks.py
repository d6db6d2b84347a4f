"""The clock of this room."""

from celery import shared_task

from reviews_nlp import reading, verdicts


@shared_task(ignore_result=True)
def read_reviews() -> None:
    reading.read_waiting()


@shared_task(ignore_result=True)
def refine_verdicts() -> None:
    verdicts.refine_waiting()
