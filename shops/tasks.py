"""The clock of this room."""

from celery import shared_task
from django.utils.timezone import now

from shops import files, keeping, outbox, reconcile, retention
from shops.rest import idempotency


@shared_task(ignore_result=True)
def forget_old_deliveries() -> None:
    retention.forget_old(now())


@shared_task(ignore_result=True)
def forget_past_terms() -> None:
    keeping.forget_past(now())


@shared_task(ignore_result=True)
def deliver_outgoing() -> None:
    outbox.deliver_waiting()


@shared_task(ignore_result=True)
def reconcile_orders() -> None:
    reconcile.run_due()


@shared_task(ignore_result=True)
def forget_answered_calls() -> None:
    idempotency.forget_old(now())


@shared_task(ignore_result=True)
def remove_expired_files() -> None:
    files.remove_expired()
