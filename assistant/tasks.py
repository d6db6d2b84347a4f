"""The clock of this room."""

from celery import shared_task

from assistant import answers, knowledge, scoring


@shared_task(ignore_result=True)
def answer_questions() -> None:
    answers.answer_open()


@shared_task(ignore_result=True)
def read_sources() -> None:
    knowledge.read_due()


@shared_task(ignore_result=True)
def renew_sources() -> None:
    knowledge.renew()


@shared_task(ignore_result=True)
def score_plans() -> None:
    scoring.score_due()
    scoring.measure_due()
