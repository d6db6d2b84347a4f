"""The clock of this room."""

from celery import shared_task

from segments import membership, personas, rfm


@shared_task(ignore_result=True)
def refresh_memberships() -> None:
    membership.refresh_all()


@shared_task(ignore_result=True)
def refresh_rfm() -> None:
    rfm.refresh_all()
    membership.refresh_all()


@shared_task(ignore_result=True)
def refresh_personas() -> None:
    personas.refresh_all()
