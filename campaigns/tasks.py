"""The clock of this room."""

from celery import shared_task

from campaigns import engine, enrolment, reactor, sending


@shared_task(ignore_result=True)
def react() -> None:
    reactor.react_waiting()


@shared_task(ignore_result=True)
def run_due() -> None:
    engine.run_waiting()


@shared_task(ignore_result=True)
def send_due() -> None:
    sending.send_waiting()


@shared_task(ignore_result=True)
def sweep() -> None:
    sending.sweep()


@shared_task(ignore_result=True)
def enrol_all() -> None:
    enrolment.enrol_all()
