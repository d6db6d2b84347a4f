"""The clock of this room."""

from celery import shared_task
from django.utils.timezone import now

from customers import erasing, file_imports, ingest, profiles
from shops import partitions


@shared_task(ignore_result=True)
def digest_deliveries() -> None:
    ingest.digest_waiting()


@shared_task(ignore_result=True)
def prepare_partitions() -> None:
    partitions.ensure_ahead(now())


@shared_task(ignore_result=True)
def refresh_profiles() -> None:
    profiles.refresh_all()


@shared_task(ignore_result=True)
def run_imports() -> None:
    file_imports.run_waiting()


@shared_task(ignore_result=True)
def prove_erasures() -> None:
    erasing.run_due()
