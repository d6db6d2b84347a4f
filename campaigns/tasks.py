"""The clock of this room."""

from celery import shared_task

from campaigns import engine, reactor, sending


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
