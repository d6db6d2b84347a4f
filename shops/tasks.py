"""The clock of this room."""

from celery import shared_task
from django.utils.timezone import now

from shops import retention


@shared_task(ignore_result=True)
def forget_old_deliveries() -> None:
    retention.forget_old(now())
