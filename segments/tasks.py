"""The clock of this room."""

from celery import shared_task

from customers.changes import Part
from segments import counting, editing, exporting, membership, personas, rfm


@shared_task(ignore_result=True)
def refresh_memberships() -> None:
    membership.refresh_all()


@shared_task(ignore_result=True)
def recheck_due() -> None:
    membership.recheck_due()


@shared_task(ignore_result=True)
def follow_stages() -> None:
    membership.refresh_all(Part.STAGE)


@shared_task(ignore_result=True)
def refresh_rfm() -> None:
    rfm.refresh_all()


@shared_task(ignore_result=True)
def refresh_personas() -> None:
    personas.refresh_all()


@shared_task(ignore_result=True)
def run_counts() -> None:
    counting.run_due()


@shared_task(ignore_result=True)
def run_edits() -> None:
    editing.run_due()


@shared_task(ignore_result=True)
def run_exports() -> None:
    exporting.run_waiting()
