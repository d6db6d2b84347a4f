"""The clock of this room."""

from celery import shared_task

from reviews_nlp import alarms, judging, reading, self_training, verdicts


@shared_task(ignore_result=True)
def read_reviews() -> None:
    reading.read_waiting()


@shared_task(ignore_result=True)
def refine_verdicts() -> None:
    verdicts.refine_waiting()


@shared_task(ignore_result=True)
def judge_unsure() -> None:
    judging.judge()


@shared_task(ignore_result=True)
def look_for_alarms() -> None:
    alarms.look_everywhere()


@shared_task(ignore_result=True)
def learn_from_stars() -> None:
    self_training.train_everywhere()
