"""The clock of this room."""

from celery import shared_task

from journeys import backfill, counting, stages


@shared_task(ignore_result=True)
def place_all() -> None:
    stages.place_all()


@shared_task(ignore_result=True)
def count_moves() -> None:
    counting.count_all()


@shared_task(ignore_result=True)
def count_moves_in_full() -> None:
    counting.count_all(full=True)


@shared_task(ignore_result=True)
def fill_asked() -> None:
    backfill.fill_asked()
