"""The clock of this room."""

from celery import shared_task
from django.utils.timezone import now

from campaigns import (
    catcher,
    engine,
    enrolment,
    hygiene,
    launching,
    learning,
    mailbox,
    notices,
    reactor,
    replay_queue,
    sending,
    signals,
    targeting,
    warm_up,
)


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
def forget_caught_mails() -> None:
    catcher.forget_old(now())


@shared_task(ignore_result=True)
def sweep() -> None:
    sending.sweep()


@shared_task(ignore_result=True)
def enrol_all() -> None:
    enrolment.enrol_all()


@shared_task(ignore_result=True)
def enrol_by_clock() -> None:
    enrolment.enrol_by_clock()


@shared_task(ignore_result=True)
def launch_due() -> None:
    launching.launch_due()


@shared_task(ignore_result=True)
def finish_drained() -> None:
    launching.finish_drained()


@shared_task(ignore_result=True)
def read_signals() -> None:
    signals.read_waiting()


@shared_task(ignore_result=True)
def replay() -> None:
    replay_queue.run_waiting()


@shared_task(ignore_result=True)
def learn_splits() -> None:
    learning.learn_all()


@shared_task(ignore_result=True)
def send_notices() -> None:
    notices.send_waiting()


@shared_task(ignore_result=True)
def read_bounces() -> None:
    mailbox.read()


@shared_task(ignore_result=True)
def learn_effects() -> None:
    targeting.learn_all()


@shared_task(ignore_result=True)
def look_at_warm_ups() -> None:
    warm_up.look_all()


@shared_task(ignore_result=True)
def count_hygiene() -> None:
    hygiene.count_all()
